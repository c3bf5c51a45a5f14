/** Which inputs changed, and whether the change forces another resource: pure. */
import { formatPath, overlaps, parsePath, type Path } from "./paths.ts";
import type { Members, Shape } from "./shape.ts";
import { isObject, sameValue, type Properties, type Value } from "./values.ts";

export interface Change {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Paths among the changes that force a replacement. */
  readonly replaces: readonly string[];
}

/**
 * Compares two sets of checked inputs (secrets unwrapped). An unknown differs from everything: the
 * preview has to expect the worst. Inputs that start with two underscores are bookkeeping.
 */
export function compareInputs(
  members: Members,
  replaceOn: readonly string[],
  olds: Properties,
  news: Properties,
): Difference {
  const changes = compareObjects(members, olds, news, []);
  const patterns = replaceOn.map((pattern) => parsePath(pattern) ?? [pattern]);
  const replaces = changes
    .map((change) => change.path)
    .filter((path) => {
      const changed = parsePath(path) ?? [path];
      return patterns.some((pattern) => overlaps(pattern, changed));
    });
  return { changes, replaces };
}

function compareObjects(
  members: Members | undefined,
  olds: Properties,
  news: Properties,
  at: Path,
): Change[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys]
    .filter((key) => !key.startsWith("__"))
    .flatMap((key) => compare(members?.[key], olds[key], news[key], [...at, key]));
}

function compare(
  shape: Shape | undefined,
  old: Value | undefined,
  value: Value | undefined,
  at: Path,
): Change[] {
  if (sameMeaning(shape, old, value)) return [];
  const path = formatPath(at);
  if (old === undefined || old === null) return [{ path, kind: "add" }];
  if (value === undefined || value === null) return [{ path, kind: "delete" }];
  if (shape?.kind !== "archive" && isObject(old) && isObject(value)) {
    const members = shape?.kind === "object" ? shape.members : undefined;
    return compareObjects(members, old, value, at);
  }
  if (shape?.kind !== "set" && Array.isArray(old) && Array.isArray(value)) {
    const of = shape?.kind === "list" ? shape.of : undefined;
    const length = Math.max(old.length, value.length);
    return Array.from({ length }, (_, index) =>
      compare(of, old[index], value[index], [...at, index]),
    ).flat();
  }
  return [{ path, kind: "update" }];
}

function sameMeaning(
  shape: Shape | undefined,
  old: Value | undefined,
  value: Value | undefined,
): boolean {
  if (sameValue(old, value)) return true;
  if (shape?.kind === "json" && typeof old === "string" && typeof value === "string") {
    return sameValue(parsed(old), parsed(value));
  }
  if (shape?.kind === "set" && Array.isArray(old) && Array.isArray(value)) {
    return sameValue(sorted(old), sorted(value));
  }
  return false;
}

function parsed(document: string): Value {
  try {
    const value: Value = JSON.parse(document);
    return value;
  } catch {
    return document;
  }
}

function sorted(values: readonly Value[]): Value[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
