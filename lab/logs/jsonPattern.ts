/**
 * JSON filter patterns: `{ ($.level = "error" && $.latency > 500) || $.user NOT EXISTS }`. AND binds
 * before OR. A message that is no JSON object does not match.
 */
import { notImplemented } from "../supported.ts";
import { comparison, type ComparisonOperator, type Operand } from "./jsonComparison.ts";
import { invalid } from "./validation.ts";

type Test = (event: unknown) => boolean;
/** Names and indexes from the root on. */
type Selector = readonly (string | number)[];

const TOKENS =
  /\s*(&&|\|\||[()]|!=|>=|<=|=|>|<|"(?:[^"\\]|\\.)*"|\$(?:\.?\[(?:'[^']*'|"[^"]*"|[^\]]*)\]|\.[\w*-]+)*|[^\s()=<>!&|"]+)/y;

export function jsonFilter(pattern: string): (message: string) => boolean {
  if (!pattern.endsWith("}")) throw invalidPattern(pattern);
  const parser = new Parser(pattern, pattern.slice(1, -1));
  const test = parser.parse();
  return (message) => {
    const event = parseJson(message);
    return event !== undefined && test(event);
  };
}

class Parser {
  readonly #pattern: string;
  readonly #tokens: string[];
  #at = 0;

  constructor(pattern: string, body: string) {
    this.#pattern = pattern;
    this.#tokens = tokensOf(body) ?? this.#fail();
  }

  parse(): Test {
    const test = this.#either();
    if (this.#at < this.#tokens.length) this.#fail();
    return test;
  }

  #either(): Test {
    const sides = [this.#both()];
    while (this.#take("||")) sides.push(this.#both());
    return (event) => sides.some((side) => side(event));
  }

  #both(): Test {
    const sides = [this.#one()];
    while (this.#take("&&")) sides.push(this.#one());
    return (event) => sides.every((side) => side(event));
  }

  #one(): Test {
    if (this.#take("(")) {
      const inner = this.#either();
      if (!this.#take(")")) this.#fail();
      return inner;
    }
    const selector = this.#selector(this.#next());
    const word = this.#next();
    if (/^not$/i.test(word)) {
      if (!/^exists?$/i.test(this.#next())) this.#fail();
      return (event) => select(event, selector) === undefined;
    }
    if (/^is$/i.test(word)) {
      const wanted = { null: null, true: true, false: false }[this.#next().toLowerCase()];
      // "The variables IS NOT and EXISTS currently aren't supported."
      if (wanted === undefined) this.#fail();
      return (event) => select(event, selector) === wanted;
    }
    const test = comparison(this.#operator(word), this.#operand(this.#next()));
    return (event) => test(select(event, selector));
  }

  #selector(token: string): Selector {
    if (!token.startsWith("$") || token === "$") this.#fail();
    const steps = [...token.matchAll(/\.?\[(?:'([^']*)'|"([^"]*)"|([^\]]*))\]|\.([\w*-]+)/g)];
    return steps.map(([, single, double, index, name]) => {
      const property = single ?? double ?? name;
      if (property === "*" || index === "*") {
        throw notImplemented("FilterLogEvents", `the wildcard selector ${token}`);
      }
      if (property !== undefined) return property;
      return /^\d+$/.test(index ?? "") ? Number(index) : this.#fail();
    });
  }

  #operator(token: string): ComparisonOperator {
    const operators: readonly ComparisonOperator[] = ["=", "!=", "<", ">", "<=", ">="];
    return operators.find((operator) => operator === token) ?? this.#fail();
  }

  #operand(token: string): Operand {
    if (/^%.*%$/.test(token)) {
      throw notImplemented("FilterLogEvents", `the regular expression ${token}`);
    }
    if (/^[()=<>!&|$]/.test(token)) this.#fail();
    const quoted = /^"(.*)"$/s.exec(token)?.[1];
    return quoted === undefined
      ? { text: token, quoted: false }
      : { text: quoted.replaceAll(/\\(.)/gs, "$1"), quoted: true };
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? this.#fail();
  }

  #fail(): never {
    throw invalidPattern(this.#pattern);
  }
}

function tokensOf(body: string): string[] | undefined {
  const tokens: string[] = [];
  let end = 0;
  TOKENS.lastIndex = 0;
  for (let match = TOKENS.exec(body); match; match = TOKENS.exec(body)) {
    tokens.push(match[1] ?? "");
    end = TOKENS.lastIndex;
  }
  return body.slice(end).trim() === "" ? tokens : undefined;
}

/** undefined where a step leads nowhere. */
function select(event: unknown, selector: Selector): unknown {
  return selector.reduce<unknown>((value, step) => {
    if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, event);
}

function parseJson(message: string): unknown {
  try {
    const event: unknown = JSON.parse(message);
    return isObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidPattern(pattern: string): Error {
  return invalid(`Invalid filter pattern: ${pattern}`);
}
