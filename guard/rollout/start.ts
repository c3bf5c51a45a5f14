/** Beginning a rollout: every reason against it at once, then the first step. */
import { formatDuration } from "../../base/duration.ts";
import { BackoutError, ErrorKind, type Problem, renderProblem } from "../../base/errors.ts";
import { sortableId } from "../../base/ids.ts";
import { leastBake } from "../../judge/bake.ts";
import { signalsOf, type SlotAlarms } from "../alarms.ts";
import { shiftTraffic } from "../authority.ts";
import { type EnvironmentRecord, Phase } from "../record.ts";
import { allOn, otherSlot, sameWeights, type Slot } from "../slot.ts";
import type { LiveTraffic } from "../traffic.ts";
import { type Hooks, NO_HOOKS } from "./hooks.ts";
import { withHookStep } from "./hooksDue.ts";
import { completed, type Rollout } from "./rollout.ts";
import type { RolloutSettings } from "./settings.ts";
import { stepProblems } from "./steps.ts";
import { shiftPorts, type TickPorts } from "./tick.ts";

export interface RolloutRequest extends RolloutSettings {
  /** @default the slot that is not stable */
  readonly candidate?: Slot | undefined;
  /** @default none */
  readonly hooks?: Pick<Hooks, "named" | "places">;
}

export interface StartPorts extends TickPorts {
  /** Nominal milliseconds from a period's end until alarms see its metrics. AWS names no figure. */
  readonly metricDelayMs: number;
}

/** What the environment looks like before a rollout. */
export interface Standing {
  readonly record: EnvironmentRecord;
  readonly live: LiveTraffic;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  readonly releases: Readonly<Record<Slot, string | null>>;
  /** The candidate's alarms. */
  readonly alarms: SlotAlarms;
  /** Of the whole environment, over the last minutes; null when there were none. */
  readonly requestsPerMinute: number | null;
  readonly metricDelayMs: number;
}

/** Over how long the traffic is measured before a rollout, nominal. */
const TRAFFIC_WINDOW_MS = 5 * 60_000;

/** @throws BackoutError `rollout-refused` that names every reason; else as `shiftTraffic` */
export async function startRollout(
  request: RolloutRequest,
  ports: StartPorts,
): Promise<EnvironmentRecord> {
  const record = await ports.store.read();
  const candidate = request.candidate ?? otherSlot(record.stable);
  const standing = await look(record, candidate, ports);
  refuse(record.environment, [
    ...stepProblems(request.steps),
    ...bakeProblems(request, standing),
    ...standingProblems(candidate, standing),
  ]);
  const nowMs = ports.environmentNow();
  const { onBad, minimumRequests, decideWithinMs, onDeadline, warmMs } = request;
  const hooks = { ...NO_HOOKS, ...request.hooks };
  const rollout: Rollout = {
    id: sortableId(nowMs),
    release: standing.releases[candidate],
    steps: withHookStep(completed(request.steps), hooks.named),
    onBad,
    minimumRequests,
    decideWithinMs,
    onDeadline,
    warmMs,
    startedAt: new Date(nowMs).toISOString(),
    step: 0,
    stepAt: null,
    paused: null,
    approved: false,
    hooks,
  };
  return shiftTraffic(shiftPorts(ports), candidate, rollout, ports.environmentNow);
}

async function look(
  record: EnvironmentRecord,
  candidate: Slot,
  ports: StartPorts,
): Promise<Standing> {
  const { traffic } = ports;
  const nowMs = ports.environmentNow();
  const answered = (slot: Slot): Promise<number> =>
    ports.requests(slot, nowMs - TRAFFIC_WINDOW_MS, nowMs);
  const [live, blue, green, blueRelease, greenRelease, alarms, toBlue, toGreen] = await Promise.all(
    [
      traffic.read(),
      traffic.healthyTargets("blue"),
      traffic.healthyTargets("green"),
      ports.releaseOf("blue"),
      ports.releaseOf("green"),
      ports.alarms(candidate),
      answered("blue"),
      answered("green"),
    ],
  );
  const requests = toBlue + toGreen;
  return {
    record,
    live,
    healthyTargets: { blue, green },
    releases: { blue: blueRelease, green: greenRelease },
    alarms,
    requestsPerMinute: requests === 0 ? null : requests / (TRAFFIC_WINDOW_MS / 60_000),
    metricDelayMs: ports.metricDelayMs,
  };
}

/** Steps that end before their alarms, or their traffic, could say anything. */
export function bakeProblems(
  { steps, minimumRequests }: Pick<RolloutRequest, "steps" | "minimumRequests">,
  { alarms, requestsPerMinute, metricDelayMs }: Standing,
): Problem[] {
  return steps.flatMap(({ weight, bakeMs }, index) => {
    if (weight <= 0 || weight > 100) return [];
    const least = leastBake({
      alarms: signalsOf(alarms),
      deliveryDelayMs: metricDelayMs,
      requestsPerMinute: requestsPerMinute === null ? null : (requestsPerMinute * weight) / 100,
      minimumRequests,
    });
    if (bakeMs >= least.bakeMs) return [];
    return {
      field: `steps[${index}].bake`,
      value: formatDuration(bakeMs),
      allowed: `at least ${formatDuration(least.bakeMs)}`,
      fix: least.why,
    };
  });
}

export function standingProblems(candidate: Slot, standing: Standing): Problem[] {
  const { record, live, healthyTargets, releases, alarms } = standing;
  const problems: Problem[] = [];
  const problem = (field: string, value: unknown, allowed: string, fix?: string): void => {
    problems.push({ field, value, allowed, ...(fix === undefined ? {} : { fix }) });
  };
  const { environment, latch, phase, stable } = record;
  if (latch) {
    const unlatch = `clear it with \`backout env unlatch ${environment}\` once its alarms are OK`;
    problem("latch", `slot ${latch.slot} since ${latch.at}: ${latch.reason}`, "no latch", unlatch);
  }
  if (phase !== Phase.Idle) {
    const end = `end it with \`backout rollout abort ${environment}\``;
    problem("rollout", `slot ${record.candidate} is ${phase}`, "no rollout in progress", end);
  } else if (!sameWeights(live.weights, allOn(stable))) {
    problem(
      "weights",
      live.weights,
      `all on slot ${stable}, as the record says`,
      `\`backout env rollback ${environment}\` brings them there`,
    );
  }
  if (candidate === stable) {
    problem("candidate", candidate, `${otherSlot(stable)}, the slot that is not stable`);
  } else if (releases[candidate] !== null && releases[candidate] === releases[stable]) {
    problem(
      "release",
      releases[candidate],
      "another release than the stable slot's",
      `put the new one into slot ${candidate} with \`pulumi up\``,
    );
  }
  for (const [slot, healthy] of Object.entries(healthyTargets)) {
    if (healthy > 0) continue;
    const why = "without two healthy slots there is no way back";
    problem(`slot ${slot}`, "no healthy target", "at least one healthy target", why);
  }
  const { guard } = alarms;
  if (!guard.actionsEnabled || guard.alarmActions.length === 0) {
    problem(
      `alarm ${guard.name}`,
      guard.actionsEnabled ? "without actions" : "actions disabled",
      "the reversion function as its action, enabled",
      "nothing would revert: `pulumi up` puts it back",
    );
  }
  if (guard.state !== "OK") {
    const why = "actions fire once per transition: in any other state a rollout is not guarded";
    problem(`alarm ${guard.name}`, guard.state, "OK", why);
  }
  return problems;
}

/** Exit code 2 while a setting is among the reasons, 3 when only the environment is. */
function refuse(environment: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `  - ${renderProblem(problem)}`);
  const ofTheRequest = problems.some(({ field }) => /^(steps|candidate)/.test(field));
  throw new BackoutError(
    ofTheRequest ? ErrorKind.Usage : ErrorKind.Environment,
    "rollout-refused",
    `no rollout of environment "${environment}" was begun:\n${lines.join("\n")}`,
    { problems },
  );
}
