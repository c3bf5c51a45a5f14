/** Values by schema, to and from the plain trees that JSON and CBOR carry. */
import { defect } from "../../base/errors.ts";
import { AwsError } from "../service.ts";
import { holdsDoubles } from "./doubles.ts";
import { elementOf, kindOf, membersOf, ShapeKind } from "./schemas.ts";
import type { Shape } from "./schemas.ts";

/** What JSON and CBOR do differently. A reader returns undefined for what it cannot read. */
export interface Leaves {
  readTimestamp(value: unknown): Date | undefined;
  readBlob(value: unknown): Uint8Array | undefined;
  readNumber(value: unknown): number | undefined;
  writeTimestamp(value: Date): unknown;
  writeBlob(value: Uint8Array): unknown;
  writeNumber(value: number, isDouble: boolean): unknown;
}

/** The input of an operation: an object, and nothing at all for an operation without input. */
export function readInput(shape: Shape, value: unknown, leaves: Leaves): Record<string, unknown> {
  if (!isRecord(value)) throw mismatch("$", ShapeKind.Struct, value);
  return readStruct(shape, value, leaves, "$");
}

/**
 * Throws `SerializationException` where a value is not of its shape. Null means absent, and members
 * that the schema lacks are dropped, as AWS does for JSON.
 */
function readTree(shape: Shape, value: unknown, leaves: Leaves, path = "$"): unknown {
  const kind = kindOf(shape);
  const found = readKind(kind, shape, value, leaves, path);
  if (found === undefined) throw mismatch(path, kind, value);
  return found;
}

function readKind(
  kind: ShapeKind,
  shape: Shape,
  value: unknown,
  leaves: Leaves,
  path: string,
): unknown {
  switch (kind) {
    case ShapeKind.Struct:
      return isRecord(value) ? readStruct(shape, value, leaves, path) : undefined;
    case ShapeKind.Map:
      return isRecord(value) ? readMap(shape, value, leaves, path) : undefined;
    case ShapeKind.List:
      return Array.isArray(value) ? readList(shape, value, leaves, path) : undefined;
    case ShapeKind.String:
      return typeof value === "string" ? value : undefined;
    case ShapeKind.Boolean:
      return typeof value === "boolean" ? value : undefined;
    case ShapeKind.Number:
      return leaves.readNumber(value);
    case ShapeKind.Timestamp:
      return leaves.readTimestamp(value);
    case ShapeKind.Blob:
      return leaves.readBlob(value);
    default:
      return value;
  }
}

// Object.fromEntries defines own properties, so that a key `__proto__` stays a key.
function readStruct(
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  leaves: Leaves,
  path: string,
): Record<string, unknown> {
  return Object.fromEntries(
    membersOf(shape)
      .filter(([name]) => Object.hasOwn(value, name) && isPresent(value[name]))
      .map(([name, member]) => [name, readTree(member, value[name], leaves, `${path}.${name}`)]),
  );
}

function readMap(
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  leaves: Leaves,
  path: string,
): Record<string, unknown> {
  const element = elementOf(shape);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => isPresent(item))
      .map(([key, item]) => [key, readTree(element, item, leaves, `${path}.${key}`)]),
  );
}

function readList(
  shape: Shape,
  value: readonly unknown[],
  leaves: Leaves,
  path: string,
): readonly unknown[] {
  const element = elementOf(shape);
  return value
    .filter(isPresent)
    .map((item, index) => readTree(element, item, leaves, `${path}[${index}]`));
}

/** The plain tree of `value`; members that the schema lacks are dropped, undefined and null too. */
export function writeTree(shape: Shape, value: unknown, leaves: Leaves, isDouble = false): unknown {
  switch (kindOf(shape)) {
    case ShapeKind.Unit:
      return {};
    case ShapeKind.Struct:
      return writeMembers(shape, value, leaves);
    case ShapeKind.Map: {
      const element = elementOf(shape);
      const entries = presentEntries(shape, value);
      return Object.fromEntries(
        entries.map(([key, item]) => [key, writeTree(element, item, leaves, isDouble)]),
      );
    }
    case ShapeKind.List: {
      const element = elementOf(shape);
      return presentItems(shape, value).map((item) => writeTree(element, item, leaves, isDouble));
    }
    case ShapeKind.Timestamp:
      if (!(value instanceof Date)) throw notOfShape(shape, "a Date");
      return leaves.writeTimestamp(value);
    case ShapeKind.Blob:
      return leaves.writeBlob(bytesOf(shape, value));
    case ShapeKind.Number:
      if (typeof value !== "number") throw notOfShape(shape, "a number");
      return leaves.writeNumber(value, isDouble);
    default:
      return value;
  }
}

/** The plain tree of a struct; empty for no shape. */
export function writeMembers(
  shape: Shape | undefined,
  value: unknown,
  leaves: Leaves,
): Record<string, unknown> {
  if (!shape) return {};
  return Object.fromEntries(
    presentMembers(shape, value).map(([name, member, item]) => [
      name,
      writeTree(member, item, leaves, holdsDoubles(shape.getName() ?? "", name)),
    ]),
  );
}

/** The members of a struct value that are there, with their shapes, in schema order. */
export function presentMembers(
  shape: Shape,
  value: unknown,
): readonly (readonly [name: string, member: Shape, item: unknown])[] {
  if (!isRecord(value)) throw notOfShape(shape, "an object");
  return membersOf(shape)
    .filter(([name]) => isPresent(value[name]))
    .map(([name, member]) => [name, member, value[name]]);
}

/** The entries of a map value that are there. */
export function presentEntries(
  shape: Shape,
  value: unknown,
): readonly (readonly [key: string, item: unknown])[] {
  if (!isRecord(value)) throw notOfShape(shape, "an object");
  return Object.entries(value).filter(([, item]) => isPresent(item));
}

/** The items of a list value that are there. */
export function presentItems(shape: Shape, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw notOfShape(shape, "a list");
  return value.filter(isPresent);
}

export function bytesOf(shape: Shape, value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw notOfShape(shape, "bytes");
  return value;
}

/** A handler of ours returned what the SDK's type of its output does not allow. */
function notOfShape(shape: Shape, expected: string): Error {
  return defect(`${shape.getMemberName() || shape.getName() || "output"} must be ${expected}`);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// AWS words these differently from service to service ("NUMBER_VALUE can not be converted to a
// String", "Expected list or null") and documents none; the code is what clients read.
function mismatch(path: string, kind: ShapeKind, value: unknown): AwsError {
  const found = Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
  return new AwsError("SerializationException", `${path}: expected a ${kind}, found a ${found}`);
}
