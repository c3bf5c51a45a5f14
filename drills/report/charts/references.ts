/** What recoveries are held against: the best and the worst case of the alarms, and the objective. */
import { formatDuration } from "../../../base/duration.ts";
import { html, type Markup } from "../escape.ts";
import { placeRight } from "../picture/labels.ts";
import { round } from "../picture/paths.ts";
import type { Scale } from "../picture/scale.ts";
import type { ChartForm } from "./form.ts";

/** Nominal milliseconds; null where there is none, or where runs of the group differ in it. */
export interface References {
  /** Time that detection needs at least: no recovery by the alarms can be shorter. */
  readonly bestMs: number | null;
  /** Time that detection takes at most when the alarms work. */
  readonly worstMs: number | null;
  readonly objectiveMs: number | null;
}

const LETTER = 6.6;
const LINE = 14;

interface Reference {
  readonly name: "best" | "worst" | "objective";
  readonly ms: number;
  readonly text: string;
}

/** In the order of their times. */
function referencesOf({ bestMs, worstMs, objectiveMs }: References): Reference[] {
  const all: (Omit<Reference, "ms"> & { readonly ms: number | null })[] = [
    { name: "best", ms: bestMs, text: "detected at best" },
    { name: "worst", ms: worstMs, text: "at worst" },
    { name: "objective", ms: objectiveMs, text: "objective" },
  ];
  return all
    .flatMap(({ ms, ...rest }) => (ms === null ? [] : [{ ...rest, ms }]))
    .toSorted((a, b) => a.ms - b.ms);
}

/** Lines from labels on top down to `bottom`, and the height that the labels take. */
export function referenceLines(
  references: References,
  time: Scale,
  form: ChartForm,
): { readonly height: number; readonly markup: (bottom: number) => Markup } {
  const all = referencesOf(references).map(({ name, ms, text }) => {
    const words = form.name === "wide" ? `${text} ${formatDuration(ms)}` : text;
    const x = time.at(ms);
    const width = words.length * LETTER + 4;
    // At the right edge a label has no room on its right.
    const isLeft = x + width > form.width;
    return { name, words, x, width, isLeft };
  });
  const places = placeRight(
    all.map(({ x, width, isLeft }) => ({ x: isLeft ? x - width : x, width })),
  );
  const lanes = Math.max(-1, ...places.map(({ lane }) => lane)) + 1;
  const height = lanes * LINE + 6;
  const markup = (bottom: number): Markup =>
    html`${all.map(({ name, words, x, isLeft }, index) => {
      const y = (lanes - (places[index]?.lane ?? 0)) * LINE - 3;
      const at = round(isLeft ? x - 4 : x + 4);
      return html`<path class="reference ${name}" d="M${round(x)},${y - 8}V${bottom}" /><text
          class="legend ${isLeft ? "end-of" : ""}"
          x="${at}"
          y="${y}"
          >${words}</text
        >`;
    })}`;
  return { height, markup };
}
