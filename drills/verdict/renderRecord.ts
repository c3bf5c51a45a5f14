/** The record of a run that has ended and been undone. */
import { ReversionPath } from "../../guard/reversion.ts";
import type { Weights } from "../../guard/slot.ts";
import { explainLink } from "./brokenLink.ts";
import { clockErrors, durations } from "./durations.ts";
import type { LoadSnapshot } from "../watch/loadRecorder.ts";
import {
  type BrokenLink,
  type DrillRecord,
  drillRecordSchema,
  type HypothesisResult,
  type Recovery,
  TIMELINE_EVENTS,
  Verdict,
} from "./record.ts";
import type { Plan } from "../preflight/plan.ts";
import type { DrillRun } from "../run.ts";
import { verdict } from "./verdict.ts";

/** How far a run came; members are set as they become known. */
export interface Ending {
  objectiveTotalMs: number;
  plan?: Plan;
  interrupted?: boolean;
  /** What interrupted it, when it was no person at the runner. */
  interruptedBy?: string | undefined;
  /** What the drill injects, when that is not its name. */
  fault?: string;
  /** What the probes of the steady state showed. */
  hypothesis?: readonly HypothesisResult[];
  /** What stopped the run. */
  problem?: string;
  /** It stopped before anything was injected. */
  beforeLease?: boolean;
  /** Null when it cannot be told to what the recovery is owed. */
  recovery?: Recovery | null;
  brokenLink?: BrokenLink | null;
  path?: ReversionPath | undefined;
  weightsBefore?: Weights;
  weightsAfter?: Weights;
  /** At the end of observation. */
  traffic?: LoadSnapshot | undefined;
}

export function renderRecord(
  run: DrillRun,
  ending: Ending,
  residue: readonly string[],
): DrillRecord {
  const timeline = [...run.timeline].sort(
    (a, b) => TIMELINE_EVENTS.indexOf(a.event) - TIMELINE_EVENTS.indexOf(b.event),
  );
  const disordered = clockErrors(timeline);
  const parts =
    disordered.length > 0
      ? UNKNOWN_DURATIONS
      : durations(timeline, { needsImpact: run.fault.impact === "always" });
  const stopped = ending.problem ?? null;
  const judgement = verdict({
    residue,
    interrupted: ending.interrupted ?? false,
    interruptedBy: ending.interruptedBy,
    hypothesis: ending.hypothesis ?? [],
    notRun: ending.beforeLease ? stopped : null,
    error: ending.beforeLease ? null : stopped,
    clockErrors: disordered,
    violation:
      run.acting.map((step) => step.violation?.() ?? null).find((one) => one !== null) ?? null,
    recovery: ending.recovery ?? null,
    totalMs: parts.total,
    objectiveTotalMs: ending.objectiveTotalMs,
  });
  const link = ending.brokenLink ?? null;
  const isFailed = judgement.verdict === Verdict.Failed && ending.brokenLink !== undefined;
  return drillRecordSchema.parse({
    schemaVersion: 1,
    id: run.id,
    drill: run.fault.name,
    ...(ending.fault === undefined ? {} : { fault: ending.fault }),
    environment: run.ports.environment,
    fidelity: run.fault.fidelity,
    clock: { speed: run.ports.clock.speed },
    verdict: judgement.verdict,
    reason: isFailed ? `${judgement.reason}: ${explainLink(link)}` : judgement.reason,
    recovery: ending.recovery ?? null,
    path: ending.path ?? ReversionPath.Primary,
    brokenLink: link,
    timeline,
    durations: parts,
    floors: {
      detect: ending.plan?.floors.detect ?? null,
      detectWorst: ending.plan?.floors.detectWorst ?? null,
    },
    traffic: {
      requests: ending.traffic?.requests ?? 0,
      errors: ending.traffic?.errors ?? 0,
      ...(ending.traffic ? { slow: ending.traffic.slow } : {}),
      weightsBefore: ending.weightsBefore ?? null,
      weightsAfter: ending.weightsAfter ?? null,
    },
    objective: {
      total: ending.objectiveTotalMs,
      met: parts.total !== null && parts.total <= ending.objectiveTotalMs,
    },
    ...(ending.hypothesis?.length ? { hypothesis: [...ending.hypothesis] } : {}),
    residue: [...residue],
  });
}

const UNKNOWN_DURATIONS = {
  detect: null,
  decide: null,
  revert: null,
  recover: null,
  total: null,
};
