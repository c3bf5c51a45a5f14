/** Reads document paths out of items. */
import type { Item, Value } from "../values.ts";
import type { Path } from "./ast.ts";

/** Undefined when a step is missing or goes into something that is not a map or a list. */
export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = { M: item };
  for (const step of path) {
    if (!value) return undefined;
    if (typeof step === "string") {
      value = "M" in value && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
    } else {
      value = "L" in value ? value.L[step] : undefined;
    }
  }
  return value;
}

/** The parts of `item` that the paths name; list elements close ranks. */
export function project(item: Item, paths: readonly Path[]): Item {
  const projected = projectValue({ M: item }, paths);
  return projected && "M" in projected ? projected.M : {};
}

function projectValue(value: Value, paths: readonly Path[]): Value | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const heads = [...new Set(paths.map((path) => path[0]))];
  const tailsOf = (head: string | number | undefined): Path[] =>
    paths.filter((path) => path[0] === head).map((path) => path.slice(1));
  if ("M" in value) {
    const members = heads.flatMap((head) => {
      const member = valueAt(value.M, [head ?? ""]);
      const kept = member && projectValue(member, tailsOf(head));
      return kept ? [[head, kept] as const] : [];
    });
    return members.length > 0 ? { M: Object.fromEntries(members) } : undefined;
  }
  if ("L" in value) {
    const elements = heads
      .filter((head) => typeof head === "number")
      .sort((a, b) => a - b)
      .flatMap((head) => {
        const element = value.L[head];
        const kept = element && projectValue(element, tailsOf(head));
        return kept ? [kept] : [];
      });
    return elements.length > 0 ? { L: elements } : undefined;
  }
  return undefined;
}
