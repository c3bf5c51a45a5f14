/** Comparisons of JSON filter patterns: numbers as numbers, texts with `*` at their ends. */

export type ComparisonOperator = "=" | "!=" | "<" | ">" | "<=" | ">=";

export interface Operand {
  readonly text: string;
  readonly quoted: boolean;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * What a value must be. "The selector must point to a value node (string or number)": with an
 * object, an array or nothing neither `=` nor `!=` matches.
 */
export function comparison(
  operator: ComparisonOperator,
  operand: Operand,
): (value: unknown) => boolean {
  const number = !operand.quoted && NUMBER.test(operand.text) ? Number(operand.text) : undefined;
  if (operator === "=" || operator === "!=") {
    const equals = number === undefined ? textEquals(operand.text) : numberEquals(number, operand);
    return (value) => isScalar(value) && equals(value) === (operator === "=");
  }
  return (value) =>
    number !== undefined && typeof value === "number" && ORDER[operator](value, number);
}

const ORDER: Readonly<Record<"<" | ">" | "<=" | ">=", (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

/** An unquoted number also equals the same text: `{ $.code = 400 }` finds `"400"`. */
function numberEquals(number: number, { text }: Operand): (value: unknown) => boolean {
  return (value) => (typeof value === "number" ? value === number : String(value) === text);
}

/** `*` stands for anything at the beginning and at the end; elsewhere it is a star. */
function textEquals(pattern: string): (value: unknown) => boolean {
  const [open, close] = [pattern.startsWith("*"), pattern.length > 1 && pattern.endsWith("*")];
  const core = pattern.slice(open ? 1 : 0, close ? -1 : undefined);
  return (value) => {
    const text = String(value);
    if (open && close) return text.includes(core);
    if (open) return text.endsWith(core);
    return close ? text.startsWith(core) : text === core;
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
