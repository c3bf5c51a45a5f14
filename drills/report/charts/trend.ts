/** Recovery over time: each run a dot, or, of very many, what they were in each stretch of time. */
import { formatDuration } from "../../../base/duration.ts";
import { html, type Markup } from "../escape.ts";
import { round } from "../picture/paths.ts";
import { roundUpTime, scale, type Scale, timeTicks } from "../picture/scale.ts";
import { plural } from "../text.ts";
import { dateTicks } from "./dateTicks.ts";
import { bothForms, type ChartForm, withLeft } from "./form.ts";
import type { Observed } from "./distribution.ts";

export interface TrendRun extends Observed {
  /** Wall time at which it began, milliseconds since the epoch. */
  readonly atMs: number;
}

interface TrendPicture {
  readonly title: string;
  /** In the order of their times. */
  readonly runs: readonly TrendRun[];
  /** First runs of releases. */
  readonly releases: readonly { readonly atMs: number; readonly name: string }[];
  readonly objectiveMs: number | null;
}

/** Drawn one by one up to so many. */
const DOTS = 240;
const PLOT = 150;
const AXIS = 22;
const HEAD = 20;
const LETTER = 6.8;
const LEFT = 56;

export function isDrawnAsDots(runs: readonly TrendRun[]): boolean {
  return runs.length <= DOTS;
}

/** Null for fewer than two moments: there is no time to go over. */
export function trendChart(picture: TrendPicture, key: string): Markup | null {
  const { runs, objectiveMs, title } = picture;
  const [first, last] = [runs.at(0)?.atMs, runs.at(-1)?.atMs];
  if (first === undefined || last === undefined || first === last) return null;
  const least = Math.max(objectiveMs ?? 0, 1_000);
  const most = runs.reduce(
    (top, { ms, isCensored }) => (isCensored ? top : Math.max(top, ms)),
    least,
  );
  const words = { title, description: describe(picture) };
  return bothForms(key, words, (whole) => {
    const form = withLeft(whole, LEFT);
    const date = scale(first, last, form.left, form.width - form.right - 4);
    const time = scale(0, roundUpTime(most), HEAD + PLOT, HEAD);
    const body = html`${gridOf(date, time, form)}${releaseLines(picture, date, form)}
    ${goal(objectiveMs, time, form)}${marks(runs, date, time)}`;
    return { height: HEAD + PLOT + AXIS, body };
  });
}

function marks(runs: readonly TrendRun[], date: Scale, time: Scale): Markup {
  const open = runs.filter(({ isCensored }) => isCensored);
  const whole = runs.filter(({ isCensored }) => !isCensored);
  return html`${isDrawnAsDots(runs) ? dots(whole, date, time) : stretches(whole, date, time)}
  ${arrows(open, date, time)}`;
}

function dots(runs: readonly TrendRun[], date: Scale, time: Scale): Markup {
  const at = runs.map(({ atMs, ms }) => `M${round(date.at(atMs))},${round(time.at(ms))}h0`);
  return html`<path class="dots" d="${at.join("")}" />`;
}

/** Points of a column. */
const COLUMN = 9;

/** From the least to the most of each stretch a line, and its median a bar. */
function stretches(runs: readonly TrendRun[], date: Scale, time: Scale): Markup {
  const columns = new Map<number, number[]>();
  for (const { atMs, ms } of runs) {
    const column = Math.floor(date.at(atMs) / COLUMN);
    const own = columns.get(column);
    if (own) own.push(ms);
    else columns.set(column, [ms]);
  }
  const drawn = [...columns].map(([column, values]) => {
    const sorted = values.toSorted((a, b) => a - b);
    const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    const middle = sorted[Math.ceil(sorted.length / 2) - 1] ?? low;
    const x = (column + 0.5) * COLUMN;
    const range = `M${round(x)},${round(time.at(low))}V${round(time.at(high) - 0.5)}`;
    return { range, median: `M${round(x - 3.5)},${round(time.at(middle))}h7` };
  });
  return html`<path class="range" d="${drawn.map(({ range }) => range).join("")}" /><path
      class="median"
      d="${drawn.map(({ median }) => median).join("")}"
    />`;
}

/** Open, and pointing up: it took at least as long, off the scale at its top. One for as many as meet. */
function arrows(runs: readonly TrendRun[], date: Scale, time: Scale): Markup | null {
  const places = new Set(
    runs.map(({ atMs, ms }) => {
      const y = time.at(Math.min(ms, time.to));
      return `M${Math.round(date.at(atMs) - 4)},${Math.round(y + 7)}`;
    }),
  );
  if (places.size === 0) return null;
  return html`<path
    class="censored"
    d="${[...places].map((place) => `${place}h9l-4.5,-9z`).join("")}"
  />`;
}

function goal(objectiveMs: number | null, time: Scale, form: ChartForm): Markup | null {
  if (objectiveMs === null) return null;
  const y = round(time.at(objectiveMs));
  const words = `objective ${formatDuration(objectiveMs)}`;
  return html`<path class="reference objective" d="M${form.left},${y}H${form.width - form.right}" />
    <text class="legend end-of" x="${form.width - form.right}" y="${y - 4}">${words}</text>`;
}

/** A release's name is left out where it would run into the one before. */
function releaseLines({ releases }: TrendPicture, date: Scale, form: ChartForm): Markup {
  let free = 0;
  const drawn = releases.map(({ atMs, name }) => {
    const x = date.at(atMs);
    const line = html`<path class="release" d="M${round(x)},${HEAD - 14}V${HEAD + PLOT}" />`;
    const end = x + 4 + name.length * LETTER;
    if (x < free || end > form.width) return line;
    free = end + 6;
    return html`${line}<text class="legend" x="${round(x + 4)}" y="${HEAD - 6}">${name}</text>`;
  });
  return html`<g>${drawn}</g>`;
}

function gridOf(date: Scale, time: Scale, form: ChartForm): Markup {
  const bottom = HEAD + PLOT;
  const rows = timeTicks(0, time.to, 5).map(({ value, text }) => {
    const y = round(time.at(value));
    return html`<line
        class="grid"
        x1="${form.left}"
        x2="${form.width - form.right}"
        y1="${y}"
        y2="${y}"
      /><text class="end" x="${form.left - 6}" y="${y + 4}">${text.replace("+", "")}</text>`;
  });
  const columns = dateTicks(date.from, date.to, form.ticks - 1).map(({ value, text }) => {
    const x = date.at(value);
    const half = text.length * 3.4;
    const middle = Math.min(form.width - half, Math.max(half, x));
    return html`<text class="tick" x="${round(middle)}" y="${bottom + 15}">${text}</text>`;
  });
  return html`<g>${rows}${columns}</g>`;
}

function describe({ runs, objectiveMs }: TrendPicture): string {
  const open = runs.filter(({ isCensored }) => isCensored).length;
  const drawn = isDrawnAsDots(runs) ? "each a dot" : "as least, median and most of each stretch";
  const late =
    objectiveMs === null
      ? ""
      : `, ${runs.filter(({ ms, isCensored }) => isCensored || ms > objectiveMs).length} of them over the objective or without a recovery`;
  return `${plural(runs.length, "run")} over time, ${drawn}; ${open} without a recovery${late}. The tables hold the figures.`;
}
