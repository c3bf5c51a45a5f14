/** Splits a DynamoDB expression into tokens. */
export interface Token {
  readonly kind: (typeof KINDS)[number] | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A bare name, keyword or function; `#name`; `:value`; a list index; an operator or bracket. */
const KINDS = ["word", "name", "value", "number", "symbol"] as const;

const PATTERN =
  /\s+|(?<word>[A-Za-z][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<number>\d+)|(?<symbol><>|<=|>=|[=<>()[\],.+-])/y;

/** Calls `fail` with the offending token when the text holds a character that no token begins with. */
export function tokenize(text: string, fail: (token: Token) => Error): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (!match)
      throw fail({ kind: "symbol", text: text.slice(at, at + 1), start: at, end: at + 1 });
    const end = at + match[0].length;
    const kind = KINDS.find((one) => match.groups?.[one] !== undefined);
    if (kind !== undefined) {
      tokens.push({ kind, text: match[0], start: at, end });
    }
    at = end;
  }
  return tokens;
}
