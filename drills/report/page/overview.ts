/** The first page: the verdict on the whole, recovery by fault, the environments, what is not proven. */
import { Verdict } from "../../verdict/record.ts";
import { html, type Markup } from "../escape.ts";
import type { RunSeries, SummaryModel } from "../summary/model.ts";
import { plural, utc } from "../text.ts";
import { seriesName, releaseName } from "./figureWords.ts";
import { groupTable } from "./groupTable.ts";
import { environmentKey, environmentNames, seriesKey } from "./keys.ts";
import { holeList } from "./matrix.ts";
import { age } from "../summary/words.ts";
import { notProven, overall } from "./overall.ts";

/** Of what is not proven; the rest stands with its environment. */
const HOLES = 12;

export function overview(model: SummaryModel): Markup {
  const { tone, title, text } = overall(model);
  const open = notProven(model);
  const { now, maxAgeMs } = model.question;
  return html`<section class="card" aria-labelledby="overview">
    <h2 id="overview">Overview</h2>
    <div class="verdict ${tone}"><strong>${title}</strong>${text}</div>
    ${model.series.length > 0 ? recoveryByFault(model) : null}
    ${environmentNames(model).length > 1 ? environments(model) : null}
    ${
      open.length > 0
        ? html`<h3>${`What is not proven (${open.length})`}</h3>
            ${holeList(open, HOLES)}`
        : null
    }
    <p class="muted">
      ${`Ages are counted from ${utc(now)}; a passing drill is fresh for ${age(maxAgeMs)}. All times to recovery are nominal.`}
    </p>
  </section>`;
}

/** The newest release of each drill: different releases, and different faults, are never thrown together. */
function recoveryByFault(model: SummaryModel): Markup {
  const rows = model.series.flatMap((series, index) => {
    const group = series.groups.flatMap((at) => model.groups[at] ?? []).at(-1);
    return group ? [{ group, name: rowName(series, group.release, seriesKey(index)) }] : [];
  });
  return html`<h3>Time to recovery by fault</h3>
    ${groupTable(rows, "Drill", "Of the newest release of each drill. Different faults are never averaged: that would say nothing.")}`;
}

function rowName(series: RunSeries, release: string | null, key: string): Markup {
  const { environment, groups } = series;
  const others = groups.length > 1 ? `, ${plural(groups.length - 1, "older release")}` : "";
  return html`<a href="#${key}">${seriesName(series)}</a>
    <small>${`${environment}, ${releaseName(release)}${others}`}</small>`;
}

function environments(model: SummaryModel): Markup {
  const names = environmentNames(model);
  const rows = names.map((environment) => {
    const faults = model.coverage.find((one) => one.environment === environment)?.faults ?? [];
    const holes = faults.filter(({ isHole }) => isHole);
    const runs = model.runs.filter((run) => run.environment === environment);
    const passed = runs.filter(({ verdict }) => verdict === Verdict.Passed).length;
    const paths = model.freshness.filter((path) => path.environment === environment);
    const fresh = paths.filter(({ isFresh }) => isFresh).length;
    const last = runs.at(-1);
    return html`<tr>
      <th scope="row"><a href="#${environmentKey(names, environment)}">${environment}</a></th>
      <td class="number">${runs.length}</td>
      <td class="number">${passed}</td>
      <td class="number ${fresh === paths.length ? "good" : "bad"}">
        <span class="tone">${`${fresh} of ${paths.length}`}</span>
      </td>
      <td class="number">${`${holes.length} of ${faults.length}`}</td>
      <td class="nowrap">${last ? utc(last.startedWallAt) : "never"}</td>
    </tr> `;
  });
  return html`<h3>Environments</h3>
    <div class="wide-table" role="group" aria-label="Environments" tabindex="0">
      <table class="environments">
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col" class="number">Drills</th>
            <th scope="col" class="number">Passed</th>
            <th scope="col" class="number">Fresh paths</th>
            <th scope="col" class="number">Unproven faults</th>
            <th scope="col">Last drill</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
