/** The two shapes in which every chart is drawn; the page shows the one that fits. */
import { html, type Markup } from "../escape.ts";

export interface ChartForm {
  readonly name: "wide" | "narrow";
  /** Points; the chart is scaled to its place. */
  readonly width: number;
  /** Room for words left of the plot. */
  readonly left: number;
  readonly right: number;
  /** Most ticks along it. */
  readonly ticks: number;
}

export const WIDE: ChartForm = { name: "wide", width: 1040, left: 150, right: 16, ticks: 10 };
export const NARROW: ChartForm = { name: "narrow", width: 380, left: 44, right: 12, ticks: 4 };

/** The same with less room on the left, for a scale and no names. */
export function withLeft(form: ChartForm, left: number): ChartForm {
  return { ...form, left: Math.min(form.left, left) };
}

/** What a drawing needs around it: both forms, each with a title and words for those who cannot see it. */
export function bothForms(
  key: string,
  words: { readonly title: string; readonly description: string },
  draw: (form: ChartForm) => { readonly height: number; readonly body: Markup },
): Markup {
  return html`${[WIDE, NARROW].map((form) => {
    const { height, body } = draw(form);
    const id = `${key}-${form.name}`;
    return html`<svg
      class="picture chart ${form.name}"
      viewBox="0 0 ${form.width} ${height}"
      role="img"
      aria-labelledby="${id}-title ${id}-desc"
    >
      <title id="${id}-title">${words.title}</title>
      <desc id="${id}-desc">${words.description}</desc>
      ${body}
    </svg> `;
  })}`;
}
