/** Records and journals of drills, with only what a summary looks at. */
import type { Written } from "../journals.ts";
import type { DrillRecord, TimelineEventName } from "../../../../drills/verdict/record.ts";

const EVENTS: readonly (readonly [TimelineEventName, number])[] = [
  ["fault.injected", 0],
  ["impact.first", 0.01],
  ["alarm.transitioned", 0.9],
  ["reversion.decided", 0.93],
  ["weights.verified", 1],
  ["impact.last", 1],
  ["recovery.sustained", 1.5],
  ["fault.removed", 1.6],
];
const UNRECOVERED = new Set<TimelineEventName>([
  "fault.injected",
  "impact.first",
  "impact.last",
  "fault.removed",
]);

/** A passing drill that took `totalMs`, or one that did not recover within 200 s. */
export function recordOf(
  id: string,
  totalMs: number | null,
  changed: Partial<DrillRecord> = {},
): DrillRecord {
  const spanMs = totalMs ?? 200_000;
  const timeline = EVENTS.filter(([event]) => totalMs !== null || UNRECOVERED.has(event)).map(
    ([event, share]) => {
      const at = new Date(Date.UTC(2026, 2, 14, 9) + share * spanMs).toISOString();
      return { event, at, wallAt: at, source: "runner" as const, resolutionMs: 250 };
    },
  );
  const isPassed = totalMs !== null;
  const parts = { detect: spanMs - 700, decide: 400, revert: 300, recover: 0, total: spanMs };
  const none = { detect: null, decide: null, revert: null, recover: null, total: null };
  return {
    schemaVersion: 1,
    id,
    drill: "bad-release-errors",
    environment: "checkout",
    fidelity: "release",
    clock: { speed: 1 },
    verdict: isPassed ? "passed" : "failed",
    reason: isPassed ? null : "no sustained recovery before the hold ran out",
    recovery: isPassed ? "reverted" : "not-recovered",
    path: "primary",
    brokenLink: null,
    timeline,
    durations: isPassed ? parts : none,
    floors: { detect: 20_000, detectWorst: 190_000 },
    traffic: { requests: 900, errors: 30, weightsBefore: null, weightsAfter: null },
    objective: { total: 300_000, met: isPassed },
    residue: [],
    ...changed,
  };
}

/** A whole run, as the journal holds it. */
export function runOf(
  id: string,
  totalMs: number | null,
  { release = "v1", ...changed }: Partial<DrillRecord> & { readonly release?: string | null } = {},
): Written[] {
  const record = recordOf(id, totalMs, changed);
  const { drill, environment, clock } = record;
  return [
    [id, "run.started", { drill, environment, parameters: {}, clock }],
    [id, "traffic.intent", { environment, candidate: "green", stable: "blue", release }],
    [id, "record", { record }],
  ];
}
