/** Parses update expressions (SET, REMOVE, ADD, DELETE) and projections. */
import type { Value, ValueType } from "../values.ts";
import { typeOf } from "../values.ts";
import type { Assignable, Path, Update } from "./ast.ts";
import { Cursor, refuseOverlaps } from "./cursor.ts";
import type { Placeholders } from "./placeholders.ts";

const SECTIONS = ["SET", "REMOVE", "ADD", "DELETE"] as const;

/** How messages about update operands call the types. */
const LONG_NAMES: Readonly<Record<ValueType, string>> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
  L: "LIST",
  M: "MAP",
};

export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const cursor = new Cursor("UpdateExpression", text, placeholders);
  const set: { path: Path; value: Assignable }[] = [];
  const remove: { path: Path }[] = [];
  const add: { path: Path; value: Value }[] = [];
  const removed: { path: Path; value: Value }[] = [];
  const seen = new Set<string>();
  while (cursor.peek().kind !== "end") {
    const section = SECTIONS.find((word) => cursor.takeKeyword(word));
    if (section === undefined) throw cursor.unexpected();
    if (seen.has(section)) {
      throw cursor.invalid(
        `The "${section}" section can only be used once in an update expression;`,
      );
    }
    seen.add(section);
    do {
      const path = cursor.path();
      if (section === "SET") {
        cursor.expectSymbol("=");
        set.push({ path, value: assignable(cursor) });
      } else if (section === "REMOVE") {
        remove.push({ path });
      } else if (section === "ADD") {
        add.push({ path, value: literal(cursor, section, ["N", "SS", "NS", "BS"]) });
      } else {
        removed.push({ path, value: literal(cursor, section, ["SS", "NS", "BS"]) });
      }
    } while (cursor.takeSymbol(","));
  }
  const update = { set, remove, add, delete: removed };
  refuseOverlaps(
    cursor,
    [...set, ...remove, ...add, ...removed].map((action) => action.path),
  );
  return update;
}

export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const cursor = new Cursor("ProjectionExpression", text, placeholders);
  const paths = [cursor.path()];
  while (cursor.takeSymbol(",")) paths.push(cursor.path());
  cursor.expectEnd();
  refuseOverlaps(cursor, paths);
  return paths;
}

/** One operand, or two joined by one `+` or `-`: DynamoDB takes no longer sums. */
function assignable(cursor: Cursor): Assignable {
  const left = operand(cursor);
  const operator = cursor.isSymbol("+") ? "+" : cursor.isSymbol("-") ? "-" : undefined;
  if (operator === undefined) return left;
  cursor.next();
  const right = operand(cursor);
  for (const side of [left, right]) requireType(cursor, operator, side, "N");
  return { kind: "sum", operator, left, right };
}

function operand(cursor: Cursor): Assignable {
  if (cursor.takeSymbol("(")) {
    const inner = assignable(cursor);
    cursor.expectSymbol(")");
    return inner;
  }
  if (cursor.isFunction()) return callOf(cursor);
  const value = cursor.value();
  return value ? { kind: "value", ...value } : { kind: "path", path: cursor.path() };
}

function callOf(cursor: Cursor): Assignable {
  const name = cursor.next().text;
  if (name !== "if_not_exists" && name !== "list_append") {
    const known = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with"];
    const reason = [...known, "contains", "size"].includes(name)
      ? "The function is not allowed in an update expression"
      : "Invalid function name";
    throw cursor.invalid(`${reason}; function: ${name}`);
  }
  cursor.expectSymbol("(");
  const first = operand(cursor);
  cursor.expectSymbol(",");
  const second = operand(cursor);
  cursor.expectSymbol(")");
  if (name === "list_append") {
    for (const side of [first, second]) requireType(cursor, name, side, "L");
    return { kind: "append", first, second };
  }
  if (first.kind !== "path") {
    throw cursor.invalid(
      `Operator or function requires a document path; operator or function: ${name}`,
    );
  }
  return { kind: "ifNotExists", path: first.path, otherwise: second };
}

function requireType(cursor: Cursor, name: string, side: Assignable, allowed: ValueType): void {
  const type = side.kind === "value" ? typeOf(side.value) : undefined;
  if (type !== undefined && type !== allowed) {
    throw cursor.invalid(
      "Incorrect operand type for operator or function; " +
        `operator or function: ${name}, operand type: ${type}`,
    );
  }
}

function literal(cursor: Cursor, section: string, allowed: readonly ValueType[]): Value {
  const found = cursor.value();
  if (!found) throw cursor.unexpected();
  const type = typeOf(found.value);
  if (!allowed.includes(type)) {
    throw cursor.invalid(
      `Incorrect operand type for operator or function; operator: ${section}, ` +
        `operand type: ${LONG_NAMES[type]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
    );
  }
  return found.value;
}
