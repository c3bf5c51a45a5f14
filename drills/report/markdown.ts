/** The report as Markdown, for a pull request: verdict and figures in sight, the rest folded away. */
import { formatDuration } from "../../base/duration.ts";
import { elsewhereLines } from "./elsewhere.ts";
import { markdown } from "./escape.ts";
import type { JournalModel, ReportModel, RunReport } from "./model.ts";
import { runsToShow } from "./page/shownRuns.ts";
import { folded, overviewLines, proofLines } from "./page/markdownOverview.ts";
import type { SummaryModel } from "./summary/model.ts";
import {
  clockNote,
  figure,
  floorText,
  objectiveText,
  offset,
  outcomeSentence,
  partsOf,
  plural,
  tornText,
  utc,
  VERDICT_TITLES,
} from "./text.ts";

/** With more runs than this the older ones are left out: a comment has a length. */
const SHOWN_RUNS = 5;

/** The same journal and question give the same bytes. Ends with a line feed. */
export function markdownReport({ journal, runs: all }: ReportModel, summary: SummaryModel): string {
  const ids = runsToShow(summary).map(({ id }) => id);
  const byId = new Map(all.map((run) => [run.id, run]));
  const runs = ids.slice(0, SHOWN_RUNS).flatMap((id) => byId.get(id) ?? []);
  const older = ids.length - runs.length;
  const [only] = ids.length === 1 ? runs : [];
  return [
    ...(journal.problems.length > 0 ? alert(journal) : []),
    ...(ids.length === 0 ? [nothing(journal), ""] : []),
    ...(only ? [...runLines(only), ...proofLines(summary)] : []),
    ...(ids.length > 1 ? [...overviewLines(summary), ...proofLines(summary)] : []),
    ...(ids.length > 1 ? runs.flatMap(foldedRun) : []),
    ...(older > 0 ? [`${plural(older, "older run")} left out here, and counted above.`, ""] : []),
    ...elsewhereLines(summary.ingested),
    `Journal: ${plural(journal.entries, "entry", "entries")}, head \`${journal.head ?? "none"}\``,
    ...(journal.tornBytes > 0 ? ["", tornText(journal)] : []),
    "",
  ].join("\n");
}

function alert(journal: JournalModel): string[] {
  return [
    "> [!CAUTION]",
    "> **This journal is not as it was written. Nothing below proves anything.**",
    ...journal.problems.map((problem) => `> - ${markdown(problem.detail)}`),
    "",
  ];
}

function nothing({ entries }: JournalModel): string {
  return entries === 0
    ? "This journal holds no drill yet."
    : "No drill of this journal is what was asked for.";
}

function foldedRun(run: RunReport): string[] {
  const { record } = run;
  const verdict = record ? VERDICT_TITLES[record.verdict] : "No record";
  const name = `${markdown(run.drill)} on ${markdown(run.environment)}`;
  return folded(`${verdict}: ${name}, ${utc(run.startedWallAt)}`, runLines(run));
}

function runLines(run: RunReport): string[] {
  const { record } = run;
  const verdict = record ? VERDICT_TITLES[record.verdict] : "No record";
  const icon = record?.verdict === "passed" ? "✅" : "❌";
  const outcome = record ? outcomeSentence(record) : "The journal has no record of this run.";
  return [
    `## ${icon} ${verdict}: ${markdown(run.drill)} on ${markdown(run.environment)}`,
    "",
    markdown(outcome),
    "",
    ...(record ? figureLines(record) : []),
    ...timelineLines(run),
    ...claimLines(run),
    `Run ${markdown(run.id)}, started ${utc(run.startedWallAt)}. ${clockNote(run.speed)}`,
    "",
  ];
}

function figureLines(record: NonNullable<RunReport["record"]>): string[] {
  const { durations } = record;
  const floor = floorText(record);
  const rows = partsOf(record).map(({ name, from, to }) => {
    const note = name === "detect" && floor !== null ? `; ${floor}` : "";
    return `| ${name} | ${figure(durations[name])} | ${from} → ${to}${note} |`;
  });
  return [
    "| part | time | |",
    "|---|--:|---|",
    ...rows,
    `| **total** | **${figure(durations.total)}** | ${objectiveText(record)}; n = 1 |`,
    "",
  ];
}

function timelineLines(run: RunReport): string[] {
  if (run.timeline.length === 0) return [];
  const rows = run.timeline.map((entry) => {
    const at = offset(Date.parse(entry.at) - run.zeroMs);
    return `| ${at} | ${entry.event} | ${entry.source} | ±${formatDuration(entry.resolutionMs)} |`;
  });
  return folded("Timeline", ["| at | event | stamped by | to |", "|--:|---|---|--:|", ...rows]);
}

function claimLines(run: RunReport): string[] {
  if (run.claims.length === 0) return [];
  const lines = run.claims.map(({ holds, text, how }) => {
    const mark = holds === null ? "❔" : holds ? "✅" : "❌";
    return `- ${mark} ${markdown(text)} <sub>How: ${markdown(how)}.</sub>`;
  });
  return folded("What was verified, and how", lines);
}
