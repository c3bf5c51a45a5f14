/** Words and figures that every form of a report uses: durations, offsets, weights, verdicts. */
import { formatDuration } from "../../base/duration.ts";
import { ReversionPath } from "../../guard/reversion.ts";
import { type DrillRecord, Recovery, Source, Verdict } from "../verdict/record.ts";

/** The time an interval took; its end may not have been reached. */
export function figure(ms: number | null): string {
  return ms === null ? "not reached" : formatDuration(ms);
}

/** Time since the fault: `+1 m 12.4 s`, `-1.8 s`. */
export function offset(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${formatDuration(Math.abs(ms))}`;
}

export function weightsText(weights: { blue: number; green: number } | null): string {
  return weights ? `blue ${weights.blue} / green ${weights.green}` : "unknown";
}

/** `2026-03-14 09:00:00 UTC`, whatever the reader's zone and locale. */
export function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What a verdict is called on top of a report. */
export const VERDICT_TITLES: Readonly<Record<Verdict, string>> = {
  passed: "Passed",
  failed: "Failed",
  inconclusive: "Inconclusive",
  error: "Error",
  "not-run": "Not run",
  interrupted: "Interrupted",
  "stuck-on-removal": "Stuck on removal",
};

/** One sentence: what happened, and what it means. */
export function outcomeSentence(record: DrillRecord): string {
  const { recovery, durations, objective, reason } = record;
  const total = durations.total;
  if (recovery === Recovery.Reverted && total !== null) {
    const met = objective.met ? "within" : "over";
    const slower = slowerText(record);
    const who = record.path === ReversionPath.Watchdog ? "second way home" : "guard";
    return (
      `The ${who} moved the traffic back by itself: recovered ${figure(total)} after the fault ` +
      `began, ${met} the objective of ${figure(objective.total)}.${slower === null ? "" : ` ${slower}`}${record.verdict === "passed" || reason === null ? "" : ` ${sentence(reason)}`}`
    );
  }
  return reason === null ? "There is nothing to judge." : sentence(reason);
}

/** How much later the decision came than the first way home can make it, where that one did not act. */
export function slowerText({ path, durations, floors }: DrillRecord): string | null {
  const { detect, decide } = durations;
  const other = OTHER_WAYS.get(path);
  if (other === undefined || detect === null || decide === null) return null;
  const { detect: best } = floors;
  if (best === null) return "The first way home did not act.";
  const laterMs = detect + decide - best;
  const than = `${figure(Math.abs(laterMs))} ${laterMs < 0 ? "earlier" : "later"}`;
  return `The first way home did not act; ${other} decided ${than} than the alarms can at best.`;
}

/** Ways home that act where the first one has not. A sentinel is no slower than it. */
const OTHER_WAYS: ReadonlyMap<ReversionPath, string> = new Map([
  [ReversionPath.Watchdog, "the second"],
  [ReversionPath.Reconcile, "the guard's look of every minute"],
]);

function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

export const PART_NAMES = ["detect", "decide", "revert", "recover"] as const;

/** The intervals that make recovery, from left to right. */
export function partsOf({
  path,
  timeline = [],
}: Pick<DrillRecord, "path"> & Partial<Pick<DrillRecord, "timeline">>) {
  const byProbes = timeline.some(({ source }) => source === Source.Watchdog);
  const byAlarm = byProbes ? "the watchdog's probes" : "alarm in ALARM";
  const detected = path === ReversionPath.Sentinel ? "the sentinel's call" : byAlarm;
  return [
    { name: "detect", from: "fault active", to: detected },
    { name: "decide", from: detected, to: "the guard's decision" },
    { name: "revert", from: "the guard's decision", to: "weights read back" },
    { name: "recover", from: "weights read back", to: "last bad response" },
  ] as const;
}

/** What the alarm set allows, beside the time to detect. */
export function floorText({ floors }: DrillRecord): string | null {
  if (floors.detect === null || floors.detectWorst === null) return null;
  return `this alarm set needs ${figure(floors.detect)} at best, ${figure(floors.detectWorst)} at worst`;
}

export function objectiveText({ objective, durations, verdict }: DrillRecord): string {
  const isMeasured = durations.total !== null || verdict === Verdict.Failed;
  const result = objective.met ? "met" : isMeasured ? "missed" : "not measured";
  return `objective ${figure(objective.total)}: ${result}`;
}

/** What is said of a write that was cut short. */
export function tornText({ tornBytes }: { readonly tornBytes: number }): string {
  return `The last write was cut short (${plural(tornBytes, "byte")}) and is not part of the journal.`;
}

/** How the times of one run are to be read. */
export function clockNote(speed: number): string {
  if (speed === 1) return "All times are wall time; rates are per second.";
  if (speed === 0) {
    return (
      "All times are nominal, on a simulation's clock that is moved by hand: waiting takes its " +
      "time, work (calls to AWS, answers) takes none."
    );
  }
  return (
    `All times are nominal, on a clock at ${speed} x the wall. Waiting is scaled, work is not: a ` +
    `second of work counts as ${speed} here. Rates and latencies are in wall time.`
  );
}
