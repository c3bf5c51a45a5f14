/**
 * What one element of a pattern's array asks of a value: a literal, or one comparison.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { invalidPattern } from "../errors.ts";
import { cidrBlock } from "./cidr.ts";
import { wildcard } from "./wildcard.ts";

/** A leaf of an event. */
export type Scalar = string | number | boolean | null;

/** `absent` is `{"exists": false}`: it looks at the whole event, and not at one value. */
export type Comparison = ((value: Scalar) => boolean) | "absent";

type Text = (text: string) => boolean;

/** "-5.0e9 and +5.0e9 inclusive" (EventBridge User Guide, numeric matching). */
const LARGEST = 5e9;

const COMPARISONS: Readonly<Record<string, (operand: unknown) => Comparison>> = {
  prefix: (operand) => ofText(textOrIgnoringCase("prefix", operand, startsWith)),
  suffix: (operand) => ofText(textOrIgnoringCase("suffix", operand, endsWith)),
  "equals-ignore-case": (operand) => ofText(sameIgnoringCase(operand)),
  wildcard: (operand) => ofText(wildcard(textOf("wildcard", operand))),
  cidr: (operand) => ofText(cidrBlock(textOf("cidr", operand))),
  numeric,
  exists,
  "anything-but": anythingBut,
};

/** Objects in an `$or` list with one of these names make it a field of that name. */
export const OPERATOR_NAMES: ReadonlySet<string> = new Set(Object.keys(COMPARISONS));

/** Throws InvalidEventPatternException for what EventBridge refuses. */
export function comparisonOf(element: unknown): Comparison {
  if (typeof element !== "object" || element === null) return (value) => value === element;
  const entries = Object.entries(element);
  const [entry] = entries;
  if (Array.isArray(element) || !entry) {
    throw invalidPattern("Match value must be String, number, true, false, or null");
  }
  if (entries.length > 1) throw invalidPattern("Only one key allowed in match expression");
  const [name, operand] = entry;
  const compile = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
  if (!compile) throw invalidPattern(`Unrecognized match type ${name}`);
  return compile(operand);
}

function ofText(test: Text): Comparison {
  return (value) => typeof value === "string" && test(value);
}

function startsWith(text: string, part: string): boolean {
  return text.startsWith(part);
}

function endsWith(text: string, part: string): boolean {
  return text.endsWith(part);
}

/** `"EventB"` or `{"equals-ignore-case": "EventB"}`. */
function textOrIgnoringCase(
  name: string,
  operand: unknown,
  test: (text: string, part: string) => boolean,
): Text {
  if (typeof operand !== "object" || operand === null) {
    const part = textOf(name, operand);
    return (text) => test(text, part);
  }
  const part = folded(textOf(name, only("equals-ignore-case", operand)));
  return (text) => test(folded(text), part);
}

function sameIgnoringCase(operand: unknown): Text {
  const wanted = folded(textOf("equals-ignore-case", operand));
  return (text) => folded(text) === wanted;
}

function folded(text: string): string {
  return text.toLowerCase();
}

/** Needs a value, of whatever type, that none of its operands describes. */
function anythingBut(operand: unknown): Comparison {
  const tests = unwanted(operand);
  return (value) => !tests.some((test) => test(value));
}

function unwanted(operand: unknown): readonly ((value: Scalar) => boolean)[] {
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) {
    const [name = "", inner] = Object.entries(operand)[0] ?? [];
    if (!["prefix", "suffix", "equals-ignore-case", "wildcard"].includes(name)) {
      throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
    }
    only(name, operand);
    return listOf(inner).map((one) => {
      if (one === "") throw invalidPattern(`Null ${name} not allowed`);
      const test = comparisonOf({ [name]: one });
      return test === "absent" ? () => false : test;
    });
  }
  const values = listOf(operand);
  const sort = typeof values[0];
  if (values.some((value) => typeof value !== sort) || !["string", "number"].includes(sort)) {
    throw invalidPattern("Inside anything-but list, either all values are number or string");
  }
  return values.map((unwantedValue) => (value: Scalar) => value === unwantedValue);
}

function listOf(operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand)) return [operand];
  if (operand.length === 0) throw invalidPattern("Empty arrays are not allowed");
  return operand;
}

function numeric(operand: unknown): Comparison {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) {
    throw invalidPattern("Value of numeric must be an array of one or two comparisons");
  }
  const tests = Array.from({ length: parts.length / 2 }, (_, index) =>
    numericTest(parts[2 * index], parts[2 * index + 1]),
  );
  if (tests.length === 2) checkRange(parts);
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}

function numericTest(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof bound !== "number") throw invalidPattern("Value of numeric must be numeric");
  if (Math.abs(bound) > LARGEST) {
    throw invalidPattern("Value must be between -5.0E9 and 5.0E9, inclusive");
  }
  switch (operator) {
    case "=":
      return (value) => value === bound;
    case "<":
      return (value) => value < bound;
    case "<=":
      return (value) => value <= bound;
    case ">":
      return (value) => value > bound;
    case ">=":
      return (value) => value >= bound;
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
  }
}

/** Two comparisons make a range: one bound below, one above it. */
function checkRange([first, one, second, other]: readonly unknown[]): void {
  const below = String(first).startsWith(">") && String(second).startsWith("<");
  const above = String(first).startsWith("<") && String(second).startsWith(">");
  if (!below && !above) throw invalidPattern("Bad numeric range operator");
  const [bottom, top] = below ? [one, other] : [other, one];
  if (Number(bottom) >= Number(top)) throw invalidPattern("Bottom must be less than top");
}

function exists(operand: unknown): Comparison {
  if (typeof operand !== "boolean") {
    throw invalidPattern("exists match pattern must be either true or false.");
  }
  return operand ? () => true : "absent";
}

function textOf(name: string, operand: unknown): string {
  if (typeof operand === "string") return operand;
  throw invalidPattern(`${name} match pattern must be a string`);
}

/** The value of an object's one member. */
function only(name: string, operand: object): unknown {
  const entries = Object.entries(operand);
  const [entry] = entries;
  if (entries.length === 1 && entry && entry[0] === name) return entry[1];
  throw invalidPattern(`Unrecognized match type ${entries.map(([key]) => key).join(", ")}`);
}
