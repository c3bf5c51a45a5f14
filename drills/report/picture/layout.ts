/** Where everything in a picture is: one time axis, markers above, panels below. Pure geometry. */
import type { RunReport } from "../model.ts";
import { offset } from "../text.ts";
import { type Label, type Place, placeLastLeft, placeRight } from "./labels.ts";
import { scale, type Scale } from "./scale.ts";

export interface Form {
  readonly name: "wide" | "narrow";
  /** Points; the picture is scaled to its place. */
  readonly width: number;
  readonly left: number;
  readonly right: number;
  /** Most ticks on the time axis. */
  readonly ticks: number;
  /** Wide: events by name and time. Narrow: by their number in the timeline's table. */
  label(number: number, event: { readonly event: string; readonly atMs: number }): string;
}

/** An average letter at 11 points in a wide typeface: text must fit in whatever is installed. */
const LETTER = 6.8;
const LABEL_INSET = 4;

export const WIDE: Form = {
  name: "wide",
  width: 1040,
  left: 52,
  right: 4,
  ticks: 12,
  label: (number, { event, atMs }) => `${number} ${event} ${offset(atMs)}`,
};

export const NARROW: Form = {
  name: "narrow",
  width: 380,
  left: 50,
  right: 4,
  ticks: 5,
  label: (number) => String(number),
};

export interface Marker extends Place {
  readonly number: number;
  readonly event: string;
  readonly text: string;
  readonly x: number;
  /** From x to the end of its text. */
  readonly width: number;
}

export interface Layout {
  readonly form: Form;
  /** Milliseconds since the fault to points. */
  readonly time: Scale;
  readonly markers: readonly Marker[];
  readonly lanes: number;
}

/** Undefined for a run without samples and events: there is nothing to draw. */
export function layoutOf(run: RunReport, form: Form): Layout | undefined {
  const events = run.timeline.map((event, index) => {
    const atMs = Date.parse(event.at) - run.zeroMs;
    return { event: event.event, atMs, text: form.label(index + 1, { event: event.event, atMs }) };
  });
  const ends = run.samples.flatMap((sample) => {
    const end = Date.parse(sample.at) - run.zeroMs;
    return [end - sample.spanMs, end];
  });
  const all = [...ends, ...events.map((event) => event.atMs)];
  if (run.samples.length === 0 || all.length === 0) return undefined;
  const [from, to] = [Math.min(...all), Math.max(...all)];
  const widths = events.map(({ text }) => LABEL_INSET + text.length * LETTER);
  const place = (end: number): { time: Scale; labels: Label[] } => {
    const time = scale(from, to, form.left, end);
    const labels = events.map(({ atMs }, index) => ({
      x: time.at(atMs),
      width: widths[index] ?? 0,
    }));
    return { time, labels };
  };
  // The whole width, if the last label can stand to the left; else as much as leaves it room.
  const full = place(form.width - form.right);
  const turned = placeLastLeft(full.labels);
  const { time, labels } = turned ? full : place(rightEdge(form, events, widths, from, to));
  const places = turned ?? placeRight(labels);
  const markers = events.map(({ event, text }, index): Marker => {
    const { x, width } = labels[index] ?? { x: 0, width: 0 };
    const { lane, side } = places[index] ?? { lane: 0, side: "right" };
    return { number: index + 1, event, text, x, width, lane, side };
  });
  return { form, time, markers, lanes: Math.max(-1, ...places.map(({ lane }) => lane)) + 1 };
}

/** As far right as every label still fits beside its marker. */
function rightEdge(
  form: Form,
  events: readonly { readonly atMs: number }[],
  widths: readonly number[],
  from: number,
  to: number,
): number {
  const most = form.width - form.right;
  const edges = events.map(({ atMs }, index) => {
    const share = to === from ? 0 : (atMs - from) / (to - from);
    const room = most - (widths[index] ?? 0) - form.left;
    return share === 0 ? most : form.left + room / share;
  });
  return Math.min(most, ...edges);
}
