/**
 * The inputs that a resource type understands, as data: they refuse what is not handled (by its
 * path, never silently dropped), type the handlers, and tell lists from sets when comparing.
 */
import { formatPath, type Path } from "./paths.ts";
import { isArchive, isObject, UNKNOWN, type Properties, type Value } from "./values.ts";

export type Shape = (
  | { readonly kind: "text"; readonly words?: string }
  | { readonly kind: "json" | "number" | "boolean" | "archive" }
  | { readonly kind: "list" | "set" | "map"; readonly of: Shape }
  | { readonly kind: "object"; readonly members: Members }
) & { readonly required?: true };
export type Members = Readonly<Record<string, Shape>>;

export const text = { kind: "text" } as const;
/** A string that AWS takes one of few words for; AWS itself refuses others. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it types the handlers.
export function words<T extends string>(): { readonly kind: "text"; readonly words?: T } {
  return text;
}
/** A JSON document in a string (or an object, which becomes one): compared by meaning. */
export const json = { kind: "json" } as const;
export const number = { kind: "number" } as const;
export const boolean = { kind: "boolean" } as const;
export const archive = { kind: "archive" } as const;

export function list<const S extends Shape>(of: S): { readonly kind: "list"; readonly of: S } {
  return { kind: "list", of };
}
/** A list whose order means nothing. */
export function set<const S extends Shape>(of: S): { readonly kind: "set"; readonly of: S } {
  return { kind: "set", of };
}
export function map<const S extends Shape>(of: S): { readonly kind: "map"; readonly of: S } {
  return { kind: "map", of };
}
export function object<const M extends Members>(
  members: M,
): { readonly kind: "object"; readonly members: M } {
  return { kind: "object", members };
}
export function required<const S extends Shape>(shape: S): S & { readonly required: true } {
  return { ...shape, required: true };
}

type Scalars = { json: string; number: number; boolean: boolean; archive: Value };
export type ValueOf<S> = S extends { kind: "text"; words?: infer T extends string }
  ? T
  : S extends { kind: keyof Scalars }
    ? Scalars[S["kind"]]
    : S extends { kind: "list" | "set"; of: infer Of }
      ? ValueOf<Of>[]
      : S extends { kind: "map"; of: infer Of }
        ? Record<string, ValueOf<Of>>
        : S extends { kind: "object"; members: infer M }
          ? InputsOf<M>
          : never;
/** What a handler is given: members by the shapes' types, optional unless `required`. */
export type InputsOf<M> = {
  [K in keyof M as M[K] extends { required: true } ? K : never]: ValueOf<M[K]>;
} & {
  [K in keyof M as M[K] extends { required: true } ? never : K]?: ValueOf<M[K]> | undefined;
};

export interface InputProblem {
  /** Where: `healthCheck.interval`. */
  readonly property: string;
  readonly reason: string;
}

/** All problems in one line. */
export function listed(problems: readonly InputProblem[]): string {
  return problems.map(({ property, reason }) => `${property} ${reason}`).join("; ");
}

const EXPECTED = {
  text: "a string",
  json: "a JSON document",
  number: "a number",
  boolean: "true or false",
  archive: "an archive",
  list: "a list",
  set: "a list",
  map: "a map",
  object: "an object",
} as const;

/** Everything in `inputs` that `members` does not understand; unknowns pass everywhere. */
export function checkShape(members: Members, inputs: Properties, at: Path = []): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const [key, shape] of Object.entries(members)) {
    if (shape.required && (inputs[key] === undefined || inputs[key] === null)) {
      problems.push({ property: formatPath([...at, key]), reason: "is required and missing" });
    }
  }
  for (const [key, value] of Object.entries(inputs)) {
    const path = [...at, key];
    const shape = Object.hasOwn(members, key) ? members[key] : undefined;
    if (shape) problems.push(...checkValue(shape, value, path));
    else if (value !== null) {
      problems.push({
        property: formatPath(path),
        reason: `is not handled by the lab; handled here: ${Object.keys(members).join(", ")}`,
      });
    }
  }
  return problems;
}

function checkValue(shape: Shape, value: Value, path: Path): InputProblem[] {
  if (value === UNKNOWN || value === null) return [];
  const wrong = [
    {
      property: formatPath(path),
      reason: `must be ${EXPECTED[shape.kind]}, not ${JSON.stringify(value)?.slice(0, 80)}`,
    },
  ];
  if (shape.kind === "object") {
    return isObject(value) ? checkShape(shape.members, value, path) : wrong;
  }
  if (shape.kind === "list" || shape.kind === "set") {
    if (!Array.isArray(value)) return wrong;
    return value.flatMap((item: Value, index) => checkValue(shape.of, item, [...path, index]));
  }
  if (shape.kind === "map") {
    if (!isObject(value)) return wrong;
    return Object.entries(value).flatMap(([key, member]) =>
      checkValue(shape.of, member, [...path, key]),
    );
  }
  return isScalar(shape.kind, value) ? [] : wrong;
}

function isScalar(kind: "text" | "json" | "number" | "boolean" | "archive", value: Value): boolean {
  if (kind === "text") return typeof value === "string";
  if (kind === "json") return isObject(value) || Array.isArray(value) || isJson(value);
  return kind === "archive" ? isArchive(value) : typeof value === kind;
}

function isJson(value: Value): boolean {
  if (typeof value !== "string") return false;
  // A document with an unknown part cannot be read before the operation itself.
  if (value.includes(UNKNOWN)) return true;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
