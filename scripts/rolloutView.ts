/** A rollout in words: how far it is, what its signals say, and what happens next. Pure. */
import pc from "picocolors";
import { formatDuration } from "../base/duration.ts";
import { signalsOf, type SlotAlarms } from "../guard/alarms.ts";
import type { Move, Sight } from "../guard/rollout/decide.ts";
import type { Rollout } from "../guard/rollout/rollout.ts";

/** Whole minutes without their seconds: `5 m`, not `5 m 0.0 s`. */
function briefly(ms: number): string {
  return formatDuration(Math.round(ms / 1_000) * 1_000)
    .replace(/ 0\.0 s$/, "")
    .replace(".0 s", " s");
}

/** @param alarms of the slot that is, or was, the candidate; null when nobody knows them */
export function renderRollout(
  name: string,
  sight: Sight,
  move: Move,
  alarms: SlotAlarms | null,
): string[] {
  const { record, live, requests, nowMs } = sight;
  const { rollout, lastRollout: last, latch } = record;
  const weights = `  weights   blue ${live.weights.blue} / green ${live.weights.green}`;
  if (!rollout) {
    return [
      `${name}: no rollout, slot ${record.stable} is stable`,
      weights,
      ...(last ? [`  last      ${last.ended} at ${last.at}: ${last.why}`] : []),
      ...(latch && alarms ? renderSignals(alarms) : []),
      ...(latch ? [`  latched   slot ${latch.slot} since ${latch.at}: ${latch.reason}`] : []),
    ];
  }
  const age = briefly(nowMs - Date.parse(rollout.startedAt));
  const counted = requests === null ? "not known yet" : `${requests} in this step`;
  const release = rollout.release ?? "an unknown release";
  return [
    `${name}: ${release} in slot ${record.candidate}, begun ${age} ago`,
    `  steps     ${renderSteps(rollout)}`,
    weights,
    `  requests  ${counted}, ${rollout.minimumRequests} needed to judge it`,
    ...(alarms ? renderSignals(alarms) : ["  signals   cannot be read"]),
    `  now       ${move.move === "wait" ? move.why : `${move.move}: ${move.why}`}`,
    `  then      ${whatFollows(rollout)}`,
  ];
}

/** `✓ 5 % › [25 % for 10 m] › 50 % for 10 m, gate › 100 %` */
function renderSteps(rollout: Rollout): string {
  return rollout.steps
    .map(({ weight, bakeMs, gate }, index) => {
      if (index < rollout.step) return pc.green(`✓ ${weight} %`);
      const bake = bakeMs > 0 ? ` for ${briefly(bakeMs)}` : "";
      const shown = `${weight} %${bake}${gate ? ", gate" : ""}`;
      return index === rollout.step ? pc.bold(`[${shown}]`) : shown;
    })
    .join(" › ");
}

/** One line while all is well; below it CloudWatch's own words for each alarm that is not OK. */
export function renderSignals(alarms: SlotAlarms): string[] {
  const signals = signalsOf(alarms);
  const { guard } = alarms;
  // `checkout-green-errors` below `checkout-green`
  const short = (name: string): string => name.replace(`${guard.name}-`, "");
  const states = signals.map(({ name, state }) => `${short(name)} ${colour(state)}`);
  const bad = signals.filter(({ state }) => state === "ALARM");
  return [
    `  signals   ${states.join(", ")}; guard ${colour(guard.state)}`,
    ...bad.map(({ name, reason }) => `            ${short(name)}: ${reason}`),
  ];
}

function colour(state: string): string {
  if (state === "OK") return pc.green(state);
  return state === "ALARM"
    ? pc.red(state)
    : pc.yellow(state === "INSUFFICIENT_DATA" ? "no data" : state);
}

/** What the step's end brings when nothing goes wrong, and what when nobody can tell. */
function whatFollows(rollout: Rollout): string {
  const { steps, step, decideWithinMs, onDeadline, onBad } = rollout;
  const next = steps[step + 1];
  const good = next ? `${next.weight} %` : "promotion";
  const when = steps[step]?.gate ? "when a person says so" : "when its alarms are OK";
  const bad = onBad === "hold" ? "stays here" : "goes home at once";
  return `${good} ${when}; bad ${bad}; undecided: ${onDeadline} after ${briefly(decideWithinMs)}`;
}
