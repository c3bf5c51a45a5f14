/** Plain text on its way into the middle of a line of Markdown, still readable as it stands. */
import { markdown, plain } from "../escape.ts";

/**
 * What only means something at the start of a line, or beside a mark that is escaped, goes without its
 * backslash: drafts are read in terminals and editors too.
 */
export function markdownLine(text: string): string {
  return markdown(text)
    .replace(/(?<!^)\\-/g, "-")
    .replace(/\\([()!+])/g, "$1");
}

/** A name on its way into a command to copy: whatever a record says, it stays one word of the shell. */
export function word(name: string): string {
  return /^[\w.:/-]+$/.test(name) ? name : `'${plain(name).replaceAll("'", String.raw`'\''`)}'`;
}

/** A command to copy. */
export function code(command: string): string {
  return `\`${plain(command).replace(/`/g, "'")}\``;
}
