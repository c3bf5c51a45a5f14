/** Text that is wider than a terminal. Pure. */
// oxlint-disable-next-line no-control-regex -- the escape character of terminal colours.
export const COLOUR = /\u001B\[\d+m/g;

/** Breaks lines between words, the rest indented below the line's own start; a word stays whole. */
export function wrap(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => {
      if (visible(line) <= columns) return line;
      const indent = " ".repeat(Math.min(line.length - line.trimStart().length + 2, columns >> 1));
      const lines: string[] = [];
      let current = "";
      for (const word of line.split(/(?<=\S)(?= )/)) {
        const full = visible(current + word) > columns && current.trim() !== "";
        if (full) lines.push(current);
        current = full ? indent + word.trimStart() : current + word;
      }
      return [...lines, current].join("\n");
    })
    .join("\n");
}

/** Characters that a terminal shows of it. */
export function visible(text: string): number {
  return text.replace(COLOUR, "").length;
}
