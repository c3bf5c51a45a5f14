/** Applies an update to an item. Every action sees the item as it was before the update. */
import { add, formatDecimal, parseDecimal, subtract } from "../decimal.ts";
import { validation } from "../errors.ts";
import type { Item, Value } from "../values.ts";
import { hex } from "../values.ts";
import type { Assignable, Path, Update } from "./ast.ts";
import { valueAt } from "./paths.ts";

/** What a path becomes; undefined removes it. */
interface Edit {
  readonly path: Path;
  readonly value: Value | undefined;
}

/** Returns a new item; throws ValidationException for paths and operands that do not fit it. */
export function applyUpdate(item: Item, update: Update): Item {
  return editMembers(item, [
    ...update.set.map(({ path, value }) => ({ path, value: assigned(item, value) })),
    ...update.remove.map(({ path }) => ({ path, value: undefined })),
    ...update.add.map(({ path, value }) => ({ path, value: added(valueAt(item, path), value) })),
    ...update.delete.map(({ path, value }) => ({
      path,
      value: without(valueAt(item, path), value),
    })),
  ]);
}

function editValue(value: Value, edits: readonly Edit[]): Value {
  if ("M" in value) return { M: editMembers(value.M, edits) };
  if ("L" in value) return { L: editElements(value.L, edits) };
  throw invalidPath();
}

function editMembers(members: Item, edits: readonly Edit[]): Item {
  const result = new Map(Object.entries(members));
  for (const [step, edited] of byFirstStep(edits)) {
    if (typeof step !== "string") throw invalidPath();
    const value = outcome(result.get(step), edited);
    if (value) result.set(step, value);
    else result.delete(step);
  }
  return Object.fromEntries(result);
}

/**
 * Every index means what it meant before the update: elements removed leave no holes, and elements
 * set past the end are appended in the order of their indices.
 */
function editElements(elements: Value[], edits: readonly Edit[]): Value[] {
  const changed = new Map<number, Value | undefined>();
  for (const [step, edited] of byFirstStep(edits)) {
    if (typeof step !== "number") throw invalidPath();
    changed.set(step, outcome(elements[step], edited));
  }
  const kept = elements.map((element, index) =>
    changed.has(index) ? changed.get(index) : element,
  );
  const beyond = [...changed]
    .filter(([index]) => index >= elements.length)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
  return [...kept, ...beyond].filter((value) => value !== undefined);
}

/** What edits with a common first step, one that ends there or several that go on, make of it. */
function outcome(current: Value | undefined, edits: readonly Edit[]): Value | undefined {
  const last = edits.find((edit) => edit.path.length === 1);
  if (last) return last.value;
  if (!current) throw invalidPath();
  return editValue(
    current,
    edits.map(({ path, value }) => ({ path: path.slice(1), value })),
  );
}

function byFirstStep(edits: readonly Edit[]): Map<string | number | undefined, Edit[]> {
  return Map.groupBy(edits, (edit) => edit.path[0]);
}

function invalidPath(): Error {
  return validation("The document path provided in the update expression is invalid for update");
}

function assigned(item: Item, value: Assignable): Value {
  switch (value.kind) {
    case "value":
      return value.value;
    case "path": {
      const found = valueAt(item, value.path);
      if (found) return found;
      throw validation(
        "The provided expression refers to an attribute that does not exist in the item",
      );
    }
    case "ifNotExists":
      return valueAt(item, value.path) ?? assigned(item, value.otherwise);
    case "append": {
      const first = assigned(item, value.first);
      const second = assigned(item, value.second);
      if (!("L" in first) || !("L" in second)) throw wrongType();
      return { L: [...first.L, ...second.L] };
    }
    case "sum": {
      const left = assigned(item, value.left);
      const right = assigned(item, value.right);
      if (!("N" in left) || !("N" in right)) throw wrongType();
      const combine = value.operator === "+" ? add : subtract;
      return { N: formatDecimal(combine(parseDecimal(left.N), parseDecimal(right.N))) };
    }
    default:
      throw validation("The function is not allowed in an update expression; function: size");
  }
}

function added(value: Value | undefined, more: Value): Value {
  if (!value) return more;
  if ("N" in value && "N" in more) {
    return { N: formatDecimal(add(parseDecimal(value.N), parseDecimal(more.N))) };
  }
  if ("SS" in value && "SS" in more) return { SS: [...new Set([...value.SS, ...more.SS])] };
  if ("NS" in value && "NS" in more) return { NS: [...new Set([...value.NS, ...more.NS])] };
  if ("BS" in value && "BS" in more) {
    const byText = new Map([...value.BS, ...more.BS].map((entry) => [hex(entry), entry]));
    return { BS: [...byText.values()] };
  }
  throw wrongType();
}

/** Undefined when nothing is left: DynamoDB has no empty sets. */
function without(value: Value | undefined, less: Value): Value | undefined {
  if (!value) return undefined;
  if ("SS" in value && "SS" in less) {
    const SS = value.SS.filter((entry) => !less.SS.includes(entry));
    return SS.length > 0 ? { SS } : undefined;
  }
  if ("NS" in value && "NS" in less) {
    const NS = value.NS.filter((entry) => !less.NS.includes(entry));
    return NS.length > 0 ? { NS } : undefined;
  }
  if ("BS" in value && "BS" in less) {
    const gone = new Set(less.BS.map(hex));
    const BS = value.BS.filter((entry) => !gone.has(hex(entry)));
    return BS.length > 0 ? { BS } : undefined;
  }
  throw wrongType();
}

function wrongType(): Error {
  return validation("An operand in the update expression has an incorrect data type");
}
