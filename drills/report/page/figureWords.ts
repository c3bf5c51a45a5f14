/** What figures of many runs are called in every form of the report. Pure. */
import { formatDuration } from "../../../base/duration.ts";
import type { Interval, RecoveryFigures } from "../../../judge/recovery/figures.ts";
import type { Regression, RunSeries, Trend } from "../summary/model.ts";

/** A quantile that too few runs reached is not a number. */
export function quantileText(ms: number | null, { n }: RecoveryFigures): string {
  if (ms !== null) return formatDuration(ms);
  return n === 0 ? "–" : "not reached";
}

export function intervalText({ lowMs, highMs, whyNot, confidence }: Interval): string {
  if (lowMs === null) return `none: ${whyNot ?? "nothing was measured"}`;
  const share = `${Math.round(100 * confidence)} %`;
  if (highMs !== null) return `${formatDuration(lowMs)} to ${formatDuration(highMs)} (${share})`;
  const why = whyNot === null ? "" : `: ${whyNot}`;
  return `from ${formatDuration(lowMs)} (${share}), no upper end${why}`;
}

export function releaseName(release: string | null): string {
  return release ?? "release not named";
}

/** Of a series' drill; its clock only where it is not the wall's. */
export function seriesName({ drill, speed }: Pick<RunSeries, "drill" | "speed">): string {
  return speed === 1 || speed === 0 ? drill : `${drill} (clock at ${speed} x)`;
}

export function trendText({ direction, tau, pValue, slopeMsPerDay, power, n }: Trend): string {
  const known =
    tau === null || pValue === null ? "" : ` (Kendall's tau ${tau.toFixed(2)}, p ${pText(pValue)})`;
  const slope = slopeMsPerDay === null ? "" : `, ${formatDuration(Math.abs(slopeMsPerDay))} a day`;
  const found = {
    slower: `Recovery got slower over ${n} runs${slope}${known}.`,
    faster: `Recovery got faster over ${n} runs${slope}${known}.`,
    "none-shown": `No trend is shown by ${n} runs${known}.`,
    "too-few": `n = ${n}: too few for a trend.`,
  }[direction];
  return `${found} ${sentence(power.says)}`;
}

export function regressionText(one: Regression): string {
  const { direction, pValue, shiftMs, nFrom, nTo, power } = one;
  const shift = shiftMs === null ? "" : ` by ${formatDuration(Math.abs(shiftMs))}`;
  const p = pValue === null ? "" : `, p ${pText(pValue)}`;
  const found = {
    slower: `slower${shift}`,
    faster: `faster${shift}`,
    "none-shown": "no change shown",
    "too-few": "too few runs to compare",
  }[direction];
  const names = `${releaseName(one.to)} after ${releaseName(one.from)}`;
  return `${names}: ${found} (n = ${nFrom} and ${nTo}${p}). ${sentence(power.says)}`;
}

function pText(p: number): string {
  return p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
