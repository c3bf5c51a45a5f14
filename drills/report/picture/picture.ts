/** A drill in one picture: aligned panels over one time axis, its events as labelled markers. */
import { html, type Markup } from "../escape.ts";
import type { RunReport } from "../model.ts";
import { type Form, type Layout, layoutOf, NARROW, WIDE } from "./layout.ts";
import type { Panel } from "./panel.ts";
import { panelsOf } from "./panels.ts";
import { round } from "./paths.ts";
import { timeTicks } from "./scale.ts";

const LANE = 15;
const TITLE = 20;
const PANEL_GAP = 12;
const AXIS = 20;
/** An average bold letter of 12 points in a wide typeface. */
const TITLE_LETTER = 7.7;
/** Half of one of 11 points: the first and the last tick keep their words inside. */
const TICK_HALF_LETTER = 3.4;

/** Both forms of the picture, of which the page shows the one that fits; null without samples. */
export function picture(run: RunReport, key: string): Markup | null {
  const forms = [WIDE, NARROW].map((form) => drawn(run, form, `${key}-${form.name}`));
  return forms.every((form) => form === null) ? null : html`${forms}`;
}

function drawn(run: RunReport, form: Form, key: string): Markup | null {
  const layout = layoutOf(run, form);
  if (!layout) return null;
  const panels = panelsOf(run, layout);
  const top = layout.lanes * LANE + 8;
  const tops = panels.map((_, index) => top + heightOf(panels.slice(0, index)) + TITLE);
  const bottom = top + heightOf(panels) - PANEL_GAP;
  const height = bottom + AXIS;
  return html`<svg
    class="picture ${form.name}"
    viewBox="0 0 ${form.width} ${height}"
    role="img"
    aria-labelledby="${key}-title ${key}-desc"
  >
    <title id="${key}-title">${`${run.drill} on ${run.environment} over time`}</title>
    <desc id="${key}-desc">${describe(run)}</desc>
    <defs>
      <pattern
        id="${key}-hatch"
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="hatch-ground" width="6" height="6" />
        <rect class="hatch" width="2" height="6" />
      </pattern>
    </defs>
    ${axis(layout, top, bottom)}
    ${panels.map((panel, index) => drawnPanel(panel, tops[index] ?? 0, layout, key))}
    ${markers(layout, top, bottom)}
    ${panels.map((panel, index) => panelTitle(panel, tops[index] ?? 0, form))}
  </svg>`;
}

function heightOf(panels: readonly Panel[]): number {
  return panels.reduce((sum, panel) => sum + TITLE + panel.height + PANEL_GAP, 0);
}

function axis({ time, form }: Layout, top: number, bottom: number): Markup {
  const ticks = timeTicks(time.from, time.to, form.ticks).map(({ value, text }) => {
    const x = round(time.at(value));
    const half = text.length * TICK_HALF_LETTER;
    const middle = round(Math.min(form.width - half, Math.max(half, x)));
    const line = html`<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" />`;
    return html`${line}<text class="tick" x="${middle}" y="${bottom + 14}">${text}</text>`;
  });
  return html`<g>${ticks}</g>`;
}

function drawnPanel(panel: Panel, y: number, { time }: Layout, key: string): Markup {
  const [x0, x1] = [round(time.at(time.from)), round(time.at(time.to))];
  const ends = panel.ends?.map(
    (text, index) =>
      html`<text class="end" x="${x0 - 6}" y="${index === 0 ? 9 : panel.height}">${text}</text>`,
  );
  const frame = html`<line
    class="base"
    x1="${x0}"
    x2="${x1}"
    y1="${panel.height}"
    y2="${panel.height}"
  />`;
  return html`<g transform="translate(0 ${round(y)})" style="--hatch:url(#${key}-hatch)">
    ${panel.body} ${panel.ends ? frame : null}${ends ?? null}
  </g> `;
}

/** Title and legend in one line above the panel, over the markers, as far as the line reaches. */
function panelTitle(panel: Panel, y: number, form: Form): Markup {
  let x = form.left + panel.title.length * TITLE_LETTER + 12;
  const legend = panel.legend.map(([swatch, text]) => {
    const at = x;
    x += 14 + text.length * 6.6 + 14;
    if (x > form.width) return null;
    const sample = swatch.startsWith("line")
      ? html`<path class="${swatch}" d="M${round(at)},-10h11" />`
      : html`<rect class="${swatch}" x="${round(at)}" y="-15" width="10" height="10" />`;
    return html`${sample}<text class="legend" x="${round(at + 14)}" y="-6">${text}</text>`;
  });
  return html`<g transform="translate(0 ${round(y)})"
    ><text class="panel" x="${form.left}" y="-6">${panel.title}</text>${legend}</g
  > `;
}

function markers({ markers: all, lanes }: Layout, top: number, bottom: number): Markup {
  const drawnMarkers = all.map(({ x, lane, text, side }) => {
    const y = (lanes - lane) * LANE;
    return html`<path class="marker" d="M${round(x)},${y - 10}V${top}" /><path
        class="marker down"
        d="M${round(x)},${top}V${bottom}"
      /><text class="event ${side}" x="${round(side === "right" ? x + 4 : x - 4)}" y="${y - 1}"
        >${text}</text
      > `;
  });
  return html`<g>${drawnMarkers}</g>`;
}

/** For those who cannot see it: what there is to see, and where the figures are. */
function describe(run: RunReport): string {
  const bad = run.samples.reduce((sum, sample) => sum + sample.bad, 0);
  return (
    `${run.samples.length} samples of responses, bad responses, p99 latency and weights of both ` +
    `slots, the guard alarm and the fault, with ${run.timeline.length} events; ${bad} bad responses ` +
    `in all. The timeline and the table of samples hold the same figures.`
  );
}
