/**
 * The grammar of metric math, as far as alarms use it: numbers, ids, arithmetic, comparisons,
 * AND/OR, arrays and function calls. Text in, tree out.
 */
export type Operator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "^"
  | "=="
  | "!="
  | "<="
  | ">="
  | "<"
  | ">"
  | "AND"
  | "OR";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "negation"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "array"; readonly items: readonly Expression[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** `REPEAT` and `LINEAR`, words that only FILL takes. */
  | { readonly kind: "word"; readonly word: string };

/** What is wrong with an expression, in words for the person who wrote it. */
export class MathError extends Error {
  override name = "MathError";
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||==|!=|<=|>=|[-+*/^<>()[\],]))/y;

/** From loosest to tightest; `^` binds tighter than a sign and is handled apart. */
const LEVELS: readonly (readonly Operator[])[] = [
  ["OR"],
  ["AND"],
  ["==", "!=", "<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/"],
];

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["&&", "AND"],
  ["||", "OR"],
]);
/** Deeper nesting is refused before it can exhaust the stack. */
const DEEPEST = 100;

/** Throws MathError when the text is not an expression. */
export function parseExpression(text: string): Expression {
  const tokens = tokenise(text);
  let at = 0;
  let depth = 0;

  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at++;
    return true;
  };
  const expect = (token: string): void => {
    if (!take(token)) throw new MathError(`expected "${token}" ${whereIs(at)}`);
  };
  const whereIs = (index: number): string => {
    const token = tokens[index];
    return token === undefined ? "at the end" : `before "${token}"`;
  };

  const level = (index: number): Expression => {
    const operators = LEVELS[index];
    if (!operators) return unary();
    let left = level(index + 1);
    for (;;) {
      const operator = operators.find((candidate) => candidate === tokens[at]);
      if (!operator) return left;
      at++;
      left = { kind: "binary", operator, left, right: level(index + 1) };
    }
  };
  const unary = (): Expression => {
    if (++depth > DEEPEST) throw new MathError(`nested more than ${DEEPEST} deep`);
    const result: Expression = take("-")
      ? { kind: "negation", operand: unary() }
      : take("+")
        ? unary()
        : power();
    depth--;
    return result;
  };
  const power = (): Expression => {
    const left = primary();
    return take("^") ? { kind: "binary", operator: "^", left, right: unary() } : left;
  };
  const list = (end: string): Expression[] => {
    const items: Expression[] = [];
    if (take(end)) return items;
    do items.push(level(0));
    while (take(","));
    expect(end);
    return items;
  };
  const primary = (): Expression => {
    const token = tokens[at];
    if (take("(")) {
      const inner = level(0);
      expect(")");
      return inner;
    }
    if (take("[")) return { kind: "array", items: list("]") };
    if (token === undefined || !/^[\w.]/.test(token))
      throw new MathError(`expected a value ${whereIs(at)}`);
    at++;
    if (/^[\d.]/.test(token)) return { kind: "number", value: Number(token) };
    if (take("(")) return { kind: "call", name: token, args: list(")") };
    if (token === "REPEAT" || token === "LINEAR") return { kind: "word", word: token };
    // "Ids start lower-case, functions upper-case."
    if (!/^[a-z]/.test(token)) throw new MathError(`unknown name "${token}"`);
    return { kind: "id", id: token };
  };

  const result = level(0);
  if (at < tokens.length) throw new MathError(`unexpected "${tokens[at]}"`);
  return result;
}

function tokenise(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new MathError(`unexpected "${text.slice(from).trim().charAt(0)}"`);
    const token = match[1] ?? match[2] ?? match[3] ?? "";
    tokens.push(SPELLINGS.get(token) ?? token);
  }
  return tokens;
}

/** The ids that an expression reads. */
export function idsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "id":
      return [expression.id];
    case "negation":
      return idsOf(expression.operand);
    case "binary":
      return [...idsOf(expression.left), ...idsOf(expression.right)];
    case "array":
      return expression.items.flatMap(idsOf);
    case "call":
      return expression.args.flatMap(idsOf);
    default:
      return [];
  }
}
