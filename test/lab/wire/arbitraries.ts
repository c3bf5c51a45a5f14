/** Values for an SDK shape, within what a protocol can express. */
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { elementOf, kindOf, membersOf, ShapeKind, traitsOf } from "../../../lab/wire/schemas.ts";
import type { Shape } from "../../../lab/wire/schemas.ts";

export interface Limits {
  /** Query protocols cannot say "a struct without members", ec2Query no empty list either. */
  readonly minimum: 0 | 1;
  /** XML 1.0 has no control characters. */
  readonly text: Arbitrary<string>;
}

/** Deep enough for every required nesting; recursive shapes (AttributeValue) end here. */
const MAX_DEPTH = 5;

export const anyText: Arbitrary<string> = fc.string({ unit: "binary", maxLength: 12 });

const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** The SDK's XML parser takes text of white space alone for none. */
const BLANK = /^\s+$/;

export const xmlText: Arbitrary<string> = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("\r", "\n", "\t", " ", "<", ">", "&", '"', "'"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
    maxLength: 12,
  })
  .filter((text) => !NOT_IN_XML.test(text) && !BLANK.test(text));

/** HTTP headers and paths: ASCII, no space at the ends, without the dots that URLs resolve. */
const plainText: Arbitrary<string> = fc.stringMatching(
  /^[A-Za-z0-9]([A-Za-z0-9:_ %/-]*[A-Za-z0-9])?$/,
  {
    maxLength: 12,
  },
);

/** The input or output of an operation; a struct, or nothing at all. */
export function messageOf(shape: Shape, limits: Limits): Arbitrary<object> {
  return (membersOf(shape).length > 0 && structOf(shape, limits, 0)) || fc.constant({});
}

/** Undefined when nothing of this shape fits below the depth. */
function valueOf(shape: Shape, limits: Limits, depth = 0): Arbitrary<unknown> | undefined {
  switch (kindOf(shape)) {
    case ShapeKind.Struct:
      return structOf(shape, limits, depth);
    case ShapeKind.List: {
      const items = depth < MAX_DEPTH ? valueOf(elementOf(shape), limits, depth + 1) : undefined;
      return items && fc.array(items, { minLength: limits.minimum, maxLength: 3 });
    }
    case ShapeKind.Map: {
      const items = depth < MAX_DEPTH ? valueOf(elementOf(shape), limits, depth + 1) : undefined;
      return (
        items &&
        fc.dictionary(keyOf(limits), items, {
          minKeys: limits.minimum,
          maxKeys: 3,
          noNullPrototype: true,
        })
      );
    }
    case ShapeKind.Number:
      return fc.oneof(
        fc.integer(),
        // Past these the SDK reads bigint; the sum turns -0, which JSON has not, into 0.
        fc.double({ noNaN: true, min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }).map((value) => value + 0),
      );
    case ShapeKind.Boolean:
      return fc.boolean();
    case ShapeKind.Timestamp:
      return fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms));
    case ShapeKind.Blob:
      return fc.uint8Array({ minLength: isPayload(shape) ? 1 : 0, maxLength: 20 });
    case ShapeKind.Unit:
      return fc.constant({});
    case ShapeKind.Document:
      return fc.dictionary(keyOf(limits), fc.oneof(limits.text, fc.integer(), fc.boolean()), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    default:
      return boundOutside(shape) ? plainText : limits.text;
  }
}

/** The SDK loses an entry of this name. */
function keyOf(limits: Limits): Arbitrary<string> {
  return limits.text.filter((key) => key !== "__proto__");
}

/** An empty payload is none. */
function isPayload(shape: Shape): boolean {
  return traitsOf(shape).httpPayload !== undefined;
}

function structOf(shape: Shape, limits: Limits, depth: number): Arbitrary<object> | undefined {
  const members: Record<string, Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const [name, member] of membersOf(shape)) {
    const value = memberOf(member, limits, depth + 1);
    if (!value) continue;
    members[name] = value;
    // The client fills in tokens and structs that are the whole body when they are missing, and
    // cannot build a path without its labels. A status is always there.
    const traits = traitsOf(member);
    const wholeBody = isPayload(member) && member.isStructSchema();
    const inPathOrStatus = traits.httpLabel !== undefined || traits.httpResponseCode !== undefined;
    if (inPathOrStatus || wholeBody || member.isIdempotencyToken()) required.push(name);
  }
  const names = Object.keys(members);
  if (shape.isUnionSchema()) {
    if (names.length === 0) return undefined;
    return fc.oneof(...names.map((name) => fc.record({ [name]: members[name]! })));
  }
  if (names.length === 0) return limits.minimum > 0 ? undefined : fc.constant({});
  return fc
    .subarray(names, { maxLength: Math.min(names.length, 6) })
    .map((some) => new Set(some.concat(required)))
    .filter((chosen) => chosen.size >= limits.minimum)
    .chain((chosen) => fc.record(pick(members, chosen)));
}

function pick<T>(record: Readonly<Record<string, T>>, keys: Set<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keys.has(key)));
}

function memberOf(member: Shape, limits: Limits, depth: number): Arbitrary<unknown> | undefined {
  if (traitsOf(member).httpResponseCode !== undefined) return fc.constantFrom(200, 202);
  // In query strings and headers an empty list is no list.
  const outside = boundOutside(member);
  if (depth > MAX_DEPTH && !isScalar(member)) return undefined;
  return valueOf(member, outside ? { minimum: 1, text: plainText } : limits, depth);
}

function isScalar(shape: Shape): boolean {
  const kinds: readonly ShapeKind[] = [ShapeKind.Struct, ShapeKind.List, ShapeKind.Map];
  return !kinds.includes(kindOf(shape));
}

function boundOutside(shape: Shape): boolean {
  const traits = traitsOf(shape);
  return (
    traits.httpLabel !== undefined ||
    traits.httpQuery !== undefined ||
    traits.httpHeader !== undefined
  );
}
