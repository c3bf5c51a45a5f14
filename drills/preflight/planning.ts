/** From what preflight read to a plan: the floors, and what is refused for lying below them. */
import { environmentError } from "../../base/errors.ts";
import { otherSlot, type Slot } from "../../guard/slot.ts";
import { blastRadius } from "./blastRadius.ts";
import { faultFloors } from "./faultFloors.ts";
import type { Plan } from "./plan.ts";
import type { PreflightBounds, Readings } from "./preflight.ts";
import type { DrillRun } from "../run.ts";
import { nominalSpan } from "../wait.ts";

/** The best detection is beyond what an objective may ask; a minute more is what the rest needs. */
const BEYOND_DETECTION_MS = 60_000;
/**
 * Where a way home is broken another one comes later: up to two looks of a minute each after the alarm,
 * and the minutes after which Lambda calls again what failed. Nominal.
 */
const OTHER_WAY_MS = 240_000;
/** Probes, attempts and their deadlines take wall time. */
const OTHER_WAY_WALL_MS = 20_000;
/** What recovery may take when nobody says otherwise. Nominal. */
export const OBJECTIVE_MS = 300_000;

/** @throws BackoutError `blast-radius`, `undetectable-fault`, `objective-below-floor` */
export async function planOf(
  run: DrillRun,
  { record, alarms, healthyTargets }: Readings,
  { sustainMs, holdMs, objectiveTotalMs, caps }: PreflightBounds,
): Promise<Plan> {
  const candidate = otherSlot(record.stable);
  const { fault } = run;
  const { metricDelayMs, hasSentinel = false } = run.ports;
  const [tasks, onset] = await Promise.all([tasksOf(run, candidate), onsetOf(run, candidate)]);
  const tooFar = blastRadius(fault, caps, { candidate, healthyTargets, tasks });
  if (tooFar.length > 0) throw environmentError("blast-radius", tooFar.join("; "));
  const floors = faultFloors(fault, alarms[candidate], {
    deliveryDelayMs: metricDelayMs,
    ...onset,
    tasks,
    hasSentinel,
  });
  if (objectiveTotalMs !== undefined && objectiveTotalMs < floors.detect) {
    throw environmentError(
      "objective-below-floor",
      `the objective of ${objectiveTotalMs} ms is below the ${floors.detect} ms that detection alone ` +
        `needs at best`,
      "give an objective above that, or an environment with faster signals",
    );
  }
  if (holdMs !== undefined && holdMs < floors.detect) {
    throw environmentError(
      "undetectable-fault",
      `no alarm sees ${fault.name} in a hold of ${holdMs} ms: detection needs ${floors.detect} ms at best`,
      "hold it for longer",
    );
  }
  const otherWayMs = OTHER_WAY_MS + nominalSpan(run.ports.clock, OTHER_WAY_WALL_MS);
  const laterMs = fault.homeBy === undefined ? 0 : otherWayMs;
  const worst = floors.detectWorst + BEYOND_DETECTION_MS + laterMs;
  return {
    candidate,
    stable: record.stable,
    floors,
    objectiveTotalMs: objectiveTotalMs ?? Math.max(OBJECTIVE_MS, worst),
    sustainMs,
    holdMs: holdMs ?? Math.max(worst, sustainMs),
    judging: {
      slowAfterMs: alarms[candidate].latency.threshold * 1000,
      slowsByMs: fault.slowsByMs,
    },
    knownReversionIds: (await run.ports.store.reversions()).map((entry) => entry.id),
  };
}

/** The candidate's running tasks, where the fault reaches some of them; it is one otherwise. */
async function tasksOf({ fault, ports }: DrillRun, candidate: Slot): Promise<number> {
  const { tasks } = fault.reach;
  if (tasks === "none" || tasks === "all") return 1;
  return (await ports.outside.runningTasks(candidate)).length;
}

/** Nominal milliseconds until the fault shows: at the earliest, and for sure. */
async function onsetOf(
  { fault, ports }: DrillRun,
  candidate: Slot,
): Promise<{ readonly leastOnsetMs: number; readonly onsetMs: number }> {
  const { clock } = ports;
  const slowMs = fault.slowsByMs === 0 ? 0 : nominalSpan(clock, fault.slowsByMs);
  if (fault.healthChecks === undefined) return { leastOnsetMs: slowMs, onsetMs: slowMs };
  const check = await ports.outside.healthCheck(candidate);
  const intervalMs = check.intervalSeconds * 1000;
  const { unhealthyThreshold: failures } = check;
  // A check that is not answered takes its timeout, in wall time, before the next one comes.
  const isWaitedFor = fault.healthChecks === "unanswered";
  const lostMs = isWaitedFor ? nominalSpan(clock, check.timeoutSeconds * 1000) : 0;
  return {
    leastOnsetMs: (failures - 1) * intervalMs,
    onsetMs: failures * (intervalMs + lostMs),
  };
}
