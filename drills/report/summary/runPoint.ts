/** What one record says of recovery, and what it must not be taken for. */
import { clockErrors, stampOf } from "../../verdict/durations.ts";
import { type DrillRecord, Recovery, TIMELINE_EVENTS } from "../../verdict/record.ts";
import { Measured, type RunPoint } from "./model.ts";

export interface RunOrigin {
  readonly startedAt: string;
  readonly startedWallAt: string;
  readonly release: string | null;
}

/** @param objectiveMs what it is held against; null: the record's own objective */
export function runPoint(
  record: DrillRecord,
  { startedAt, startedWallAt, release }: RunOrigin,
  objectiveMs: number | null,
): RunPoint {
  const { durations, floors, traffic, drill } = record;
  const { measured, totalMs, censoredMs } = measure(record);
  const objective = objectiveMs ?? record.objective.total;
  return {
    id: record.id,
    startedAt,
    startedWallAt,
    drill,
    fault: record.fault ?? drill,
    environment: record.environment,
    release,
    fidelity: record.fidelity,
    speed: record.clock.speed,
    verdict: record.verdict,
    reason: record.reason,
    recovery: record.recovery,
    path: record.path,
    brokenLink: record.brokenLink,
    measured,
    totalMs,
    censoredMs,
    parts: {
      detect: durations.detect,
      decide: durations.decide,
      revert: durations.revert,
      recover: durations.recover,
    },
    floors,
    objectiveMs: objective,
    metObjective:
      totalMs !== null ? totalMs <= objective : measured === Measured.AtLeast ? false : null,
    requests: traffic.requests,
    errors: traffic.errors,
  };
}

/** Sentences on stamps that are out of order. */
export function disorderIn({ timeline }: Pick<DrillRecord, "timeline">): string[] {
  // Nearly all are in order, and with very many records each comparison of all pairs counts.
  return timeline.every(follows) ? [] : clockErrors(timeline);
}

function follows(
  { event, at }: DrillRecord["timeline"][number],
  index: number,
  timeline: DrillRecord["timeline"],
): boolean {
  const before = timeline[index - 1];
  if (!before) return true;
  const isListedAfter = TIMELINE_EVENTS.indexOf(before.event) < TIMELINE_EVENTS.indexOf(event);
  // Of equal length they sort as the times that they are.
  return isListedAfter && before.at.length === at.length && before.at <= at;
}

function measure(record: DrillRecord): Pick<RunPoint, "measured" | "totalMs" | "censoredMs"> {
  const nothing = { totalMs: null, censoredMs: null };
  const { timeline, durations, recovery } = record;
  if (disorderIn(record).length > 0) return { measured: Measured.ClockError, ...nothing };
  if (recovery === Recovery.Reverted && durations.total !== null) {
    return { measured: Measured.Exactly, totalMs: durations.total, censoredMs: null };
  }
  if (recovery !== Recovery.NotRecovered) return { measured: Measured.Not, ...nothing };
  const injected = stampOf(timeline, "fault.injected");
  // Until then it had not recovered for sure.
  const seen = stampOf(timeline, "impact.last") ?? stampOf(timeline, "fault.removed");
  if (injected === null || seen === null) return { measured: Measured.Not, ...nothing };
  return { measured: Measured.AtLeast, totalMs: null, censoredMs: seen - injected };
}
