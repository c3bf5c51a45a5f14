/** awsQuery and ec2Query requests: `Listeners.member.1.Port=80`, keys that spell out a tree. */
import { AwsError } from "../service.ts";
import { malformed } from "./errors.ts";
import { parseScalar } from "./scalars.ts";
import { elementOf, kindOf, membersOf, ShapeKind, traitsOf } from "./schemas.ts";
import type { Shape } from "./schemas.ts";
import { Protocol } from "./services.ts";
import type { ServiceFacts } from "./services.ts";

export type Dialect = typeof Protocol.Query | typeof Protocol.Ec2;

interface Node {
  value: string | undefined;
  readonly children: Map<string, Node>;
}

/** No input shape of the ten services nests deeper; a longer key is an attack or a mistake. */
const MAX_DEPTH = 40;

/**
 * Throws `MalformedInput` (awsQuery) or `InvalidParameterValue` (ec2Query) for what is not of the
 * shape. What the shape lacks is passed over, but in EC2, which answers `UnknownParameter`.
 */
export function readForm(
  shape: Shape,
  form: URLSearchParams,
  dialect: Dialect,
): Record<string, unknown> {
  return readStruct(shape, treeOf(form, dialect), dialect, "");
}

/** What every query request may carry, a presigned one in its query string. */
const COMMON_PARAMETER = /^(Action|Version|X-Amz-.*)$/;

function treeOf(form: URLSearchParams, dialect: Dialect): Node {
  const root = emptyNode();
  for (const [key, value] of form) {
    const parts = key.split(".");
    if (parts.length > MAX_DEPTH) throw malformed(dialect, `${key.slice(0, 80)}... is too deep`);
    let node = root;
    for (const part of parts) {
      let child = node.children.get(part);
      if (!child) {
        child = emptyNode();
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

function emptyNode(): Node {
  return { value: undefined, children: new Map() };
}

function read(shape: Shape, node: Node, dialect: Dialect, path: string): unknown {
  const kind = kindOf(shape);
  switch (kind) {
    case ShapeKind.Struct:
      return readStruct(shape, node, dialect, path);
    case ShapeKind.List:
      return readList(shape, node, dialect, path);
    case ShapeKind.Map:
      return readMap(shape, node, dialect, path);
    default: {
      const value = parseScalar(shape, node.value ?? "");
      if (value === undefined || node.value === undefined) {
        throw malformed(dialect, `${path}: ${JSON.stringify(node.value ?? "")} is not a ${kind}`);
      }
      return value;
    }
  }
}

function readStruct(
  shape: Shape,
  node: Node,
  dialect: Dialect,
  path: string,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, member] of membersOf(shape)) {
    const child = node.children.get(keyOf(name, member, dialect));
    if (child) entries.push([name, read(member, child, dialect, path ? `${path}.${name}` : name)]);
  }
  if (dialect === Protocol.Ec2) refuseUnknown(shape, node, path);
  return Object.fromEntries(entries);
}

function refuseUnknown(shape: Shape, node: Node, path: string): void {
  const known = new Set(
    membersOf(shape).map(([name, member]) => keyOf(name, member, Protocol.Ec2)),
  );
  const unknown = [...node.children.keys()].find(
    (key) => !known.has(key) && !(path === "" && COMMON_PARAMETER.test(key)),
  );
  if (unknown === undefined) return;
  const parameter = path ? `${path}.${unknown}` : unknown;
  throw new AwsError("UnknownParameter", `The parameter ${parameter} is not recognized`);
}

/** ec2Query has names of its own, and capitalises those that it does not have. */
function keyOf(name: string, member: Shape, dialect: Dialect): string {
  const traits = traitsOf(member);
  const key = traits.xmlName ?? name;
  if (dialect === Protocol.Query) return key;
  return traits.ec2QueryName ?? key.charAt(0).toUpperCase() + key.slice(1);
}

/** awsQuery wraps items in `member` (or a name of the item's); ec2Query numbers them at once. */
function readList(shape: Shape, node: Node, dialect: Dialect, path: string): unknown[] {
  const element = elementOf(shape);
  const items =
    dialect === Protocol.Ec2 ? node : node.children.get(traitsOf(element).xmlName ?? "member");
  return numbered(items).map((item, index) =>
    read(element, item, dialect, `${path}.${String(index + 1)}`),
  );
}

function readMap(
  shape: Shape,
  node: Node,
  dialect: Dialect,
  path: string,
): Record<string, unknown> {
  const element = elementOf(shape);
  const keyName = traitsOf(shape.getKeySchema()).xmlName ?? "key";
  const valueName = traitsOf(element).xmlName ?? "value";
  return Object.fromEntries(
    numbered(node.children.get("entry")).map((entry) => {
      const key = entry.children.get(keyName)?.value;
      const value = entry.children.get(valueName);
      if (key === undefined || !value) {
        throw malformed(dialect, `${path}: an entry lacks its ${keyName} or its ${valueName}`);
      }
      return [key, read(element, value, dialect, `${path}.${key}`)];
    }),
  );
}

/** Items in the order of their numbers; gaps close up. An empty list is `Key=`. */
function numbered(node: Node | undefined): Node[] {
  if (!node) return [];
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

/** The operation's name. Throws `MissingAction`, and 501 for API versions that the lab lacks. */
export function actionOf(form: URLSearchParams, facts: ServiceFacts): string {
  const action = form.get("Action");
  if (!action) {
    throw new AwsError("MissingAction", "The request must contain the parameter Action");
  }
  const asked = form.get("Version");
  if (asked !== facts.version) {
    throw new AwsError(
      "NotImplemented",
      `The lab speaks ${facts.title} of version ${facts.version}; ` +
        `${action} was asked of version ${asked ?? "(none)"}`,
      501,
    );
  }
  return action;
}
