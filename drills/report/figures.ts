/** The five figures of recovery as a table, each on one scale with what the alarm set and objective allow. */
import { formatDuration } from "../../base/duration.ts";
import type { DrillRecord } from "../verdict/record.ts";
import { html, type Markup } from "./escape.ts";
import { round } from "./picture/paths.ts";
import { figure, floorText, objectiveText, partsOf } from "./text.ts";

const WIDTH = 400;
const HEIGHT = 26;

export function figuresTable(record: DrillRecord): Markup {
  const { durations, floors, objective } = record;
  const scaleMs = Math.max(objective.total, durations.total ?? 0, floors.detectWorst ?? 0);
  const x = (ms: number): number => round((ms / scaleMs) * WIDTH);
  let start = 0;
  const rows = partsOf(record).map(({ name, from, to }) => {
    const ms = durations[name];
    const bar = !ms ? null : rect(`part-${name}`, x(start), x(ms), 7, 12);
    const floor = name === "detect" ? floorMarks(record, x) : null;
    const note = name === "detect" ? floorText(record) : null;
    start += ms ?? 0;
    return html`<tr>
      <th scope="row">
        ${name}<small>${`${from} → ${to}`}</small>${note === null ? null : html`<small>${note}</small>`}
      </th>
      <td class="number value">${figure(ms)}</td>
      <td class="scale">${chart(html`${floor}${bar}`)}</td>
    </tr> `;
  });
  const total = durations.total === null ? null : rect("part-total", 0, x(durations.total), 5, 16);
  const goal = x(objective.total);
  const mark = html`<line
    class="objective"
    x1="${goal - 1}"
    x2="${goal - 1}"
    y1="0"
    y2="${HEIGHT}"
  />`;
  return html`<div class="wide-table" role="group" aria-label="Figures" tabindex="0">
    <table class="figures">
      <caption>
        Recovery in four parts that sum to the total. n = 1: one drill, no distribution.
      </caption>
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col" class="number">Time</th>
          <th scope="col" class="scale">
            ${`On a scale of ${formatDuration(scaleMs)}; grey: detection, best to worst; line: objective`}
          </th>
        </tr>
      </thead>
      <tbody>
        ${rows}
        <tr class="total ${objective.met ? "good" : "bad"}">
          <th scope="row">
            total<small>fault active → recovered</small><small>${objectiveText(record)}</small>
          </th>
          <td class="number value">${figure(durations.total)}</td>
          <td class="scale">${chart(html`${total}${mark}`)}</td>
        </tr>
      </tbody>
    </table>
  </div>`;
}

/** From the best to the worst case of detection. */
function floorMarks({ floors }: DrillRecord, x: (ms: number) => number): Markup | null {
  if (floors.detect === null || floors.detectWorst === null) return null;
  return rect("floor", x(floors.detect), x(floors.detectWorst - floors.detect), 0, HEIGHT);
}

function rect(name: string, x: number, width: number, y: number, height: number): Markup {
  return html`<rect
    class="${name}"
    x="${x}"
    y="${y}"
    width="${Math.max(1.5, width)}"
    height="${height}"
  />`;
}

/** The figures beside it say the same in words. */
function chart(body: Markup): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${body}
  </svg>`;
}
