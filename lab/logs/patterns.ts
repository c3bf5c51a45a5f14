/**
 * Filter patterns: which messages FilterLogEvents finds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { notImplemented } from "../supported.ts";
import { jsonFilter } from "./jsonPattern.ts";

export type Filter = (message: string) => boolean;

const OPERATION = "FilterLogEvents";

/**
 * Terms, or a JSON pattern in braces. Throws `InvalidParameterException` for a malformed pattern and
 * `NotImplemented` for space-delimited (`[ … ]`) and regular (`%…%`) ones.
 */
export function messageFilter(pattern: string): Filter {
  const text = pattern.trim();
  if (text.startsWith("{")) return jsonFilter(text);
  if (text.startsWith("[")) throw notImplemented(OPERATION, `the filter pattern ${text}`);
  return termFilter(text);
}

/**
 * Terms are parts of the message, case counts, quotes make a phrase. Every plain term must occur, no
 * `-term` may. One of the `?term`s must, unless there are others: "If you combine "?" with other
 * filter patterns, all question mark terms will be ignored."
 */
function termFilter(pattern: string): Filter {
  const terms = (pattern.match(/[?-]?"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map(parseTerm);
  const of = (sign: string): string[] =>
    terms.filter((term) => term.sign === sign).map(({ text }) => text);
  const [wanted, unwanted, optional] = [of(""), of("-"), of("?")];
  if (wanted.length === 0 && unwanted.length === 0 && optional.length > 0) {
    return (message) => optional.some((term) => message.includes(term));
  }
  return (message) =>
    wanted.every((term) => message.includes(term)) &&
    !unwanted.some((term) => message.includes(term));
}

function parseTerm(term: string): { sign: string; text: string } {
  const sign = /^[?-](?=.)/.exec(term)?.[0] ?? "";
  const text = term.slice(sign.length);
  if (/^%.*%$/.test(text)) throw notImplemented(OPERATION, `the regular expression ${text}`);
  const quoted = /^"(.*)"$/s.exec(text)?.[1];
  return { sign, text: quoted === undefined ? text : quoted.replaceAll(/\\(.)/gs, "$1") };
}
