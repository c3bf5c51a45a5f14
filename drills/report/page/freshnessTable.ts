/** Whether each way home was shown to work lately, and why not. */
import { html, type Markup } from "../escape.ts";
import type { PathFreshness } from "../summary/model.ts";
import { figure, utc, VERDICT_TITLES } from "../text.ts";
import { age } from "../summary/words.ts";

export function freshnessTable(rows: readonly PathFreshness[], maxAgeMs: number): Markup {
  return html`<p class="caption">
      ${`A way home is fresh when a drill passed by it within ${age(maxAgeMs)} and met the objective.`}
    </p>
    <div class="wide-table" role="group" aria-label="Freshness" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Way home</th>
            <th scope="col">Now</th>
            <th scope="col">Last pass</th>
            <th scope="col" class="number">In</th>
            <th scope="col">Newest drill</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(row)}
        </tbody>
      </table>
    </div>`;
}

function row({ path, isFresh, lastPass, last, whyNot }: PathFreshness): Markup {
  const why = whyNot === null ? null : html`<small>${whyNot}</small>`;
  const pass =
    lastPass === null
      ? "never"
      : html`${lastPass.drill}<small>${`${age(lastPass.ageMs)} ago, ${utc(lastPass.at)}`}</small>`;
  const newest =
    last === null
      ? "none"
      : html`${VERDICT_TITLES[last.verdict]}<small>${`${age(last.ageMs)} ago`}</small>`;
  return html`<tr>
    <th scope="row">${path}</th>
    <td class="${isFresh ? "good" : "bad"}">
      <span class="tone">${isFresh ? "✓ fresh" : "✗ not fresh"}</span>${why}
    </td>
    <td>${pass}</td>
    <td class="number">${lastPass ? figure(lastPass.totalMs) : "–"}</td>
    <td>${newest}</td>
  </tr> `;
}
