/** URNs: `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME` (sdk/go/common/resource/urn). */
export const STACK_TYPE = "pulumi:pulumi:Stack";

export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** The types of the parents, outermost first, and of the resource, joined by `$`. */
  readonly qualifiedType: string;
  readonly name: string;
}

/** The parts of `urn`; the name may itself hold `::`. */
export function parseUrn(urn: string): UrnParts {
  const [stack = "", project = "", qualifiedType = "", ...name] = urn
    .replace(/^urn:pulumi:/, "")
    .split("::");
  return { stack, project, qualifiedType, name: name.join("::") };
}

export function typeOf(urn: string): string {
  return parseUrn(urn).qualifiedType.split("$").at(-1) ?? "";
}

/** A child's URN names its parents' types, except the stack's. `parent`: a URN or empty. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string,
  type: string,
  name: string,
): string {
  const parentType = parent === "" ? "" : parseUrn(parent).qualifiedType;
  const prefix = parentType === "" || parentType === STACK_TYPE ? "" : `${parentType}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}
