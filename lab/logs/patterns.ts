/** Filter patterns of unstructured terms: all must occur, case counts, quotes make a phrase. */
import { notImplemented } from "../supported.ts";

/**
 * What `pattern` asks of a message. Throws `NotImplemented` for JSON (`{ … }`), space-delimited
 * (`[ … ]`), optional (`?term`), excluding (`-term`) and regular (`%…%`) patterns.
 */
export function termFilter(pattern: string): (message: string) => boolean {
  const terms = pattern.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const wanted = terms.map((term) => {
    if (/^[{[?%-]/.test(term)) {
      throw notImplemented("FilterLogEvents", `the filter pattern ${term}: plain terms only`);
    }
    return term.startsWith('"') ? term.slice(1, -1).replaceAll(/\\(.)/g, "$1") : term;
  });
  return (message) => wanted.every((term) => message.includes(term));
}
