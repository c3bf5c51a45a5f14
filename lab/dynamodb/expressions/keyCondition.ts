/** A query's key condition: one partition, and at most one condition on the sort key. */
import { invalidParameter, validation } from "../errors.ts";
import type { KeySchema } from "../keys.ts";
import type { Value } from "../values.ts";
import { typeOf } from "../values.ts";
import type { Condition, Operand } from "./ast.ts";

export interface KeyCondition {
  readonly hash: Value;
  /** Met by the items of the partition that are wanted. */
  readonly range: Condition | undefined;
}

/** Throws ValidationException for conditions that a key cannot have. */
export function keyCondition(condition: Condition, schema: KeySchema): KeyCondition {
  const byName = new Map<string, Condition>();
  for (const term of terms(condition)) {
    const name = subject(term);
    if (byName.has(name)) {
      throw validation("KeyConditionExpressions must only contain one condition per key");
    }
    byName.set(name, term);
  }
  const hash = byName.get(schema.hash.name);
  if (!hash) throw validation(`Query condition missed key schema element: ${schema.hash.name}`);
  if (hash.kind !== "compare" || hash.comparator !== "=") {
    throw validation("Query key condition not supported");
  }
  const range = schema.range && byName.get(schema.range.name);
  if (byName.size > (range ? 2 : 1)) {
    const wanted = schema.range && byName.size === 2 ? schema.range.name : undefined;
    throw validation(
      wanted === undefined
        ? "Query key condition not supported"
        : `Query condition missed key schema element: ${wanted}`,
    );
  }
  if (range?.kind === "compare" && range.comparator === "<>") {
    throw validation("Query key condition not supported");
  }
  for (const [name, term] of byName) {
    const type = name === schema.hash.name ? schema.hash.type : schema.range?.type;
    if (literals(term).some((value) => typeOf(value) !== type)) {
      throw invalidParameter("Condition parameter type does not match schema type");
    }
  }
  const [value] = literals(hash);
  if (!value) throw validation("Query key condition not supported");
  return { hash: value, range };
}

function terms(condition: Condition): Condition[] {
  if (condition.kind === "and") return [...terms(condition.left), ...terms(condition.right)];
  return [condition];
}

/** The attribute that a term is about; the other operands must be values. */
function subject(term: Condition): string {
  const [first, ...others] = operands(term);
  if (first?.kind !== "path" || others.some((operand) => operand.kind !== "value")) {
    throw validation(
      "Invalid condition in KeyConditionExpression: Query key condition not supported",
    );
  }
  const [name] = first.path;
  if (first.path.length > 1 || typeof name !== "string") {
    throw validation(
      "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    );
  }
  return name;
}

function operands(term: Condition): Operand[] {
  switch (term.kind) {
    case "compare":
      // `:v = name` is as good as `name = :v`.
      return term.comparator === "=" && term.right.kind === "path"
        ? [term.right, term.left]
        : [term.left, term.right];
    case "between":
      return [term.of, term.low, term.high];
    case "begins":
      return [term.of, term.part];
    default:
      throw validation(
        `Invalid operator used in KeyConditionExpression: ${OPERATOR_NAMES[term.kind]}`,
      );
  }
}

function literals(term: Condition): Value[] {
  return operands(term).flatMap((operand) => (operand.kind === "value" ? [operand.value] : []));
}

const OPERATOR_NAMES = {
  and: "AND",
  or: "OR",
  not: "NOT",
  in: "IN",
  exists: "attribute_exists",
  type: "attribute_type",
  contains: "contains",
} as const;
