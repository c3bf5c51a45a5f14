/** One panel of a picture, as its series draw it and the picture places it. */
import type { Markup } from "../escape.ts";
import type { RunReport } from "../model.ts";
import type { Layout } from "./layout.ts";

export interface Panel {
  readonly title: string;
  /** Class of the swatch and its words. */
  readonly legend: readonly (readonly [swatch: string, text: string])[];
  readonly height: number;
  /** Written at the top and the bottom of the scale; bands have none. */
  readonly ends: readonly [top: string, bottom: string] | null;
  readonly body: Markup;
}

export type Draw = (run: RunReport, layout: Layout) => Panel;
