/** A drill's record in words: the verdict, the five figures with their floors, the timeline. */
import pc from "picocolors";
import { formatDuration } from "../base/duration.ts";
import { type DrillRecord, Verdict } from "../drills/record.ts";

export function renderSummary(record: DrillRecord): string {
  const { durations, floors, traffic } = record;
  const good = record.verdict === Verdict.Passed;
  const lines = [
    "",
    `${good ? pc.green("PASSED") : pc.red(record.verdict.toUpperCase())}  ${record.drill} on ${record.environment}: ${verdictText(record)}`,
    "",
    "  at (nominal)   event                source",
    ...timelineLines(record),
    "",
    `  detect   ${figure(durations.detect)}   fault active -> alarm in ALARM`,
    `  ${"".padEnd(21)}   this alarm set needs ${figure(floors.detect).trim()} at best, ${figure(floors.detectWorst).trim()} at worst`,
    `  decide   ${figure(durations.decide)}   -> the guard's decision`,
    `  revert   ${figure(durations.revert)}   -> weights read back`,
    `  recover  ${figure(durations.recover)}   -> last bad response`,
    `  total    ${figure(durations.total)}   objective ${figure(record.objective.total).trim()}: ${record.objective.met ? "met" : "missed"}`,
    "",
    `  ${traffic.requests} requests, ${traffic.errors} failed; weights ${weightsText(traffic.weightsBefore)} before, ${weightsText(traffic.weightsAfter)} after`,
    `  residue: ${record.residue.length === 0 ? "none" : record.residue.join("; ")}`,
  ];
  if (record.clock.speed !== 1) {
    lines.push(
      pc.dim(
        `  n = 1, in nominal time at ${record.clock.speed} x: work took wall time and counts ${record.clock.speed}-fold here`,
      ),
    );
  }
  return lines.join("\n");
}

function verdictText(record: DrillRecord): string {
  const broken = record.brokenLink === null ? "" : `; broken link: ${record.brokenLink}`;
  const reason = record.reason === null ? "" : ` (${record.reason})`;
  return `${record.recovery ?? "nothing to judge"}${broken}${reason}`;
}

function timelineLines(record: DrillRecord): string[] {
  const zero = record.timeline.find((event) => event.event === "fault.injected");
  return record.timeline.map((event) => {
    const offsetMs = zero ? Date.parse(event.at) - Date.parse(zero.at) : Number.NaN;
    const sign = offsetMs < 0 ? "-" : "+";
    const at = Number.isNaN(offsetMs) ? event.at : sign + formatDuration(Math.abs(offsetMs));
    return `  ${at.padStart(12)}   ${event.event.padEnd(20)} ${event.source} (±${formatDuration(event.resolutionMs)})`;
  });
}

function figure(ms: number | null): string {
  return (ms === null ? "not reached" : formatDuration(ms)).padStart(12);
}

function weightsText(weights: { blue: number; green: number } | null): string {
  return weights ? `blue ${weights.blue} / green ${weights.green}` : "unknown";
}
