/** Words and figures that every form of a report uses: durations, offsets, weights, verdicts. */
import { formatDuration } from "../../base/duration.ts";
import { type DrillRecord, Recovery, Verdict } from "../record.ts";

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
    return (
      `The guard moved the traffic back by itself: recovered ${figure(total)} after the fault ` +
      `began, ${met} the objective of ${figure(objective.total)}.${record.verdict === "passed" || reason === null ? "" : ` ${sentence(reason)}`}`
    );
  }
  return reason === null ? "There is nothing to judge." : sentence(reason);
}

function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

/** The intervals that make recovery, from left to right. */
export const PARTS = [
  { name: "detect", from: "fault active", to: "alarm in ALARM" },
  { name: "decide", from: "alarm in ALARM", to: "the guard's decision" },
  { name: "revert", from: "the guard's decision", to: "weights read back" },
  { name: "recover", from: "weights read back", to: "last bad response" },
] as const;

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
  return (
    `All times are nominal, on a clock at ${speed} x the wall. Waiting is scaled, work is not: a ` +
    `second of work counts as ${speed} here. Rates and latencies are in wall time.`
  );
}
