/** A rollout in words: how far it is, what its signals say, and what happens next. Pure. */
import pc from "picocolors";
import { signalsOf, type SlotAlarms } from "../guard/alarms.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import type { Move, Sight } from "../guard/rollout/decide.ts";
import { currentStep, type Rollout } from "../guard/rollout/rollout.ts";
import { commandLine } from "./paths.ts";
import { renderHooks } from "./rolloutHooksView.ts";
import { briefly, stamp, withoutArns } from "./words.ts";

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
    const said = last ? `  last      ${last.ended} at ${stamp(last.at)}: ${last.why}` : null;
    return [
      `${name}: no rollout, slot ${record.stable} is stable`,
      weights,
      ...(said === null ? [] : [withoutArns(said)]),
      ...(latch && alarms ? renderSignals(alarms) : []),
      ...(latch ? [renderLatch(latch, last?.why ?? null)] : []),
    ];
  }
  const age = briefly(nowMs - Date.parse(rollout.startedAt));
  const release = rollout.release ?? "an unknown release";
  return [
    `${name}: ${release} in slot ${record.candidate}, begun ${age} ago`,
    `  steps     ${renderSteps(rollout)}`,
    weights,
    `  requests  ${renderRequests(requests, rollout)}`,
    ...(alarms ? renderSignals(alarms) : ["  signals   cannot be read"]),
    ...renderHooks(rollout, sight.wallMs),
    `  now       ${withoutArns(renderMove(move, rollout))}`,
    `  then      ${whatFollows(rollout)}`,
  ];
}

/** How it ended, and what a person may do about that. */
export function renderEnd(
  { ended, why }: NonNullable<EnvironmentRecord["lastRollout"]>,
  { previous, latch }: EnvironmentRecord,
  alarms: SlotAlarms | null,
  nowMs: number,
): string[] {
  const lines = [withoutArns(`${ended}: ${why}`)];
  if (ended === "reverted" && alarms) lines.push(...renderSignals(alarms));
  if (ended === "promoted" && previous) {
    const warm = briefly(Math.max(0, Date.parse(previous.warmUntil) - nowMs));
    const back = commandLine("env rollback");
    lines.push(`  slot ${previous.slot} stays warm for ${warm}: \`${back}\` goes back at once`);
  }
  if (latch) {
    const unlatch = commandLine("env unlatch");
    lines.push(`  slot ${latch.slot} is latched: mend its release, then \`${unlatch}\``);
  }
  return lines;
}

/** @param told what has been said already: the reversion that ended a rollout is its latch's reason */
function renderLatch(
  { slot, at, reason }: NonNullable<EnvironmentRecord["latch"]>,
  told: string | null,
): string {
  const why = reason === told ? "" : `: ${reason}`;
  return withoutArns(`  latched   slot ${slot} since ${stamp(at)}${why}`);
}

function renderRequests(requests: number | null, rollout: Rollout): string {
  const counted = requests === null ? "not known yet" : `${requests} in this step`;
  if (currentStep(rollout).weight === 0) return `${counted}, none needed at 0 %`;
  return `${counted}, ${rollout.minimumRequests || "none"} needed to judge it`;
}

/** Before a move's reason. */
const DOES: Readonly<Record<Move["move"], string>> = {
  wait: "",
  hook: "",
  set: "",
  promote: "is promoted: ",
  revert: "goes home: ",
  latch: "is latched: ",
  abort: "is aborted: ",
  pause: "is paused: ",
};

function renderMove(move: Move, rollout: Rollout): string {
  const rises = move.move === "set" && move.step > rollout.step;
  const does = rises ? "goes on: " : DOES[move.move];
  return `${does}${move.why}`;
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
