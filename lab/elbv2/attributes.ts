/** Key and value attributes of load balancers, target groups and listeners, each by a table. */
import { notImplemented, validationError } from "./validation.ts";

export interface AttributeRule {
  readonly key: string;
  readonly initial: string;
  /** What AWS accepts. */
  readonly allowed: Allowed;
  /** The accepted values that the lab acts on; all of them when missing. */
  readonly supported?: Allowed;
}

export type Allowed = RegExp | readonly string[] | { readonly low: number; readonly high: number };

export const BOOLEAN: Allowed = ["true", "false"];

interface Pair {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export function initialAttributes(rules: readonly AttributeRule[]): Map<string, string> {
  return new Map(rules.map(({ key, initial }) => [key, initial]));
}

export function listAttributes(
  attributes: ReadonlyMap<string, string>,
): { Key: string; Value: string }[] {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

/**
 * Changes all of them or, when one is refused, none. `what` is "Load balancer" or the like;
 * `check` throws when the outcome as a whole is not allowed.
 */
export function changeAttributes(
  what: string,
  rules: readonly AttributeRule[],
  attributes: Map<string, string>,
  changes: readonly Pair[] | undefined,
  check: (outcome: ReadonlyMap<string, string>) => void = () => {},
): void {
  const accepted = (changes ?? []).map(({ Key = "", Value = "" }) => {
    const rule = rules.find(({ key }) => key === Key);
    if (!rule) throw validationError(`${what} attribute key '${Key}' is not recognized`);
    if (!allows(rule.allowed, Value)) {
      throw validationError(
        `${what} attribute value '${Value}' for key '${Key}' must be ${describe(rule.allowed)}`,
      );
    }
    if (rule.supported && !allows(rule.supported, Value)) {
      throw notImplemented(
        `the attribute ${Key} with value '${Value}'; it can be ${describe(rule.supported)}`,
      );
    }
    return { Key, Value };
  });
  check(new Map([...attributes, ...accepted.map(({ Key, Value }) => [Key, Value] as const)]));
  for (const { Key, Value } of accepted) attributes.set(Key, Value);
}

function allows(allowed: Allowed, value: string): boolean {
  if (allowed instanceof RegExp) return allowed.test(value);
  if ("low" in allowed) {
    return /^\d+$/.test(value) && Number(value) >= allowed.low && Number(value) <= allowed.high;
  }
  return allowed.includes(value);
}

function describe(allowed: Allowed): string {
  if (allowed instanceof RegExp) return `of the form ${allowed.source}`;
  if ("low" in allowed) return `between ${allowed.low} and ${allowed.high}`;
  return `one of: ${allowed.map((value) => `'${value}'`).join(", ")}`;
}
