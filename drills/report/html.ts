/** The report as one HTML file: no network, no script, nothing that is not in the journal. */
import { html, Markup } from "./escape.ts";
import { outcomeName, runArticle, toneOf } from "./htmlRun.ts";
import type { JournalModel, ReportModel, RunReport } from "./model.ts";
import { STYLE } from "./style.ts";
import { figure, plural, tornText, utc } from "./text.ts";

/** With more runs than this the older ones are in the overview only: a page must open. */
const DRAWN_RUNS = 20;

/** The same journal gives the same bytes. */
export function htmlReport(model: ReportModel): string {
  const { runs, journal } = model;
  const environments = [...new Set(runs.map((run) => run.environment))].sort();
  const title = `Drill report${environments.length === 0 ? "" : ` · ${environments.join(", ")}`}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${STYLE_MARKUP}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="meta">
            ${plural(runs.length, "run")} from a journal of
            ${plural(journal.entries, "entry", "entries")}, head
            <code>${journal.head === null ? "none" : `${journal.head.slice(0, 16)}…`}</code>
          </p>
        </header>
        <main>
          ${journal.problems.length > 0 ? alert(journal) : null}
          ${runs.length === 0 ? html`<p>This journal holds no drill yet.</p>` : null}
          ${runs.length > 1 ? overview(runs) : null}
          ${runs.slice(0, DRAWN_RUNS).map((run) => runArticle(run))}
        </main>
        <footer>${footer(journal)}</footer>
      </body>
    </html> `;
  return page.text;
}

const STYLE_MARKUP = new Markup(STYLE);

function alert(journal: JournalModel): Markup {
  return html`<section class="alert" aria-labelledby="tampered">
    <h2 id="tampered">This journal is not as it was written</h2>
    <p>
      Nothing below proves anything: the entries it is drawn from were changed, lost or reordered.
    </p>
    <ul>
      ${journal.problems.map((problem) => html`<li>${problem.detail}</li>`)}
    </ul>
  </section>`;
}

function overview(runs: readonly RunReport[]): Markup {
  const rows = runs.map((run, index) => {
    const total = run.record?.durations.total ?? null;
    const name = index < DRAWN_RUNS ? html`<a href="#run-${run.id}">${run.drill}</a>` : run.drill;
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${run.environment}</td>
      <td class="${toneOf(run)}"><span class="tone">${outcomeName(run)}</span></td>
      <td class="number">${figure(total)}</td>
      <td>${utc(run.startedWallAt)}</td>
    </tr> `;
  });
  const older = runs.length - DRAWN_RUNS;
  return html`<div class="wide-table" role="group" aria-label="All runs" tabindex="0">
      <table>
        <caption>
          All runs, newest first. Each is one drill: a mean over different faults would say nothing.
        </caption>
        <thead>
          <tr>
            <th scope="col">Drill</th>
            <th scope="col">Environment</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">Total</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${older > 0 ? html`<p class="muted">${`The newest ${DRAWN_RUNS} follow in full; the other ${older} are in this table only.`}</p>` : null}`;
}

function footer(journal: JournalModel): Markup {
  const torn = journal.tornBytes > 0 ? html`<p>${tornText(journal)}</p>` : null;
  const whole =
    journal.problems.length > 0
      ? "Not every entry is as it was written, see above."
      : "Every entry is chained to the one before it by SHA-256, and the chain is whole up to this head.";
  return html`<h2 class="hidden">Journal</h2>
    <p>Journal head: <code>${journal.head ?? "none"}</code></p>
    <p>${whole} Keep the hash elsewhere to find a journal that was rewritten as a whole.</p>
    ${torn}
    <p>
      The same journal gives this same file, byte for byte:
      <code>backout report --journal DIR --html FILE</code>
    </p>`;
}
