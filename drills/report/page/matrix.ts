/** Which way home has been shown to work against which fault: rows are faults, columns paths. */
import { html, type Markup } from "../escape.ts";
import { Coverage, type CoverageCell, type EnvironmentCoverage } from "../summary/model.ts";
import { figure } from "../text.ts";
import { COVERAGE_STATES } from "./coverageStates.ts";
import { age } from "../summary/words.ts";

export function coverageMatrix(coverage: EnvironmentCoverage, shown: ReadonlySet<string>): Markup {
  const rows = coverage.faults.map(({ fault, breaksLink, isHole }, column) => {
    const cells = coverage.paths.map((_, row) => {
      const found = coverage.cells[row]?.[column];
      return found ? cell(found, shown) : html`<td></td>`;
    });
    const link = breaksLink === null ? null : html`<small>${`breaks: ${breaksLink}`}</small>`;
    const hole = isHole ? html` <span class="hole">hole</span>` : null;
    return html`<tr>
      <th scope="row">${fault}${hole}${link}</th>
      ${cells}
    </tr> `;
  });
  const name = `Coverage of ${coverage.environment}`;
  return html`<p class="caption">
      Ways home against faults: the newest drill of each, a dot where none was ever tried. A hole is
      a fault that no fresh passing drill has shown to be cured by any of them.
    </p>
    <div class="wide-table" role="group" aria-label="${name}" tabindex="0">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Fault</th>
            ${coverage.paths.map((path) => html`<th scope="col">${path}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

function cell({ state, runId, totalMs, ageMs }: CoverageCell, shown: ReadonlySet<string>): Markup {
  const { mark, words, name } = COVERAGE_STATES[state];
  const total = totalMs === null ? null : html` <b>${figure(totalMs)}</b>`;
  const old = ageMs === null ? null : html`<small>${`${age(ageMs)} ago`}</small>`;
  // Most cells of most matrices: a mark, so that the others stand out.
  const shownWords =
    state === Coverage.Untried ? html`<span class="hidden">${words}</span>` : words;
  const said = html`<span class="tone"
    ><span aria-hidden="true">${mark} </span>${shownWords}</span
  >`;
  const linked =
    runId !== null && shown.has(runId) ? html`<a href="#run-${runId}">${said}</a>` : said;
  return html`<td class="${name}">${linked}${total}${old}</td>`;
}

/** Named one by one as far as a page bears it; the rest by their number. */
export function holeList(holes: readonly string[], most: number): Markup | null {
  if (holes.length === 0) return null;
  const left = holes.length - most;
  return html`<ul class="holes">
    ${holes.slice(0, most).map((hole) => html`<li>${hole}</li>`)}
    ${left > 0 ? html`<li>${`and ${left} more`}</li>` : null}
  </ul>`;
}
