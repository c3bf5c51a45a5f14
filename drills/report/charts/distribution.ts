/**
 * How long recovery took, run by run: one lane for each release or group, all on one scale with what
 * the alarms allow and what is asked for.
 */
import { formatDuration } from "../../../base/duration.ts";
import { html, type Markup } from "../escape.ts";
import { round } from "../picture/paths.ts";
import { roundUpTime, scale, type Scale, timeTicks } from "../picture/scale.ts";
import { plural } from "../text.ts";
import { bothForms, type ChartForm } from "./form.ts";
import { pilesOf, tallest } from "./piles.ts";
import { referenceLines, type References } from "./references.ts";

export interface Observed {
  /** Nominal milliseconds to recovery, or for which it was waited in vain. */
  readonly ms: number;
  /** It had not recovered when that time was over. */
  readonly isCensored: boolean;
}

export interface Lane {
  readonly label: string;
  readonly observed: readonly Observed[];
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  /** Of the median; null where n allows none. */
  readonly interval: { readonly lowMs: number; readonly highMs: number } | null;
}

interface Distribution {
  /** Of the whole, as a sentence would name it. */
  readonly title: string;
  readonly lanes: readonly Lane[];
  readonly references: References;
}

const LANE = 46;
/** Above the line on which the points stand. */
const ROOM = 36;
const DOT = 6.4;
const BAR = 6;
const AXIS = 22;
/** A narrow lane's label has a line of its own. */
const LABEL = 16;

export function distributionChart(distribution: Distribution, key: string): Markup {
  const { title, lanes, references } = distribution;
  const all = lanes.flatMap(({ observed }) => observed.filter(isWhole).map(({ ms }) => ms));
  const known = Object.values(references).filter((ms): ms is number => ms !== null);
  const top = roundUpTime(largest([...all, ...known, 1_000]));
  const words = { title, description: describe(distribution) };
  return bothForms(key, words, (form) => {
    const time = scale(0, top, form.left, form.width - form.right);
    const label = form.name === "narrow" ? LABEL : 0;
    const { markup: lines, height: head } = referenceLines(references, time, form);
    const step = LANE + label;
    const bottom = head + lanes.length * step;
    const width = drawnAsDots(lanes, time) ? DOT : BAR;
    const most = Math.max(
      1,
      ...lanes.map((lane) => tallest(pilesOf(xs(lane, time, false), width))),
    );
    const drawn = lanes.map((lane, index) => {
      const y = head + index * step + label + ROOM + 4;
      return html`<g transform="translate(0 ${round(y)})"
        >${laneOf(lane, { time, form, most, width })}</g
      > `;
    });
    return {
      height: bottom + AXIS,
      body: html`${axis(time, form, head, bottom)}${lines(bottom)}${drawn}`,
    };
  });
}

/** How long a drill waits in vain says little of recoveries: such runs may lie off the scale. */
function isWhole({ isCensored }: Observed): boolean {
  return !isCensored;
}

/** Not by spreading into Math.max: thousands of runs are more arguments than a call takes. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function xs({ observed }: Lane, time: Scale, isCensored: boolean): number[] {
  return observed
    .filter((one) => one.isCensored === isCensored)
    .map(({ ms }) => time.at(Math.min(ms, time.to)));
}

function drawnAsDots(lanes: readonly Lane[], time: Scale): boolean {
  return lanes.every((lane) => tallest(pilesOf(xs(lane, time, false), DOT)) * DOT <= ROOM);
}

interface Place {
  readonly time: Scale;
  readonly form: ChartForm;
  /** Runs in the tallest column of any lane. */
  readonly most: number;
  readonly width: number;
}

function laneOf(lane: Lane, place: Place): Markup {
  const { time, form } = place;
  const [x0, x1] = [round(time.at(time.from)), round(time.at(time.to))];
  const n = lane.observed.length;
  const label =
    form.name === "wide"
      ? html`<text class="lane end-of" x="${form.left - 12}" y="-12">${lane.label}</text>
          <text class="tick end-of" x="${form.left - 12}" y="2">${`n = ${n}`}</text>`
      : html`<text class="lane" x="4" y="${-ROOM - 4}">${`${lane.label}, n = ${n}`}</text>`;
  return html`${label}<line class="base" x1="${x0}" x2="${x1}" y1="0" y2="0" />
    ${intervalBar(lane, time)}${points(lane, place)}${censored(lane, time)}
    ${quantile(lane.p50Ms, "p50", time)}${quantile(lane.p90Ms, "p90", time)}`;
}

function points(lane: Lane, { time, most, width }: Place): Markup {
  const piles = pilesOf(xs(lane, time, false), width);
  if (width === DOT) {
    const dots = piles.flatMap(({ x, count }) =>
      Array.from({ length: count }, (_, at) => `M${round(x)},${round(-DOT / 2 - 1 - at * DOT)}h0`),
    );
    return html`<path class="dots" d="${dots.join("")}" />`;
  }
  const bars = piles.map(({ x, count }) => {
    const height = round(Math.max(1, (count / most) * ROOM));
    return `M${round(x - BAR / 2 + 0.5)},0v${-height}h${BAR - 1}v${height}z`;
  });
  return html`<path class="bars" d="${bars.join("")}" />`;
}

/** Open, and pointing to where the truth lies: it took at least as long. Off the scale at its edge. */
function censored(lane: Lane, time: Scale): Markup | null {
  const piles = pilesOf(xs(lane, time, true), 9);
  if (piles.length === 0) return null;
  const arrows = piles.map(({ x }) => `M${round(x - 4)},-13l9,5l-9,5z`);
  const counts = piles.map(({ x, count }) =>
    count === 1 ? null : html`<text class="count" x="${round(x)}" y="-17">${`${count} ×`}</text>`,
  );
  return html`<path class="censored" d="${arrows.join("")}" />${counts}`;
}

function intervalBar({ interval }: Lane, time: Scale): Markup | null {
  if (!interval) return null;
  const [x0, x1] = [time.at(interval.lowMs), time.at(interval.highMs)];
  return html`<rect
    class="interval"
    x="${round(x0)}"
    y="-1"
    width="${round(Math.max(2, x1 - x0))}"
    height="6"
  />`;
}

function quantile(ms: number | null, name: "p50" | "p90", time: Scale): Markup | null {
  if (ms === null) return null;
  return html`<path class="quantile ${name}" d="M${round(time.at(ms))},6v${-(ROOM + 4)}" />`;
}

function axis(time: Scale, form: ChartForm, top: number, bottom: number): Markup {
  const ticks = timeTicks(time.from, time.to, form.ticks).map(({ value, text }) => {
    const x = round(time.at(value));
    const words = text.replace("+", "");
    return html`<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" /><text
        class="tick"
        x="${x}"
        y="${bottom + 15}"
        >${words}</text
      >`;
  });
  return html`<g>${ticks}</g>`;
}

function describe({ lanes, references }: Distribution): string {
  const each = lanes.map(({ label, observed, p50Ms, p90Ms }) => {
    const open = observed.filter(({ isCensored }) => isCensored).length;
    const marks = [
      plural(observed.length, "run"),
      p50Ms === null ? "no median" : `median ${formatDuration(p50Ms)}`,
      ...(p90Ms === null ? [] : [`p90 ${formatDuration(p90Ms)}`]),
      ...(open === 0 ? [] : [`${open} without a recovery`]),
    ];
    return `${label}: ${marks.join(", ")}.`;
  });
  const { objectiveMs } = references;
  const goal = objectiveMs === null ? [] : [`Objective ${formatDuration(objectiveMs)}.`];
  return [...each, ...goal].join(" ");
}
