/** Text that is not ours (release names, reasons, parameters) on its way into HTML, Markdown and terminals. */

/**
 * Control characters (a terminal obeys them, HTML forbids them) and marks that turn the direction of
 * writing (they make text read as what it is not).
 */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** One line of printable text; what cannot be printed shows as U+FFFD, line ends as a space. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n|[\n\r\t\u2028\u2029]/g, " ")
    .replace(UNPRINTABLE, "\uFFFD");
}

/** Text that is HTML already. Only `html` makes it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = string | number | Markup | null | readonly Piece[];

/** HTML from a template: whatever is put into it is escaped, unless it is markup itself; null is nothing. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const text = parts.map((part, index) => (index === 0 ? "" : render(pieces[index - 1])) + part);
  return new Markup(text.join(""));
}

function render(piece: Piece | undefined): string {
  if (piece === null || piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "string" || typeof piece === "number") return escapeHtml(String(piece));
  return piece.map(render).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  const escaped = plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  return escaped.replace(UNIT_SPACE, "\u00a0");
}

/** A number and its unit stay on one line. */
const UNIT_SPACE = /(?<=\d) (?=(?:ms|[smhx%])(?!\w))|(?<=\d [mh]) (?=\d)/g;

/**
 * For Markdown as GitHub renders it: no markup, no HTML, no table cell of its own, no link, and no
 * mention, issue or address that a page would turn into one (a zero-width space takes them apart).
 */
export function markdown(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]()#+!|~$-]/g, "\\$&")
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? "")
    .replace(/@|:(?=\/\/)|#|www(?=\.)/gi, "$&\u200b");
}
