/** The `wildcard` comparison: `*` is any run of characters, `\*` and `\\` are themselves. */
import { invalidPattern } from "../errors.ts";

export function wildcard(pattern: string): (text: string) => boolean {
  const runs = runsOf(pattern);
  const [first = ""] = runs;
  const last = runs.at(-1) ?? "";
  if (runs.length === 1) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    // Taking each run where it first occurs leaves the most room for those behind it.
    let from = first.length;
    for (const run of runs.slice(1, -1)) {
      const at = text.indexOf(run, from);
      if (at < 0) return false;
      from = at + run.length;
    }
    return from <= text.length - last.length;
  };
}

/** What stands between the stars. */
function runsOf(pattern: string): string[] {
  const runs = [""];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "*") {
      if (pattern[at + 1] === "*") {
        throw invalidPattern(`Consecutive wildcard characters at pos ${at}`);
      }
      runs.push("");
    } else if (character === "\\") {
      const escaped = pattern[++at];
      if (escaped !== "*" && escaped !== "\\") {
        throw invalidPattern(`Invalid escape character at pos ${at - 1}`);
      }
      runs[runs.length - 1] += escaped;
    } else {
      runs[runs.length - 1] += character;
    }
  }
  return runs;
}
