/** The overview for a terminal: what many drills say together, before the newest ones one by one. */
import pc from "picocolors";
import { formatDuration } from "../../../base/duration.ts";
import { plain } from "../escape.ts";
import { plural, utc } from "../text.ts";
import { Coverage, type RunGroup, type RunSeries, type SummaryModel } from "./model.ts";
import { age } from "./words.ts";

const MOST_HOLES = 12;

export function renderOverview(model: SummaryModel): string {
  const { question, totals, groups, series, coverage, freshness, clockErrors } = model;
  if (totals.runs === 0) return "no run with a record is what was asked for";
  const verdicts = Object.entries(totals.verdicts).filter(([, count]) => count > 0);
  return [
    `${plural(totals.runs, "run")}: ${verdicts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")}` +
      (totals.unfinished > 0 ? `; ${totals.unfinished} without an end` : ""),
    "",
    ...table(groups),
    ...series.flatMap(seriesLines),
    ...(clockErrors.length > 0 ? ["", pc.red("clock errors, in no figure:")] : []),
    ...clockErrors.map(({ runId, detail }) => `  ${plain(runId)}: ${plain(detail)}`),
    "",
    `ways home, as of ${utc(question.now)}, at most ${age(question.maxAgeMs)} old:`,
    ...freshness.map(({ environment, path, isFresh, lastPass, whyNot }) => {
      const mark = isFresh ? pc.green("✓") : pc.red("✗");
      const said = lastPass
        ? `passed ${age(lastPass.ageMs)} ago in ${shown(lastPass.totalMs)} (${lastPass.drill})`
        : "";
      return `  ${mark} ${plain(whyNot ?? `${environment}: ${path} ${said}`)}`;
    }),
    ...coverage.flatMap(({ environment, faults, cells, holes }) => {
      const covered = faults.filter(({ isHole }) => !isHole).length;
      const failed = cells.flat().filter(({ state }) => state === Coverage.Failed).length;
      const more = holes.length - MOST_HOLES;
      return [
        "",
        `${plain(environment)}: ${covered} of ${faults.length} faults covered${failed > 0 ? `, ${failed} failed last time` : ""}; holes:`,
        ...holes.slice(0, MOST_HOLES).map((hole) => `  - ${plain(hole)}`),
        ...(more > 0 ? [`  and ${more} more (--json has all)`] : []),
        ...(holes.length === 0 ? ["  none"] : []),
      ];
    }),
  ].join("\n");
}

const HEADS = ["drill", "environment", "release", "n", "min", "p50", "p90", "max", "objective"];

function table(groups: readonly RunGroup[]): string[] {
  const rows = [HEADS, ...groups.map(cellsOf)];
  const widths = HEADS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row, index) => {
    const line = row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column < 3 || column === 8 ? text.padEnd(width) : text.padStart(width);
      })
      .join("  ")
      .trimEnd();
    return index === 0 ? pc.dim(line) : line;
  });
}

function cellsOf({
  drill,
  fault,
  environment,
  release,
  speed,
  recovery,
  objective,
}: RunGroup): string[] {
  const { n, censored, minMs, p50Ms, p90Ms, maxMs } = recovery;
  const name = fault === drill ? drill : `${drill} (${fault})`;
  return [
    plain(speed === 1 || speed === 0 ? name : `${name} at ${speed} x`),
    plain(environment),
    plain(release ?? "-"),
    censored > 0 ? `${n}, ${censored} open` : String(n),
    shown(minMs),
    reached(p50Ms, n),
    reached(p90Ms, n),
    censored > 0 ? "open" : shown(maxMs),
    objective.says,
  ];
}

function seriesLines({ drill, environment, trend, regressions }: RunSeries): string[] {
  if (trend.n < 2) return [];
  const slope = trend.slopeMsPerDay === null ? "" : `, ${signed(trend.slopeMsPerDay)} a day`;
  const said = {
    slower: pc.red(`slower with time (p = ${trend.pValue?.toPrecision(2)}${slope})`),
    faster: `faster with time (p = ${trend.pValue?.toPrecision(2)}${slope})`,
    "none-shown": "no trend shown",
    "too-few": "too few for a trend",
  }[trend.direction];
  return [
    "",
    `${plain(drill)} on ${plain(environment)}: ${said}; ${trend.power.says}`,
    ...regressions.map(({ from, to, direction, shiftMs, pValue, power }) => {
      const shift = shiftMs === null ? "" : ` by ${signed(shiftMs)}`;
      const found = {
        slower: pc.red(`slower${shift} (p = ${pValue?.toPrecision(2)})`),
        faster: `faster${shift} (p = ${pValue?.toPrecision(2)})`,
        "none-shown": "no change shown",
        "too-few": "too few to compare",
      }[direction];
      return `  ${plain(from ?? "an unnamed release")} -> ${plain(to ?? "an unnamed release")}: ${found}; ${power.says}`;
    }),
  ];
}

function shown(ms: number | null): string {
  return ms === null ? "-" : formatDuration(ms);
}

function reached(ms: number | null, n: number): string {
  return ms === null && n > 0 ? "not reached" : shown(ms);
}

function signed(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${formatDuration(Math.abs(ms))}`;
}
