/** The timeline and the samples of a run as tables: the picture for those who read and do not look. */
import { formatDuration } from "../../base/duration.ts";
import { html, type Markup } from "./escape.ts";
import type { RunReport } from "./model.ts";
import { offset, utc } from "./text.ts";

export function timelineTable(run: RunReport): Markup {
  const rows = run.timeline.map(
    (entry, index) =>
      html`<tr>
        <td class="number">${index + 1}</td>
        <th scope="row">${entry.event}</th>
        <td class="number">${offset(Date.parse(entry.at) - run.zeroMs)}</td>
        <td>${entry.source} <small>${`±${formatDuration(entry.resolutionMs)}`}</small></td>
      </tr> `,
  );
  const zero = `Times since the fault became active, ${utc(new Date(run.zeroMs).toISOString())} (nominal).`;
  return html`<div class="wide-table" role="group" aria-label="Timeline" tabindex="0">
    <table class="timeline">
      <caption>
        ${zero} Each is stamped by whoever saw it first-hand.
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">#</th>
          <th scope="col">Event</th>
          <th scope="col" class="number">At</th>
          <th scope="col">Stamped by, and how finely</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function sampleTable(run: RunReport): Markup {
  const rows = run.samples.map(({ at, step, slots, bad, weights, alarmState, faultActive }) => {
    const active = faultActive === null ? "not known" : faultActive ? "active" : "none";
    const cells = [
      offset(Date.parse(at) - run.zeroMs),
      slots.blue.requests,
      slots.green.requests,
      slots.unknown.requests,
      bad,
      latency(slots.blue.p99Ms),
      latency(slots.green.p99Ms),
      weights ? `${weights.blue} / ${weights.green}` : "not read",
    ];
    return html`<tr>
      ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
      <td>${alarmState ?? "not read"}</td>
      <td>${active}</td>
      <td>${step}</td>
    </tr> `;
  });
  const heads = ["Until", "blue", "green", "no slot", "bad", "p99 blue", "p99 green", "weights"];
  return html`<details>
    <summary>${`The picture's figures as a table (${run.samples.length} samples)`}</summary>
    <div class="scroll" role="group" aria-label="Samples" tabindex="0">
      <table>
        <caption>
          Responses by slot in each window, and what was read at its end; weights as blue / green.
        </caption>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}
            <th scope="col">alarm</th>
            <th scope="col">fault</th>
            <th scope="col">step</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

function latency(ms: number | null): string {
  return ms === null ? "–" : formatDuration(ms);
}
