/**
 * Two texts of which one stretch differs, as the unified diff that `patch` and `git apply` take. Not the
 * smallest diff of any two texts: what changes in a runbook is one section.
 */

/** Lines before and after the change. */
const CONTEXT = 3;

/** Empty when nothing differs. No stamps: the same texts give the same bytes. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const [old, now] = [linesOf(before), linesOf(after)];
  const same = commonStart(old, now);
  const tail = commonStart(old.slice(same).toReversed(), now.slice(same).toReversed());
  const from = Math.max(0, same - CONTEXT);
  const rest = old.slice(old.length - tail, old.length - tail + CONTEXT);
  const body = [
    ...old.slice(from, same).map((line) => ` ${line}`),
    ...old.slice(same, old.length - tail).map((line) => `-${line}`),
    ...now.slice(same, now.length - tail).map((line) => `+${line}`),
    ...rest.map((line) => ` ${line}`),
  ];
  const count = (lines: readonly string[]): number => lines.length - tail + rest.length - from;
  const [a, b] = path.startsWith("/") ? [path, path] : [`a/${path}`, `b/${path}`];
  const hunk = `@@ -${range(from, count(old))} +${range(from, count(now))} @@\n`;
  return `--- ${a}\n+++ ${b}\n${hunk}${body.map(ended).join("")}`;
}

/** Each with its line feed, which the last one may lack. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

function ended(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`;
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, index) => line !== b[index]);
  return differs < 0 ? a.length : differs;
}

/** The line before an empty range, by the format's own rule; one line goes without its count. */
function range(from: number, count: number): string {
  if (count === 1) return `${from + 1}`;
  return `${count === 0 ? from : from + 1},${count}`;
}
