/**
 * Parses condition, filter and key condition expressions. From loosest to tightest: OR, AND, NOT,
 * then comparisons, BETWEEN, IN, functions and parentheses (developer guide, "Precedence").
 */
import type { Value } from "../values.ts";
import { compareValues, typeOf } from "../values.ts";
import type { Comparator, Condition, Operand } from "./ast.ts";
import { showPath } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import type { ExpressionKind } from "./cursor.ts";
import type { Placeholders } from "./placeholders.ts";

const COMPARATORS: readonly Comparator[] = ["=", "<>", "<", "<=", ">", ">="];
const TYPE_NAMES = new Set(["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"]);
/** Operands that one IN may list (service quotas). */
const LONGEST_IN = 100;

export function parseCondition(
  kind: ExpressionKind,
  text: string,
  placeholders: Placeholders,
): Condition {
  const parser = new ConditionParser(new Cursor(kind, text, placeholders));
  return parser.whole();
}

class ConditionParser {
  readonly #cursor: Cursor;
  /** Conditions that stood in parentheses: DynamoDB refuses a second pair around them. */
  readonly #parenthesised = new WeakSet<Condition>();

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  whole(): Condition {
    const condition = this.#or();
    this.#cursor.expectEnd();
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#cursor.takeKeyword("OR")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#cursor.takeKeyword("AND")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (this.#cursor.takeKeyword("NOT")) return { kind: "not", of: this.#not() };
    return this.#primary();
  }

  #primary(): Condition {
    const cursor = this.#cursor;
    if (cursor.takeSymbol("(")) {
      const inner = this.#or();
      cursor.expectSymbol(")");
      if (this.#parenthesised.has(inner)) {
        throw cursor.invalid("The expression has redundant parentheses;");
      }
      this.#parenthesised.add(inner);
      return inner;
    }
    if (cursor.isFunction() && cursor.peek().text !== "size") return this.#function();
    const left = this.#operand();
    if (cursor.takeKeyword("BETWEEN")) return this.#between(left);
    if (cursor.takeKeyword("IN")) return this.#in(left);
    const { kind, text } = cursor.peek();
    const comparator = COMPARATORS.find((one) => kind === "symbol" && one === text);
    if (!comparator) throw cursor.unexpected();
    cursor.next();
    return this.#compare(comparator, left, this.#operand());
  }

  #compare(comparator: Comparator, left: Operand, right: Operand): Condition {
    if (left.kind === "path" && right.kind === "path") {
      const [one, two] = [showPath(left.path), showPath(right.path)];
      if (one === two) {
        throw this.#cursor.invalid(
          "The first operand must be distinct from the remaining operands for this operator or " +
            `function; operator: ${comparator}, first operand: ${one}`,
        );
      }
    }
    if (comparator !== "=" && comparator !== "<>") {
      for (const operand of [left, right]) this.#requireType(comparator, operand, ["S", "N", "B"]);
    }
    return { kind: "compare", comparator, left, right };
  }

  #between(of: Operand): Condition {
    const low = this.#operand();
    this.#cursor.expectKeyword("AND");
    const high = this.#operand();
    for (const operand of [of, low, high]) this.#requireType("BETWEEN", operand, ["S", "N", "B"]);
    if (low.kind === "value" && high.kind === "value") this.#checkBounds(low.value, high.value);
    return { kind: "between", of, low, high };
  }

  #checkBounds(low: Value, high: Value): void {
    const shown = `lower bound operand: ${show(low)}, upper bound operand: ${show(high)}`;
    const order = compareValues(low, high);
    if (order === undefined) {
      throw this.#cursor.invalid(
        `The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`,
      );
    }
    if (order > 0) {
      throw this.#cursor.invalid(
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " +
          shown,
      );
    }
  }

  #in(of: Operand): Condition {
    this.#cursor.expectSymbol("(");
    const list = [this.#operand()];
    while (this.#cursor.takeSymbol(",")) list.push(this.#operand());
    this.#cursor.expectSymbol(")");
    if (list.length > LONGEST_IN) this.#wrongCount("IN", list.length + 1);
    return { kind: "in", of, list };
  }

  #function(): Condition {
    const cursor = this.#cursor;
    const name = cursor.next().text;
    const operands = this.#operands();
    switch (name) {
      case "attribute_exists":
      case "attribute_not_exists": {
        const [of] = this.#exactly(name, operands, 1);
        return {
          kind: "exists",
          path: this.#requirePath(name, of),
          wanted: name === "attribute_exists",
        };
      }
      case "attribute_type": {
        const [of, type] = this.#exactly(name, operands, 2);
        return { kind: "type", path: this.#requirePath(name, of), type: this.#typeName(type) };
      }
      case "begins_with": {
        const [of, part] = this.#exactly(name, operands, 2);
        for (const operand of [of, part]) this.#requireType(name, operand, ["S", "B"]);
        return { kind: "begins", of, part };
      }
      case "contains": {
        const [of, part] = this.#exactly(name, operands, 2);
        return { kind: "contains", of, part };
      }
      case "if_not_exists":
      case "list_append":
        throw cursor.invalid(
          `The function is not allowed in a ${article(cursor.kind)}; function: ${name}`,
        );
      default:
        throw cursor.invalid(`Invalid function name; function: ${name}`);
    }
  }

  #operands(): Operand[] {
    this.#cursor.expectSymbol("(");
    const operands = [this.#operand()];
    while (this.#cursor.takeSymbol(",")) operands.push(this.#operand());
    this.#cursor.expectSymbol(")");
    return operands;
  }

  #operand(): Operand {
    const cursor = this.#cursor;
    if (cursor.isFunction()) {
      const name = cursor.next().text;
      if (name !== "size") {
        throw cursor.invalid(
          `The function is not allowed to be used this way in an expression; function: ${name}`,
        );
      }
      const [of] = this.#exactly(name, this.#operands(), 1);
      this.#requireType(name, of, ["S", "B", "SS", "NS", "BS", "L", "M"]);
      return { kind: "size", of };
    }
    const value = cursor.value();
    return value ? { kind: "value", ...value } : { kind: "path", path: cursor.path() };
  }

  #exactly(name: string, operands: readonly Operand[], count: 1 | 2): [Operand, Operand] {
    const [first, second = first] = operands;
    if (operands.length !== count || !first || !second) this.#wrongCount(name, operands.length);
    return [first, second];
  }

  #wrongCount(name: string, count: number): never {
    throw this.#cursor.invalid(
      "Incorrect number of operands for operator or function; " +
        `operator or function: ${name}, number of operands: ${count}`,
    );
  }

  #requirePath(name: string, operand: Operand): readonly (string | number)[] {
    if (operand.kind === "path") return operand.path;
    throw this.#cursor.invalid(
      `Operator or function requires a document path; operator or function: ${name}`,
    );
  }

  /** Only what is written in the request can be judged before an item is read. */
  #requireType(name: string, operand: Operand, allowed: readonly string[]): void {
    const type = operand.kind === "value" ? typeOf(operand.value) : undefined;
    if (type !== undefined && !allowed.includes(type)) {
      throw this.#cursor.invalid(
        "Incorrect operand type for operator or function; " +
          `operator or function: ${name}, operand type: ${type}`,
      );
    }
  }

  #typeName(operand: Operand): string {
    if (operand.kind !== "value" || !("S" in operand.value)) {
      throw this.#cursor.invalid(
        "Incorrect operand type for operator or function; operator or function: attribute_type, " +
          `operand type: ${operand.kind === "value" ? typeOf(operand.value) : "path"}`,
      );
    }
    const type = operand.value.S;
    if (!TYPE_NAMES.has(type)) {
      throw this.#cursor.invalid(
        `Invalid attribute type name found; type: ${type}, valid types: {${[...TYPE_NAMES].join(",")}}`,
      );
    }
    return type;
  }
}

function show(value: Value): string {
  const [type, content] = Object.entries(value)[0] ?? [];
  return `AttributeValue: {${type}:${String(content)}}`;
}

function article(kind: ExpressionKind): string {
  return kind.replace("Expression", " expression").toLowerCase();
}
