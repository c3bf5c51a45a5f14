/** What many drills say together, as Markdown: a compact table in sight, the rest folded away. */
import { COVERAGE_STATES } from "./coverageStates.ts";
import { figure, utc, VERDICT_TITLES } from "../text.ts";
import { markdown } from "../escape.ts";
import type {
  EnvironmentCoverage,
  PathFreshness,
  RunGroup,
  SummaryModel,
} from "../summary/model.ts";
import {
  intervalText,
  quantileText,
  regressionText,
  releaseName,
  seriesName,
  trendText,
} from "./figureWords.ts";
import { age } from "../summary/words.ts";
import { notProven, overall } from "./overall.ts";

/** A comment has a length: GitHub takes 65,536 characters. */
const GROUPS = 40;
const HOLES_IN_SIGHT = 5;
const HOLES = 60;
const ENVIRONMENTS = 6;
const SERIES = 20;

const ICONS = { good: "✅", warn: "⚠️", bad: "❌" } as const;

export function overviewLines(model: SummaryModel): string[] {
  const { tone, title, text } = overall(model);
  return [`## ${ICONS[tone]} ${markdown(title)}`, "", markdown(text), "", ...groupLines(model)];
}

function groupLines({ groups }: SummaryModel): string[] {
  if (groups.length === 0) return [];
  const newest = groups.slice(-GROUPS);
  const older = groups.length - newest.length;
  return [
    "| drill | environment | release | n | min | p50 | p90 | max | objective |",
    "|---|---|---|--:|--:|--:|--:|--:|---|",
    ...newest.map(groupRow),
    "",
    ...(older > 0 ? [`${older} more groups are in the HTML report.`, ""] : []),
  ];
}

function groupRow(group: RunGroup): string {
  const { recovery, environment, release, objective } = group;
  const { n, censored, minMs, p50Ms, p90Ms, maxMs } = recovery;
  const open = censored === 0 ? "" : ` (${censored} never recovered)`;
  const cells = [
    markdown(seriesName(group)),
    markdown(environment),
    release === null ? "–" : markdown(release),
    `${n}${open}`,
    minMs === null ? "–" : figure(minMs),
    `**${quantileText(p50Ms, recovery)}**`,
    quantileText(p90Ms, recovery),
    censored > 0 ? "open" : maxMs === null ? "–" : figure(maxMs),
    markdown(objective.says),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The first holes in sight, then everything else folded away. */
export function proofLines(model: SummaryModel): string[] {
  const open = notProven(model);
  const rest = open.slice(HOLES_IN_SIGHT);
  const inSight = open.slice(0, HOLES_IN_SIGHT).map(item);
  const more = rest.slice(0, HOLES).map(item);
  const left = rest.length - more.length;
  return [
    ...(open.length === 0 ? [] : [`### Not proven (${open.length})`, "", ...inSight, ""]),
    ...(more.length === 0
      ? []
      : folded(`${rest.length} more that is not proven`, [
          ...more,
          ...(left > 0 ? [`- and ${left} more`] : []),
        ])),
    ...freshnessLines(model),
    ...model.coverage.slice(0, ENVIRONMENTS).flatMap(coverageLines),
    ...comparisonLines(model),
  ];
}

function item(text: string): string {
  return `- ${markdown(text)}`;
}

function freshnessLines({ freshness, question }: SummaryModel): string[] {
  if (freshness.length === 0) return [];
  const fresh = freshness.filter(({ isFresh }) => isFresh).length;
  const shown = freshness.slice(0, GROUPS);
  const left = freshness.length - shown.length;
  return folded(
    `Freshness: ${fresh} of ${freshness.length} rollback paths passed within ${age(question.maxAgeMs)}`,
    [
      "| environment | way home | fresh | last pass | newest drill |",
      "|---|---|---|---|---|",
      ...shown.map(freshnessRow),
      ...(left > 0 ? ["", `${left} more are in the HTML report.`] : []),
      "",
      `Ages are counted from ${utc(question.now)}.`,
    ],
  );
}

function freshnessRow({ environment, path, isFresh, lastPass, last }: PathFreshness): string {
  const pass = lastPass
    ? `${markdown(lastPass.drill)}, ${age(lastPass.ageMs)} ago, ${figure(lastPass.totalMs)}`
    : "never";
  const newest = last ? `${VERDICT_TITLES[last.verdict]}, ${age(last.ageMs)} ago` : "none";
  return `| ${markdown(environment)} | ${path} | ${isFresh ? "✅" : "❌"} | ${pass} | ${newest} |`;
}

function coverageLines({ environment, paths, faults, cells }: EnvironmentCoverage): string[] {
  if (paths.length === 0) return [];
  const rows = faults.map(({ fault, isHole }, column) => {
    const states = paths.map((_, row) => {
      const found = cells[row]?.[column];
      if (!found) return "";
      const { mark, words } = COVERAGE_STATES[found.state];
      return `${mark} ${words}`;
    });
    return `| ${markdown(fault)}${isHole ? " **hole**" : ""} | ${states.join(" | ")} |`;
  });
  return folded(`Coverage of ${markdown(environment)}`, [
    `| fault | ${paths.join(" | ")} |`,
    `|---|${paths.map(() => "---|").join("")}`,
    ...rows,
  ]);
}

/** Intervals, trends and releases: what the figures can and cannot bear. */
function comparisonLines({ series, groups }: SummaryModel): string[] {
  if (series.length === 0) return [];
  const shown = series.slice(0, SERIES);
  const left = series.length - shown.length;
  const lines = shown.map((one) => {
    const newest = one.groups.flatMap((at) => groups[at] ?? []).at(-1);
    const interval = newest
      ? `Interval of p50 (${releaseName(newest.release)}): ${intervalText(newest.recovery.p50Interval)}. `
      : "";
    const last = one.regressions.at(-1);
    const compared = last ? `\n  - ${markdown(regressionText(last))}` : "";
    return `- **${markdown(seriesName(one))}** on ${markdown(one.environment)}: ${markdown(interval + trendText(one.trend))}${compared}`;
  });
  return folded("Intervals, trends and releases", [
    ...lines,
    ...(left > 0 ? [`- ${left} more drills are in the HTML report.`] : []),
  ]);
}

export function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}
