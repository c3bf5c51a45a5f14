/** A runbook's generated section: put in the place of the one between its markers, or at the end. */
import { usageError } from "../../../base/errors.ts";
import type { RunbookSection } from "./incident.ts";

interface Markers {
  readonly begin: string;
  readonly end: string;
}

function markersOf(key: string): Markers {
  return { begin: `<!-- backout:begin ${key} -->`, end: `<!-- backout:end ${key} -->` };
}

/** What may stand in a marker: nothing that ends a comment. */
export function sectionKey(...names: readonly string[]): string {
  return names.map((name) => name.replace(/[^\w.]+/g, "-")).join("/");
}

/**
 * The runbook with the section as it should be. Whatever stands outside the markers stays, byte for
 * byte; line ends are the runbook's own.
 *
 * @throws BackoutError `runbook-markers` when they do not enclose one section
 */
export function updatedRunbook(runbook: string, section: RunbookSection): string {
  const eol = /\r\n/.test(runbook) ? "\r\n" : "\n";
  const markers = markersOf(section.key);
  const text = [markers.begin, NOTE, "", ...section.lines, markers.end, ""].join(eol);
  const lines = runbook.split(/(?<=\n)/);
  const at = find(lines, markers);
  if (!at) {
    const between = runbook === "" ? "" : /\n\r?\n$/.test(runbook) ? "" : eol;
    const gap = runbook === "" || runbook.endsWith("\n") ? between : `${eol}${eol}`;
    return `${runbook}${gap}${text}`;
  }
  const [before, after] = [lines.slice(0, at.begin), lines.slice(at.end + 1)];
  // The file's last line may have had no line feed; then it has none afterwards.
  const isLast = after.length === 0 && !runbook.endsWith("\n");
  return [...before, isLast ? text.slice(0, -eol.length) : text, ...after].join("");
}

const NOTE =
  "<!-- Written from the last post-mortem by `backout report postmortem`: changes in here are lost. -->";

function find(
  lines: readonly string[],
  { begin, end }: Markers,
): { readonly begin: number; readonly end: number } | null {
  const all = (marker: string): number[] =>
    lines.flatMap((line, index) => (line.trim() === marker ? [index] : []));
  const [begins, ends] = [all(begin), all(end)];
  if (begins.length === 0 && ends.length === 0) return null;
  const [from = -1, to = -1] = [begins[0], ends[0]];
  if (begins.length === 1 && ends.length === 1 && from < to) return { begin: from, end: to };
  const seen = [
    ...begins.map((at) => `begin in line ${at + 1}`),
    ...ends.map((at) => `end in line ${at + 1}`),
  ];
  throw usageError(
    "runbook-markers",
    `the runbook's markers do not enclose one section: ${seen.join(", ")}`,
    `leave one line ${begin} and below it one line ${end}, or neither`,
  );
}
