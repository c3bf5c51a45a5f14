/** Does an item meet a condition? An attribute that is missing makes most conditions false. */
import type { Item, Value } from "../values.ts";
import { canonical, compareValues, equalValues, hex, typeOf } from "../values.ts";
import type { Comparator, Condition, Operand } from "./ast.ts";
import { valueAt } from "./paths.ts";

/** `item` is empty where there is none: conditions on a new item see no attributes. */
export function meets(item: Item, condition: Condition): boolean {
  switch (condition.kind) {
    case "and":
      return meets(item, condition.left) && meets(item, condition.right);
    case "or":
      return meets(item, condition.left) || meets(item, condition.right);
    case "not":
      return !meets(item, condition.of);
    case "compare":
      return compare(condition.comparator, read(item, condition.left), read(item, condition.right));
    case "between": {
      const value = read(item, condition.of);
      return (
        compare(">=", value, read(item, condition.low)) &&
        compare("<=", value, read(item, condition.high))
      );
    }
    case "in": {
      const value = read(item, condition.of);
      return condition.list.some((operand) => compare("=", value, read(item, operand)));
    }
    case "exists":
      return (valueAt(item, condition.path) !== undefined) === condition.wanted;
    case "type": {
      const value = valueAt(item, condition.path);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case "begins":
      return begins(read(item, condition.of), read(item, condition.part));
    default:
      return contains(read(item, condition.of), read(item, condition.part));
  }
}

function read(item: Item, operand: Operand): Value | undefined {
  switch (operand.kind) {
    case "path":
      return valueAt(item, operand.path);
    case "value":
      return operand.value;
    default: {
      const size = sizeOf(read(item, operand.of));
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

/** A missing attribute equals nothing, not even another missing one, so `<>` holds for it. */
function compare(
  comparator: Comparator,
  left: Value | undefined,
  right: Value | undefined,
): boolean {
  const equal = left !== undefined && right !== undefined && equalValues(left, right);
  if (comparator === "=") return equal;
  if (comparator === "<>") return !equal;
  const order = left && right && compareValues(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function begins(value: Value | undefined, part: Value | undefined): boolean {
  if (!value || !part) return false;
  if ("S" in value && "S" in part) return value.S.startsWith(part.S);
  if ("B" in value && "B" in part) return hex(value.B).startsWith(hex(part.B));
  return false;
}

/** A substring of a string or of bytes, a member of a set, an element of a list. */
function contains(value: Value | undefined, part: Value | undefined): boolean {
  if (!value || !part) return false;
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value) return "B" in part && Buffer.from(value.B).includes(Buffer.from(part.B));
  if ("SS" in value) return "S" in part && value.SS.includes(part.S);
  if ("NS" in value) return "N" in part && value.NS.includes(part.N);
  if ("BS" in value) return "B" in part && value.BS.some((one) => hex(one) === hex(part.B));
  if ("L" in value) return value.L.some((element) => canonical(element) === canonical(part));
  return false;
}

/** Numbers, booleans and null have no size. */
function sizeOf(value: Value | undefined): number | undefined {
  if (!value) return undefined;
  // "The length of the string" (developer guide); in UTF-16 units, which it does not say.
  if ("S" in value) return value.S.length;
  if ("B" in value) return value.B.length;
  if ("SS" in value) return value.SS.length;
  if ("NS" in value) return value.NS.length;
  if ("BS" in value) return value.BS.length;
  if ("L" in value) return value.L.length;
  if ("M" in value) return Object.keys(value.M).length;
  return undefined;
}
