/** The two pictures of a drill's recoveries: how they spread, and how they went over time. */
import { distributionChart, type Lane, type Observed } from "../charts/distribution.ts";
import type { References } from "../charts/references.ts";
import { isDrawnAsDots, trendChart } from "../charts/trend.ts";
import { html, type Markup } from "../escape.ts";
import {
  Measured,
  type RunGroup,
  type RunPoint,
  type RunSeries,
  type SummaryModel,
} from "../summary/model.ts";
import { releaseName, trendText } from "./figureWords.ts";

/** Fewer than so many are a list and no course of time. */
const TREND_RUNS = 8;

interface Pictured {
  readonly series: RunSeries;
  /** Releases that have a lane, from top to bottom. */
  readonly groups: readonly RunGroup[];
  readonly key: string;
  readonly explains: boolean;
}

/** Null for fewer than two runs that measured anything. */
export function seriesPictures(model: SummaryModel, pictured: Pictured): Markup | null {
  const { series, groups, key, explains } = pictured;
  const runs = runsAt(model, series.runs);
  if (runs.flatMap(observed).length < 2) return null;
  const references = referencesOf(runs);
  const lanes = groups
    .map((group) => laneOf(model, group))
    .filter((lane) => lane.observed.length > 0);
  const title = `Times to recovery of ${series.drill} on ${series.environment}`;
  return html`<figure>
      ${distributionChart({ title, lanes, references }, `${key}-spread`)}
      ${explains ? html`<figcaption>${HOW_TO_READ}</figcaption>` : null}
    </figure>
    ${overTime(model, pictured, references.objectiveMs)}`;
}

const HOW_TO_READ =
  "A dot is a run, of very many a bar is their number. The long mark is p50, the dotted one p90, the " +
  "bar below the line the interval of p50. An open arrow is a run that had not recovered when the " +
  "drill gave up. Dashed: what detection takes with this alarm set at best and at worst.";

function overTime(
  model: SummaryModel,
  { series, key }: Pictured,
  objectiveMs: number | null,
): Markup {
  const runs = runsAt(model, series.runs).flatMap((run) =>
    observed(run).map(({ ms, isCensored }) => ({
      ms,
      isCensored,
      atMs: Date.parse(run.startedWallAt),
    })),
  );
  const title = `Recovery of ${series.drill} over time`;
  const releases = releasesOf(model, series);
  const chart =
    runs.length < TREND_RUNS
      ? null
      : trendChart({ title, runs, releases, objectiveMs }, `${key}-trend`);
  if (chart === null) return html`<p class="muted">${trendText(series.trend)}</p>`;
  const ranges = isDrawnAsDots(runs)
    ? ""
    : " A line goes from the least to the most of its stretch of time, the bar on it is the median.";
  return html`<h4>Over time</h4>
    <figure>
      ${chart}
      <figcaption>${`${trendText(series.trend)}${ranges}`}</figcaption>
    </figure>`;
}

function runsAt(model: SummaryModel, indices: readonly number[]): RunPoint[] {
  return indices.flatMap((at) => model.runs[at] ?? []);
}

function observed({ measured, totalMs, censoredMs }: RunPoint): Observed[] {
  if (measured === Measured.Exactly && totalMs !== null)
    return [{ ms: totalMs, isCensored: false }];
  if (measured === Measured.AtLeast && censoredMs !== null) {
    return [{ ms: censoredMs, isCensored: true }];
  }
  return [];
}

function laneOf(model: SummaryModel, group: RunGroup): Lane {
  const { p50Ms, p90Ms, p50Interval } = group.recovery;
  const { lowMs, highMs } = p50Interval;
  return {
    label: releaseName(group.release),
    observed: runsAt(model, group.runs).flatMap(observed),
    p50Ms,
    p90Ms,
    interval: lowMs === null || highMs === null ? null : { lowMs, highMs },
  };
}

/** The widest that any run allows: alarms may have been changed between them. */
function referencesOf(runs: readonly RunPoint[]): References {
  const best = runs.flatMap(({ floors }) => floors.detect ?? []);
  const worst = runs.flatMap(({ floors }) => floors.detectWorst ?? []);
  return {
    bestMs: best.length === 0 ? null : best.reduce((a, b) => Math.min(a, b)),
    worstMs: worst.length === 0 ? null : worst.reduce((a, b) => Math.max(a, b)),
    objectiveMs: runs.at(-1)?.objectiveMs ?? null,
  };
}

/** Where each release was first drilled. */
function releasesOf(model: SummaryModel, { groups }: RunSeries) {
  return groups.flatMap((at) => {
    const [first] = runsAt(model, model.groups[at]?.runs.slice(0, 1) ?? []);
    return first?.release ? [{ atMs: Date.parse(first.startedWallAt), name: first.release }] : [];
  });
}
