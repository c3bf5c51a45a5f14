/** The report as one HTML file: no network, no script, nothing that is not in the journal. */
import { elsewhereSection } from "./elsewhere.ts";
import { html, Markup } from "./escape.ts";
import { runArticle } from "./htmlRun.ts";
import type { JournalModel, ReportModel, RunReport } from "./model.ts";
import { CHART_STYLE } from "./page/chartStyle.ts";
import { environmentSection } from "./page/environment.ts";
import { environmentKey, environmentNames } from "./page/keys.ts";
import { overview } from "./page/overview.ts";
import { leftOutText, runsOf } from "./page/runs.ts";
import { runsToShow, shownRuns } from "./page/shownRuns.ts";
import { STYLE } from "./style.ts";
import type { SummaryModel } from "./summary/model.ts";
import { plural, tornText } from "./text.ts";

/** More runs than this are folded, so that the page can be read. */
const OPEN_RUNS = 2;

/**
 * The same journal and question give the same bytes. Of `runs` those are shown one by one that
 * `shownRuns` chooses; the others need not be there.
 */
export function htmlReport({ journal, runs }: ReportModel, summary: SummaryModel): string {
  const all = runsToShow(summary);
  const chosen = new Set(shownRuns(all).map(({ id }) => id));
  const shown = runs.filter(({ id }) => chosen.has(id));
  const ids = new Set(shown.map(({ id }) => id));
  const environments = environmentNames(summary);
  const leftOut = leftOutText(all, ids);
  const [only] = all.length === 1 ? shown : [];
  const sections = environments.map((environment) => {
    const own = shown.filter((run) => run.environment === environment);
    const key = environmentKey(environments, environment);
    const markup = only ? null : runsOf(own, shown.length > OPEN_RUNS);
    return environmentSection(summary, environment, { key, ids, markup });
  });
  const elsewhere = elsewhereSection(summary.ingested);
  if (elsewhere) sections.push(elsewhere);
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
            ${plural(all.length, "run")} from a journal of
            ${plural(journal.entries, "entry", "entries")}, head
            <code>${journal.head === null ? "none" : `${journal.head.slice(0, 16)}…`}</code>
          </p>
        </header>
        <main>
          ${journal.problems.length > 0 ? alert(journal) : null}
          ${all.length === 0 ? html`<p>${journal.entries === 0 ? "This journal holds no drill yet." : "No drill of this journal is what was asked for."}</p>` : html`${only ? onlyRun(only) : null}${overview(summary)}`}
          ${leftOut === null ? null : html`<p class="muted">${leftOut}</p>`} ${sections}
        </main>
        <footer>${footer(journal)}</footer>
      </body>
    </html> `;
  return page.text;
}

/** Whoever has run one drill came to see that one. */
function onlyRun(run: RunReport): Markup {
  return html`<section class="card" aria-labelledby="only">
    <h2 id="only" class="hidden">The drill</h2>
    ${runArticle(run)}
  </section>`;
}

const STYLE_MARKUP = new Markup(`${STYLE}${CHART_STYLE}`);

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
