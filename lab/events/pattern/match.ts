/**
 * Does an event match a pattern? Pure. Fields are looked up among the event's leaves. A list counts
 * as each of its elements, but two fields never match inside different elements of one list:
 * `{"employees": {"first": ["Anna"], "last": ["Jones"]}}` wants one employee of both names.
 */
import type { Scalar } from "./operators.ts";
import type { Alternative, Field, Pattern } from "./pattern.ts";

interface Leaf {
  readonly value: Scalar;
  /** For every list around the leaf, by the list's number, which element holds it. */
  readonly elements: ReadonlyMap<number, number>;
}

type Leaves = ReadonlyMap<string, readonly Leaf[]>;
type Elements = ReadonlyMap<number, number>;

const NOWHERE: Elements = new Map();

export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  const leaves = leavesOf(event);
  return pattern.some((alternative) => matchesAll(alternative, leaves));
}

function matchesAll(alternative: Alternative, leaves: Leaves): boolean {
  const choices: (readonly Leaf[])[] = [];
  for (const field of alternative) {
    const found = leaves.get(field.path) ?? [];
    if (found.length === 0 && field.comparisons.includes("absent")) continue;
    const met = found.filter((leaf) => meets(field, leaf.value));
    if (met.length === 0) return false;
    choices.push(distinct(met));
  }
  // Few choices first: contradictions show early.
  choices.sort((a, b) => a.length - b.length);
  return fitTogether(choices, 0, NOWHERE);
}

function meets(field: Field, value: Scalar): boolean {
  return field.comparisons.some((test) => test !== "absent" && test(value));
}

/** Leaves in the same elements are alike here; outside of lists one is enough. */
function distinct(leaves: readonly Leaf[]): readonly Leaf[] {
  return [...new Map(leaves.map((leaf) => [[...leaf.elements].join(), leaf])).values()];
}

/** Whether one leaf of each choice can be taken without using two elements of one list. */
function fitTogether(
  choices: readonly (readonly Leaf[])[],
  from: number,
  taken: Elements,
): boolean {
  const choice = choices[from];
  if (!choice) return true;
  return choice.some((leaf) => {
    if ([...leaf.elements].some(([list, at]) => (taken.get(list) ?? at) !== at)) return false;
    return fitTogether(choices, from + 1, new Map([...taken, ...leaf.elements]));
  });
}

/** Objects and lists without leaves leave no trace: `exists` sees leaves alone. */
function leavesOf(event: unknown): Leaves {
  const leaves = new Map<string, Leaf[]>();
  let lists = 0;
  const visit = (value: unknown, path: string, elements: Elements): void => {
    if (Array.isArray(value)) {
      const list = lists++;
      for (const [at, element] of value.entries()) {
        visit(element, path, new Map([...elements, [list, at]]));
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        visit(member, path === "" ? name : `${path}.${name}`, elements);
      }
    } else if (isScalar(value)) {
      const found = leaves.get(path);
      if (found) found.push({ value, elements });
      else leaves.set(path, [{ value, elements }]);
    }
  };
  visit(event, "", NOWHERE);
  return leaves;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
