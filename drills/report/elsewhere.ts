/**
 * Drills that other tools ran, in a table of their own in each form. They are in no figure, for none of
 * their tools saw what brought the traffic back.
 */
import pc from "picocolors";
import type { IngestedRecord } from "../ingest/ingested.ts";
import { html, markdown, type Markup, plain } from "./escape.ts";
import { folded } from "./page/markdownOverview.ts";
import { plural, utc, VERDICT_TITLES } from "./text.ts";

/** The newest; `--json` has all. */
const SHOWN = 50;

const TOOLS = { "chaos-toolkit": "Chaos Toolkit", "aws-fis": "AWS FIS" } as const;
const NOT_KNOWN = ["recovery", "path", "durations", "floors", "traffic", "objective"] as const;

export const ELSEWHERE = "Drills run elsewhere";

/** What every one of them leaves open, and what follows from it. */
export function elsewhereNote(all: readonly IngestedRecord[]): string {
  return (
    `${plural(all.length, "drill")} taken in from other tools: in no figure above, and proof of no ` +
    "way home. None can be passed, because its tool did not see what brought the traffic back."
  );
}

function rowOf(record: IngestedRecord) {
  const { source, drill, environment, startedAt, verdict, reason } = record;
  const unknown = NOT_KNOWN.filter((member) => record[member] === null);
  return {
    source: `${TOOLS[source.tool]}${source.version === null ? "" : ` ${source.version}`}`,
    file: source.file,
    drill,
    environment: environment ?? "not said",
    when: startedAt === null ? "not said" : utc(startedAt),
    verdict: VERDICT_TITLES[verdict],
    reason,
    notKnown: [...unknown, ...(record.residue === null ? ["residue"] : [])].join(", "),
  };
}

export function elsewhereText(all: readonly IngestedRecord[]): string[] {
  if (all.length === 0) return [];
  const lines = all.slice(0, SHOWN).map((record) => {
    const { source, drill, environment, when, verdict, reason, notKnown } = rowOf(record);
    return [
      `  ${when}  ${verdict}: ${plain(drill)} on ${plain(environment)}, by ${plain(source)}`,
      pc.dim(`    ${plain(reason)}; not known: ${notKnown}`),
    ].join("\n");
  });
  return ["", `${ELSEWHERE}: ${elsewhereNote(all)}`, ...lines, ...more(all, "  ")];
}

export function elsewhereLines(all: readonly IngestedRecord[]): string[] {
  if (all.length === 0) return [];
  const rows = all.slice(0, SHOWN).map((record) => {
    const { source, file, drill, environment, when, verdict, reason, notKnown } = rowOf(record);
    const told = [drill, environment, `${verdict}: ${reason}`, notKnown].map(markdown);
    return `| ${[markdown(`${source}, ${file}`), when, ...told].join(" | ")} |`;
  });
  return folded(`${ELSEWHERE} (${all.length})`, [
    elsewhereNote(all),
    "",
    "| source | when | drill | environment | verdict | not known |",
    "|---|---|---|---|---|---|",
    ...rows,
    ...more(all, ""),
  ]);
}

export function elsewhereSection(all: readonly IngestedRecord[]): Markup | null {
  if (all.length === 0) return null;
  const rows = all.slice(0, SHOWN).map((record) => {
    const { source, file, drill, environment, when, verdict, reason, notKnown } = rowOf(record);
    return html`<tr>
      <th scope="row">${drill}<small>${environment}</small></th>
      <td>${source}<small>${file}</small></td>
      <td class="nowrap">${when}</td>
      <td>${verdict}<small>${reason}</small></td>
      <td>${notKnown}</td>
    </tr> `;
  });
  return html`<section class="card" aria-labelledby="elsewhere">
    <h2 id="elsewhere">${ELSEWHERE}</h2>
    <p class="caption">${elsewhereNote(all)}</p>
    <div class="wide-table" role="group" aria-label="${ELSEWHERE}" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Drill</th>
            <th scope="col">Source</th>
            <th scope="col">When</th>
            <th scope="col">Verdict</th>
            <th scope="col">What it could not know</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more(all, "").map((text) => html`<p class="muted">${text}</p>`)}
  </section>`;
}

function more(all: readonly IngestedRecord[], indent: string): string[] {
  return all.length > SHOWN ? [`${indent}${all.length - SHOWN} more are in the JSON report`] : [];
}
