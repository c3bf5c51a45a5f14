/**
 * The candidate's own watch: feeds the sequential test with what both slots answered, stretch by
 * stretch. Pure; what it reads and whom it calls is in sentinelWatch.ts.
 */
import type { EnvironmentRecord } from "../guard/record.ts";
import { currentStep } from "../guard/rollout/rollout.ts";
import { otherSlot, type Slot } from "../guard/slot.ts";
import {
  Decision,
  DEFAULT_SENTINEL,
  initialSentinel,
  observe,
  type SentinelState,
  type SentinelVerdict,
  verdictOf,
} from "../judge/sentinel.ts";
import { type Counts, NO_COUNTS, plus } from "./countHistory.ts";
import type { CountsReport } from "./countsTable.ts";

export interface SentinelSettings {
  /** In (0, 1): the probability of reverting a good candidate, over a whole rollout. */
  readonly falseReversions: number;
  /** Tasks of the candidate slot. */
  readonly tasks: number;
}

export interface Sentinel {
  readonly settings: SentinelSettings;
  /** The shift of traffic that it watches (`shiftOf`). */
  readonly shift: string;
  /** The next stretch to compare. */
  readonly next: number;
  /** Against what the stable slot answers at the same time. */
  readonly beside: SentinelState;
  /** Against what it answered before, once the candidate has all traffic; null until then. */
  readonly alone: SentinelState | null;
}

/** What the sidecars of both slots have told, of whatever shift. */
export type Told = Readonly<Record<Slot, readonly CountsReport[]>>;

/**
 * Every task runs two tests (beside, and alone), and may be replaced once with its evidence lost:
 * that many tests may each revert, and together they keep the probability that was asked for.
 */
const TESTS_PER_TASK = 4;
/** A sidecar that is so many stretches behind the first is dead, and is not waited for. */
const LIVE_STRETCHES = 10;

/** @param first the first whole stretch of the shift */
export function beginSentinel(settings: SentinelSettings, shift: string, first: number): Sentinel {
  return { settings, shift, next: first, beside: testOf(settings, null), alone: null };
}

/** Takes in every stretch that all live sidecars have told of. */
export function advance(sentinel: Sentinel, record: EnvironmentRecord, told: Told): Sentinel {
  const { candidate } = record;
  if (!candidate) return sentinel;
  const reports = {
    candidate: told[candidate].filter(({ shift }) => shift === sentinel.shift),
    stable: told[otherSlot(candidate)].filter(({ shift }) => shift === sentinel.shift),
  };
  const isAlone = !record.rollout || currentStep(record.rollout).weight === 100;
  const newest = Math.max(...reports.candidate.map(({ through }) => through), -Infinity);
  const live = (all: readonly CountsReport[]): CountsReport[] =>
    all.filter(({ through }) => through > newest - LIVE_STRETCHES);
  const awaited = [...live(reports.candidate), ...(isAlone ? [] : live(reports.stable))];
  // Beside nobody nothing can be compared; what is told later comes too late for its stretch.
  const last =
    isAlone || live(reports.stable).length > 0
      ? Math.min(...awaited.map(({ through }) => through))
      : sentinel.next - 1;
  if (!Number.isFinite(last)) return sentinel;
  let { beside } = sentinel;
  let alone = sentinel.alone ?? (isAlone ? aloneTest(sentinel.settings, reports.stable) : null);
  for (let stretch = Math.max(sentinel.next, last - 100); stretch <= last; stretch++) {
    const batch = {
      candidate: at(reports.candidate, stretch),
      stable: at(reports.stable, stretch),
    };
    if (!isAlone) beside = observe(beside, batch);
    else if (alone) alone = observe(alone, batch);
  }
  return { ...sentinel, next: Math.max(sentinel.next, last + 1), beside, alone };
}

/** The verdict of the test that says more. */
export function sentinelVerdict({ beside, alone }: Sentinel): SentinelVerdict {
  const verdicts = [beside, ...(alone ? [alone] : [])].map(verdictOf);
  return verdicts.reduce((most, one) => (one.eValue > most.eValue ? one : most));
}

export function saysRevert(sentinel: Sentinel): boolean {
  return sentinelVerdict(sentinel).decision === Decision.Revert;
}

/** Null while nobody has told what the stable slot answered before. */
function aloneTest(
  settings: SentinelSettings,
  stable: readonly CountsReport[],
): SentinelState | null {
  const control = stable.reduce((sum, report) => plus(sum, report.control), NO_COUNTS);
  return control.requests === 0 ? null : testOf(settings, control);
}

function testOf(
  { falseReversions, tasks }: SentinelSettings,
  control: Counts | null,
): SentinelState {
  const of = (kind: "errors" | "slow") =>
    control && { requests: control.requests, events: control[kind] };
  return initialSentinel({
    falseReversions,
    sidecars: TESTS_PER_TASK * tasks,
    errors: { ...DEFAULT_SENTINEL.errors, control: of("errors") },
    ...(DEFAULT_SENTINEL.latency && {
      latency: { ...DEFAULT_SENTINEL.latency, control: of("slow") },
    }),
  });
}

function at(reports: readonly CountsReport[], stretch: number): Counts {
  return reports
    .flatMap(({ stretches }) => stretches.filter((one) => one.at === stretch))
    .reduce<Counts>(plus, NO_COUNTS);
}
