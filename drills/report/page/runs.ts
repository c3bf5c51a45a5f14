/** The runs of an environment one by one: folded where there are several, so that a page can be read. */
import { html, type Markup } from "../escape.ts";
import { outcomeName, runArticle, toneOf } from "../htmlRun.ts";
import type { RunReport } from "../model.ts";
import { figure, plural, utc } from "../text.ts";
import type { RunToShow } from "./shownRuns.ts";

/** Newest first; `isFolded` where the page shows many. */
export function runsOf(runs: readonly RunReport[], isFolded: boolean): Markup | null {
  if (runs.length === 0) return null;
  return html`<h3>${runs.length === 1 ? "The drill" : "Drills one by one, newest first"}</h3>
    ${runs.map((run) => (isFolded ? folded(run) : runArticle(run)))}`;
}

function folded(run: RunReport): Markup {
  const total = run.record?.durations.total ?? null;
  return html`<details class="run ${toneOf(run)}">
    <summary>
      <span class="tone">${outcomeName(run)}</span>
      ${total === null ? run.drill : `${run.drill}, ${figure(total)}`}
      <small>${utc(run.startedWallAt)}</small>
    </summary>
    ${runArticle(run)}
  </details> `;
}

/** What is said of `all` runs when only `shown` are there one by one; null when all are. */
export function leftOutText(all: readonly RunToShow[], shown: ReadonlySet<string>): string | null {
  const left = all.filter(({ id }) => !shown.has(id));
  if (left.length === 0) return null;
  const notPassed = left.filter(({ passed }) => !passed).length;
  return (
    `Shown one by one are the newest runs of each drill and the newest that did not pass; ` +
    `${plural(left.length, "run")} (${notPassed} of them not passed) are left out there and counted in every figure.`
  );
}
