/** The draft as Markdown. The same incident and objective give the same bytes. */
import { formatDuration } from "../../../base/duration.ts";
import { offset, plural, utc } from "../text.ts";
import { budgetSentences } from "./budget.ts";
import { code, markdownLine as text } from "./escape.ts";
import type { Action, Detection, Finding, Impact, Incident, Postmortem } from "./incident.ts";

/** Ends with a line feed. */
export function renderPostmortem(
  { incident, objective }: Postmortem,
  runbookDiff?: string,
): string {
  const { title, warnings, outcome, facts, clock, source } = incident;
  return [
    `# Post-mortem draft: ${text(title)}`,
    "",
    ...warnings.flatMap((warning) => ["> [!CAUTION]", `> ${text(warning)}`, ""]),
    INTRODUCTION[incident.kind],
    "",
    `**${text(outcome)}**`,
    "",
    "| | |",
    "|---|---|",
    ...facts.map(({ name, value }) => `| ${text(name)} | ${text(value)} |`),
    "",
    ...timelineLines(incident),
    text(clock),
    "",
    ...intervalLines(incident),
    ...impactLines(incident, objective),
    ...detectionLines(incident.detection),
    ...findingLines("What went well", incident.well, "The record shows nothing that did."),
    ...findingLines(
      "What did not go well",
      incident.poorly,
      "The record shows nothing that did not.",
    ),
    ...findingLines(
      "Where we were lucky",
      incident.luck,
      "The record shows no luck; that is no proof that there was none.",
    ),
    ...findingLines(
      "What is not known",
      incident.unknown,
      "The record leaves nothing open that it could know.",
    ),
    ...actionLines(incident.actions),
    ...(runbookDiff === undefined ? [] : runbookLines(runbookDiff)),
    "---",
    "",
    text(source),
    "",
  ].join("\n");
}

const INTRODUCTION = {
  drill:
    "A draft from the journal of a drill. It asks what in the system made this possible and what would make it less likely; it names no people. Every line follows from the record: add what a record cannot know.",
  reversion:
    "A draft from the environment's own record of a real reversion. It asks what in the system made this possible and what would make it less likely; it names no people. Every line follows from the record: add what a record cannot know.",
} as const;

function timelineLines({ timeline }: Incident): string[] {
  if (timeline.length === 0) return ["## Timeline", "", "No event is on record.", ""];
  return [
    "## Timeline",
    "",
    "| since | at | event | stamped by | may be off by |",
    "|--:|---|---|---|---|",
    ...timeline.map(
      ({ at, sinceMs, event, source, bound }) =>
        `| ${offset(sinceMs)} | ${utc(at)} | ${text(event)} | ${text(source)} | ${text(bound)} |`,
    ),
    "",
  ];
}

function intervalLines({ intervals }: Incident): string[] {
  if (intervals.length === 0) return [];
  return [
    "| part | time | may be off by | between |",
    "|---|--:|--:|---|",
    ...intervals.map(({ name, ms, boundMs, between }) => {
      const time = ms === null ? "not reached" : formatDuration(ms);
      return `| ${name} | ${time} | ${boundMs === null ? "" : `±${formatDuration(boundMs)}`} | ${text(between)} |`;
    }),
    "",
  ];
}

function impactLines({ impact }: Incident, objective: Postmortem["objective"]): string[] {
  if ("unknown" in impact) return ["## Impact", "", `Not known. ${text(impact.unknown)}`, ""];
  return [
    "## Impact",
    "",
    text(requestsSentence(impact)),
    "",
    ...[...budgetSentences(impact, objective), ...impact.notes].map((line) => `- ${text(line)}`),
    "",
  ];
}

function requestsSentence({ requests, failed, slow }: Impact): string {
  const late = slow === null ? "how many were slow is not known" : `${slow} were slow`;
  return `Of ${plural(requests, "request")} ${failed} failed; ${late}.`;
}

function detectionLines({ floorMs, worstMs, actual, notes }: Detection): string[] {
  return [
    "## Detection gap",
    "",
    "| best case | actual | worst case |",
    "|--:|--:|--:|",
    `| ${knownText(floorMs)} | ${actualText(actual)} | ${knownText(worstMs)} |`,
    "",
    ...notes.map((note) => `- ${text(note)}`),
    ...(notes.length > 0 ? [""] : []),
  ];
}

function knownText(ms: number | null): string {
  return ms === null ? "not known" : formatDuration(ms);
}

function actualText(actual: Detection["actual"]): string {
  if (!actual) return "not known";
  const { leastMs, mostMs } = actual;
  if (leastMs === mostMs) return formatDuration(leastMs);
  return `${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
}

function findingLines(title: string, findings: readonly Finding[], none: string): string[] {
  return [
    `## ${title}`,
    "",
    ...(findings.length === 0
      ? [none]
      : findings.map((one) => `- ${text(one.text)} ${evidence(one)}`)),
    "",
  ];
}

function evidence({ evidence: shown }: Finding): string {
  return `*Evidence: ${text(shown.replace(/\.$/, ""))}.*`;
}

function actionLines(actions: readonly Action[]): string[] {
  return [
    "## Actions",
    "",
    ...(actions.length === 0
      ? ["The record asks for none."]
      : actions.map((action) => {
          const begin = action.commands.map(code).join(", then ");
          return `- [ ] ${text(action.text)}${begin === "" ? "." : `: ${begin}.`} ${evidence(action)}`;
        })),
    "",
  ];
}

function runbookLines(diff: string): string[] {
  if (diff === "") return ["## Runbook", "", "It says all this already.", ""];
  // Longer than any fence that the runbook itself has.
  const longest = Math.max(2, ...[...diff.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return ["## Runbook", "", `${fence}diff`, diff.replace(/\n$/, ""), fence, ""];
}
