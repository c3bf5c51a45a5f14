/** One drill in one environment: its figures by release, how they spread, and how they went over time. */
import { html, type Markup } from "../escape.ts";
import type { RunSeries, SummaryModel } from "../summary/model.ts";
import { regressionText, releaseName, seriesName } from "./figureWords.ts";
import { groupTable } from "./groupTable.ts";
import { seriesPictures } from "./seriesPictures.ts";

/** Releases that are drawn and listed: the newest. */
const RELEASES = 8;

/** `explains`: says how its picture is read; the first of an environment does. */
export function seriesSection(
  model: SummaryModel,
  series: RunSeries,
  { key, explains }: { readonly key: string; readonly explains: boolean },
): Markup {
  const groups = series.groups.flatMap((at) => model.groups[at] ?? []);
  const shown = groups.slice(-RELEASES).toReversed();
  const older = groups.length - shown.length;
  const rows = shown.map((group) => ({ group, name: releaseName(group.release) }));
  const caption = `Time from fault to recovery of ${series.drill}${shown.length > 1 ? ", newest release first" : ""}`;
  return html`<section class="series" id="${key}" aria-labelledby="${key}-name">
    <h3 id="${key}-name">${seriesName(series)}</h3>
    ${groupTable(rows, "Release", caption)}
    ${older > 0 ? html`<p class="muted">${`${older} older releases are left out here; they are in the picture over time.`}</p>` : null}
    ${seriesPictures(model, { series, groups: shown, key, explains })} ${regressions(series)}
  </section>`;
}

function regressions({ regressions: all }: RunSeries): Markup | null {
  const shown = all.slice(-RELEASES).toReversed();
  if (shown.length === 0) return null;
  return html`<h4>From release to release</h4>
    <ul>
      ${shown.map((one) => html`<li class="${one.direction === "slower" ? "bad" : ""}">${regressionText(one)}</li>`)}
    </ul>`;
}
