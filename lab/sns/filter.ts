/** Does a message pass a subscription's filter policy? Pure. */
import { isScalar, type Scalar } from "./filterOperators.ts";
import { type Condition, type FilterPolicy, FilterScope, type Test } from "./filterPolicy.ts";

/** Which metric a refused notification counts in; `pass` goes to the subscriber. */
export const Verdict = {
  Pass: "pass",
  /** NumberOfNotificationsFilteredOut, of any policy. */
  FilteredOut: "filteredOut",
  NoAttributes: "noAttributes",
  InvalidAttributes: "invalidAttributes",
  InvalidBody: "invalidBody",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

type Attributes = Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
type Values = (path: readonly string[]) => readonly Scalar[];

export function judge(policy: FilterPolicy, attributes: Attributes, body: string): Verdict {
  return policy.scope === FilterScope.Body
    ? judgeBody(policy.condition, body)
    : judgeAttributes(policy.condition, attributes);
}

function judgeAttributes(condition: Condition, attributes: Attributes): Verdict {
  // "An empty set of attributes results in the filter not matching", not even `"exists": false`.
  if (Object.keys(attributes).length === 0 && !isEmpty(condition)) return Verdict.NoAttributes;
  const values = new Map<string, readonly Scalar[]>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const parsed = attributeValues(attribute.Type, attribute.Value);
    if (!parsed) return Verdict.InvalidAttributes;
    values.set(name, parsed);
  }
  return verdict(holds(condition, ([name = ""]) => values.get(name) ?? []));
}

/** Undefined for an array that is none. SNS compares no Binary attributes, nor custom types. */
function attributeValues(type: string, value: string): readonly Scalar[] | undefined {
  if (type === "Number") return [Number(value)];
  if (type === "String") return [value];
  if (type !== "String.Array") return [];
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every(isScalar)) return parsed;
  } catch {
    // Answered below, as any array that is none.
  }
  return undefined;
}

function judgeBody(condition: Condition, body: string): Verdict {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return Verdict.InvalidBody;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return Verdict.InvalidBody;
  }
  return verdict(holds(condition, (path) => valuesAt(parsed, path)));
}

/** Arrays are searched on the way: of objects for the next key, of values for the value. */
function valuesAt(node: unknown, path: readonly string[]): readonly Scalar[] {
  if (Array.isArray(node)) return node.flatMap((one: unknown) => valuesAt(one, path));
  const [key, ...rest] = path;
  if (key === undefined) return isScalar(node) ? [node] : [];
  if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return [];
  return valuesAt(Object.entries(node).find(([name]) => name === key)?.[1], rest);
}

function holds(condition: Condition, valuesOf: Values): boolean {
  if (condition.kind === "leaf") {
    const values = valuesOf(condition.path);
    return condition.tests.some((test) => passes(test, values));
  }
  return condition.kind === "all"
    ? condition.of.every((one) => holds(one, valuesOf))
    : condition.of.some((one) => holds(one, valuesOf));
}

/**
 * One value of several is enough, also for anything-but: SNS documents that `["rugby", "baseball"]`
 * matches anything but rugby, "because it contains a value that isn't rugby".
 */
function passes(test: Test, values: readonly Scalar[]): boolean {
  if (test.kind === "value") return values.some((value) => test.accepts(value));
  // "The key must have a non-null and non-empty value."
  const exists = values.some((value) => value !== null && value !== "");
  return exists === test.wanted;
}

function isEmpty(condition: Condition): boolean {
  return condition.kind !== "leaf" && condition.of.length === 0;
}

function verdict(passed: boolean): Verdict {
  return passed ? Verdict.Pass : Verdict.FilteredOut;
}
