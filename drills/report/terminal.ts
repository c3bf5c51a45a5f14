/** The report for a terminal: the verdict, the five figures with their floors, the timeline, the claims. */
import pc from "picocolors";
import { formatDuration } from "../../base/duration.ts";
import { type DrillRecord, Verdict } from "../verdict/record.ts";
import { plain } from "./escape.ts";
import type { JournalModel, ReportModel, RunReport } from "./model.ts";
import {
  figure,
  floorText,
  objectiveText,
  offset,
  partsOf,
  plural,
  slowerText,
  tornText,
  utc,
  weightsText,
} from "./text.ts";

/** Every run, the newest last: where a terminal's reader is. */
export function renderTerminal({ journal, runs }: ReportModel): string {
  const oldestFirst = runs.toReversed();
  return [
    ...(journal.problems.length > 0 ? [alert(journal), ""] : []),
    ...(runs.length === 0 ? ["this journal holds no drill yet"] : []),
    ...oldestFirst.map(renderRun),
    ...(runs.length > 1 ? ["", ...overview(oldestFirst)] : []),
    "",
    ...journalLines(journal),
  ].join("\n");
}

/** One drill, as the demo ends with it. */
export function renderSummary(record: DrillRecord): string {
  const { durations, traffic } = record;
  const slower = slowerText(record);
  const lines = [
    "",
    `${verdictWord(record)}  ${plain(record.drill)} on ${plain(record.environment)}: ${outcome(record)}`,
    "",
    "  at (nominal)   event                source",
    ...timelineLines(record),
    "",
    ...partsOf(record).flatMap(({ name, from, to }) => {
      const line = figureLine(name, durations[name], `${from} -> ${to}`);
      const floor = name === "detect" ? floorText(record) : null;
      return floor === null ? [line] : [line, `${"".padEnd(26)}${floor}`];
    }),
    figureLine("total", durations.total, objectiveText(record)),
    ...(slower === null ? [] : [`${"".padEnd(26)}${slower}`]),
    "",
    `  ${traffic.requests} requests, ${traffic.errors} failed${slowText(traffic.slow)}; weights ${weightsText(traffic.weightsBefore)} before, ${weightsText(traffic.weightsAfter)} after`,
    `  residue: ${record.residue.length === 0 ? "none" : plain(record.residue.join("; "))}`,
  ];
  const { speed } = record.clock;
  if (speed !== 1) {
    const how =
      speed === 0
        ? "on a clock moved by hand: work took none of it"
        : `at ${speed} x: work took wall time and counts ${speed}-fold here`;
    lines.push(pc.dim(`  n = 1, in nominal time ${how}`));
  }
  return lines.join("\n");
}

function renderRun(run: RunReport): string {
  const { record } = run;
  const head = record
    ? renderSummary(record)
    : `\n${pc.yellow(run.swept ? "CUT SHORT, SWEPT" : "NO END")}  ${plain(run.drill)} on ${plain(run.environment)}: no record in the journal`;
  const claims = run.claims.map(({ holds, text }) => `  ${mark(holds)} ${plain(text)}`);
  const started = pc.dim(`  run ${plain(run.id)}, started ${utc(run.startedWallAt)}`);
  return [head, started, ...(claims.length > 0 ? ["", "  verified:", ...claims] : [])].join("\n");
}

function mark(holds: boolean | null): string {
  if (holds === null) return pc.yellow("?");
  return holds ? pc.green("✓") : pc.red("✗");
}

function overview(runs: readonly RunReport[]): string[] {
  return runs.map((run) => {
    const verdict = run.record?.verdict ?? (run.swept ? "swept" : "no end");
    const total = figure(run.record?.durations.total ?? null);
    return `${utc(run.startedWallAt)}  ${plain(run.drill).padEnd(22)} ${verdict.padEnd(16)} ${total.padStart(12)}`;
  });
}

function journalLines(journal: JournalModel): string[] {
  return [
    `journal: ${plural(journal.entries, "entry", "entries")}, head ${journal.head ?? "none"}`,
    ...(journal.tornBytes > 0 ? [tornText(journal)] : []),
    journal.problems.length === 0
      ? "every entry is as it was written"
      : pc.red("not as it was written: see the top of this report"),
  ];
}

function alert(journal: JournalModel): string {
  return [
    pc.red(
      pc.bold("THIS JOURNAL IS NOT AS IT WAS WRITTEN: nothing in this report proves anything"),
    ),
    ...journal.problems.map((problem) => pc.red(`  ${plain(problem.detail)}`)),
  ].join("\n");
}

function verdictWord({ verdict }: DrillRecord): string {
  return verdict === Verdict.Passed ? pc.green("PASSED") : pc.red(verdict.toUpperCase());
}

function outcome(record: DrillRecord): string {
  const broken = record.brokenLink === null ? "" : `; broken link: ${record.brokenLink}`;
  const reason = record.reason === null ? "" : ` (${plain(record.reason)})`;
  return `${record.recovery ?? "nothing to judge"}${broken}${reason}`;
}

function timelineLines({ timeline }: DrillRecord): string[] {
  const zero = timeline.find((event) => event.event === "fault.injected");
  return timeline.map((event) => {
    const at = zero ? offset(Date.parse(event.at) - Date.parse(zero.at)) : event.at;
    return `  ${at.padStart(12)}   ${event.event.padEnd(20)} ${event.source} (±${formatDuration(event.resolutionMs)})`;
  });
}

function figureLine(name: string, ms: number | null, note: string): string {
  return `  ${name.padEnd(8)} ${figure(ms).padStart(12)}   ${note}`;
}

function slowText(slow: number | undefined): string {
  return slow ? `, ${slow} slow` : "";
}
