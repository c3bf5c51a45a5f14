/** One run in the HTML report: verdict and figures, the picture, the timeline, what was verified. */
import { explainLink } from "../verdict/brokenLink.ts";
import { BrokenLink, Verdict } from "../verdict/record.ts";
import { html, type Markup } from "./escape.ts";
import { figuresTable } from "./figures.ts";
import { sampleTable, timelineTable } from "./htmlTables.ts";
import type { RunReport } from "./model.ts";
import { picture } from "./picture/picture.ts";
import { clockNote, outcomeSentence, plural, utc, VERDICT_TITLES, weightsText } from "./text.ts";

export function runArticle(run: RunReport): Markup {
  const { record } = run;
  const key = `run-${run.id}`;
  const drawing = picture(run, key);
  return html`<article id="${key}" aria-labelledby="${key}-name">
    <h3 id="${key}-name">${`${run.drill} on ${run.environment}`}</h3>
    <p class="meta">${meta(run)}</p>
    <div class="verdict ${toneOf(run)}"><strong>${outcomeName(run)}</strong>${outcome(run)}</div>
    ${record ? figuresTable(record) : null} ${record ? brokenChain(record.brokenLink) : null}
    ${
      drawing
        ? html`<h4>What happened</h4>
            <figure>
              ${drawing}
              <figcaption>
                ${clockNote(run.speed)} Dashed lines mark the events of the timeline below.
              </figcaption>
            </figure>
            ${sampleTable(run)}`
        : html`<p class="muted">${clockNote(run.speed)}</p>`
    }
    ${
      run.timeline.length > 0
        ? html`<h4>Timeline</h4>
            ${timelineTable(run)}`
        : null
    }
    ${
      run.claims.length > 0
        ? html`<h4>What was verified, and how</h4>
            <ul class="claims">
              ${run.claims.map(claimItem)}
            </ul>`
        : null
    }
  </article> `;
}

export function toneOf({ record }: RunReport): "good" | "bad" | "warn" {
  if (record?.verdict === Verdict.Passed) return "good";
  const isBad = record?.verdict === Verdict.Failed || record?.verdict === Verdict.StuckOnRemoval;
  return isBad ? "bad" : "warn";
}

export function outcomeName({ record, swept }: RunReport): string {
  if (record) return VERDICT_TITLES[record.verdict];
  return swept ? "Cut short, swept" : "No end";
}

function outcome({ record, swept }: RunReport): Markup {
  if (record) return html`${outcomeSentence(record)}`;
  return swept
    ? html`The run was killed before it could judge; a later sweep put everything back.`
    : html`The journal has no record of this run: it was killed, or it still runs.
        <code>backout drill sweep</code> puts back what a killed run left.`;
}

function meta(run: RunReport): string {
  const { record } = run;
  const parameters = Object.entries(run.parameters).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [
    `started ${utc(run.startedWallAt)}`,
    `run ${run.id}`,
    ...parameters,
    ...(record
      ? [
          plural(record.traffic.requests, "response"),
          `weights ${weightsText(record.traffic.weightsBefore)} before, ${weightsText(record.traffic.weightsAfter)} after`,
        ]
      : []),
  ].join(" · ");
}

/** The way home as far as it held: what stands before the broken link worked. */
function brokenChain(broken: BrokenLink | null): Markup | null {
  if (broken === null) return null;
  const links = Object.values(BrokenLink);
  const at = links.indexOf(broken);
  const items = links.map((link, index) => {
    const [name, mark, words] =
      index < at
        ? ["", "✓", "worked"]
        : index === at
          ? ["bad", "✗", "broken"]
          : ["muted", "–", "not reached"];
    return html`<li class="${name}">
      <span aria-hidden="true">${mark} </span>${link}<span class="hidden">: ${words}</span>
    </li>`;
  });
  return html`<h4>The broken link</h4>
    <p>${`On the way from alarm to traffic it was "${broken}": ${explainLink(broken)}.`}</p>
    <ol class="chain">
      ${items}
    </ol>`;
}

function claimItem({ holds, text, how }: RunReport["claims"][number]): Markup {
  const [tone, mark, words] =
    holds === null
      ? ["warn", "?", "Not known: "]
      : holds
        ? ["good", "✓", "Verified: "]
        : ["bad", "✗", "Not so: "];
  return html`<li class="${tone}">
    <span class="mark tone" aria-hidden="true">${mark}</span
    ><span><span class="hidden">${words}</span>${text}<small>${`How: ${how}.`}</small></span>
  </li> `;
}
