/** One environment: is its way home fresh, what covers it, each of its drills, and the runs one by one. */
import { html, type Markup } from "../escape.ts";
import type { EnvironmentCoverage, SummaryModel } from "../summary/model.ts";
import { plural } from "../text.ts";
import { freshnessTable } from "./freshnessTable.ts";
import { seriesKey } from "./keys.ts";
import { coverageMatrix, holeList } from "./matrix.ts";
import { seriesSection } from "./series.ts";

const HOLES = 40;

interface OwnRuns {
  /** Of the section. */
  readonly key: string;
  /** Its runs one by one. */
  readonly markup: Markup | null;
  /** Of all runs that the page shows one by one. */
  readonly ids: ReadonlySet<string>;
}

export function environmentSection(
  model: SummaryModel,
  environment: string,
  { key, markup, ids }: OwnRuns,
): Markup {
  const paths = model.freshness.filter((path) => path.environment === environment);
  const own = model.series.flatMap((one, index) =>
    one.environment === environment ? [{ one, key: seriesKey(index) }] : [],
  );
  const series = own.map(({ one, key: seriesId }, index) =>
    seriesSection(model, one, { key: seriesId, explains: index === 0 }),
  );
  const coverage = model.coverage.find((one) => one.environment === environment);
  return html`<section class="card environment" id="${key}" aria-labelledby="${key}-name">
    <h2 id="${key}-name">${environment}</h2>
    ${
      paths.length > 0
        ? html`<h3>Is the way home fresh?</h3>
            ${freshnessTable(paths, model.question.maxAgeMs)}`
        : null
    }
    ${series} ${coverage ? covered(coverage, ids) : null} ${markup}
  </section>`;
}

function covered(coverage: EnvironmentCoverage, shown: ReadonlySet<string>): Markup {
  const { holes } = coverage;
  return html`<h3>Coverage of rollback paths</h3>
    ${coverageMatrix(coverage, shown)}
    ${
      holes.length > 0
        ? html`<details>
            <summary>${`${plural(holes.length, "hole")} in words`}</summary>
            ${holeList(holes, HOLES)}
          </details>`
        : null
    }`;
}
