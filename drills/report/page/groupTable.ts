/** Time to recovery of each group of comparable runs: how many, how long, how sure. */
import { figure } from "../text.ts";
import { html, type Markup } from "../escape.ts";
import type { RunGroup } from "../summary/model.ts";
import { intervalText, quantileText } from "./figureWords.ts";

interface GroupRow {
  readonly group: RunGroup;
  /** Of its row: the drill, or the release, whichever tells rows apart. */
  readonly name: Markup | string;
}

const HEADS = ["n", "min", "p50", "p90", "max"] as const;

/**
 * One row per group, in their order. On a narrow page each row is a block of its own, for which the
 * roles say again what a table says by itself.
 */
export function groupTable(rows: readonly GroupRow[], first: string, caption: string): Markup {
  return html`<p class="caption">${caption}</p>
    <div class="wide-table" role="group" aria-label="${caption}" tabindex="0">
      <table class="groups" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">${first}</th>
            ${HEADS.map((head) => html`<th scope="col" role="columnheader" class="number">${head}</th>`)}
            <th scope="col" role="columnheader">Interval of p50</th>
            <th scope="col" role="columnheader">Objective</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(row)}
        </tbody>
      </table>
    </div>`;
}

function row({ group, name }: GroupRow): Markup {
  const { recovery, objective } = group;
  const { n, censored, notMeasured, minMs, p50Ms, p90Ms, maxMs, p50Interval } = recovery;
  const open = html`open<small>${`${censored} never recovered`}</small>`;
  const unmeasured = notMeasured > 0 ? html`<small>${`${notMeasured} not measured`}</small>` : null;
  const figures = [
    html`${n}${unmeasured}`,
    html`${minMs === null ? "–" : figure(minMs)}`,
    html`<b>${quantileText(p50Ms, recovery)}</b>`,
    html`${quantileText(p90Ms, recovery)}`,
    censored > 0 ? open : html`${maxMs === null ? "–" : figure(maxMs)}`,
  ];
  const cells = figures.map(
    (shown, at) =>
      html`<td role="cell" class="number" data-name="${HEADS[at] ?? ""}">${shown}</td>`,
  );
  const tone = objective.missed === 0 ? "" : "bad";
  return html`<tr role="row">
    <th scope="row" role="rowheader">${name}</th>
    ${cells}
    <td role="cell" class="words" data-name="Interval of p50">${intervalText(p50Interval)}</td>
    <td role="cell" class="words ${tone}" data-name="Objective">${objective.says}</td>
  </tr> `;
}
