/** `Filter` parameters: every filter must match (AND), any of its values may (OR). */
import type { Filter } from "@aws-sdk/client-ec2";

import { matchesWildcard } from "../wildcard.ts";
import { notImplemented } from "../supported.ts";

/** The values of one thing by filter name; `tag:NAME` and `tag-key` come from its tags. */
export interface Filterable {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Throws NotImplemented for a filter that `describe` does not supply. */
export function applyFilters<T>(
  operation: string,
  all: readonly T[],
  filters: readonly Filter[] | undefined,
  describe: (one: T) => Filterable,
  known: readonly string[],
): T[] {
  for (const { Name: name = "" } of filters ?? []) {
    if (!known.includes(name) && name !== "tag-key" && !name.startsWith("tag:")) {
      throw notImplemented(operation, `the filter ${name}`);
    }
  }
  return all.filter((one) => {
    const subject = describe(one);
    return (filters ?? []).every((filter) => passes(subject, filter));
  });
}

function passes(subject: Filterable, filter: Filter): boolean {
  const found = valuesOf(subject, filter.Name ?? "");
  return (filter.Values ?? []).some((pattern) =>
    found.some((value) => matchesWildcard(pattern, value)),
  );
}

function valuesOf(subject: Filterable, name: string): readonly string[] {
  if (name === "tag-key") return [...subject.tags.keys()];
  if (name.startsWith("tag:")) {
    const value = subject.tags.get(name.slice("tag:".length));
    return value === undefined ? [] : [value];
  }
  return subject.fields[name] ?? [];
}
