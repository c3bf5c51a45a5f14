/** What the parser makes of an expression: placeholders are resolved already. */
import type { Value } from "../values.ts";

/** `a.b[2]` is `["a", "b", 2]`; the first element is always an attribute's name. */
export type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: Value; readonly placeholder: string }
  | { readonly kind: "size"; readonly of: Operand };

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Condition =
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly of: Condition }
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: "between";
      readonly of: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: "in"; readonly of: Operand; readonly list: readonly Operand[] }
  | { readonly kind: "exists"; readonly path: Path; readonly wanted: boolean }
  | { readonly kind: "type"; readonly path: Path; readonly type: string }
  | { readonly kind: "begins" | "contains"; readonly of: Operand; readonly part: Operand };

/** What SET may assign. */
export type Assignable =
  | Operand
  | {
      readonly kind: "sum";
      readonly operator: "+" | "-";
      readonly left: Assignable;
      readonly right: Assignable;
    }
  | { readonly kind: "ifNotExists"; readonly path: Path; readonly otherwise: Assignable }
  | { readonly kind: "append"; readonly first: Assignable; readonly second: Assignable };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly value: Assignable }[];
  readonly remove: readonly { readonly path: Path }[];
  readonly add: readonly { readonly path: Path; readonly value: Value }[];
  readonly delete: readonly { readonly path: Path; readonly value: Value }[];
}

/** `[a, b, [2]]`, as DynamoDB's messages show a path. */
export function showPath(path: Path): string {
  return `[${path.map((step) => (typeof step === "number" ? `[${step}]` : step)).join(", ")}]`;
}
