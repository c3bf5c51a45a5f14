/**
 * Attribute values: checked and brought to one form on the way in, so that equal values look equal,
 * then compared, ordered and measured.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import { compareDecimals, formatDecimal, parseDecimal } from "./decimal.ts";
import { invalidParameter, validation } from "./errors.ts";

/** The SDK's union, reduced to the members that DynamoDB knows. Never changed in place. */
export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: string[] }
  | { readonly NS: string[] }
  | { readonly BS: Uint8Array[] }
  | { readonly L: Value[] }
  | { readonly M: Item };

export type Item = Record<string, Value>;

const TYPES = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"] as const;
export type ValueType = (typeof TYPES)[number];

/** Maps and lists may be nested 32 deep (service quotas). */
const DEEPEST = 32;

export function typeOf(value: Value): ValueType {
  return TYPES.find((type) => type in value) ?? "NULL";
}

export function normalizeItem(raw: Readonly<Record<string, AttributeValue>>): Item {
  return mapRecord(raw, (value) => normalizeValue(value, 0));
}

/** Throws ValidationException for what DynamoDB refuses; numbers come out in their plain form. */
export function normalizeValue(raw: AttributeValue, depth = 0): Value {
  refuseAmbiguous(raw);
  if (depth > DEEPEST) throw validation("Nesting Levels have exceeded supported limits");
  if (raw.S !== undefined) return { S: raw.S };
  if (raw.N !== undefined) return { N: normalNumber(raw.N) };
  if (raw.B !== undefined) return { B: raw.B };
  if (raw.BOOL !== undefined) return { BOOL: raw.BOOL };
  if (raw.SS !== undefined) return { SS: distinct(raw.SS, "string", (entry) => entry) };
  if (raw.NS !== undefined) {
    return { NS: distinct(raw.NS.map(normalNumber), "number", (entry) => entry) };
  }
  if (raw.BS !== undefined) return { BS: distinct(raw.BS, "binary", hex) };
  if (raw.L !== undefined) return { L: raw.L.map((one) => normalizeValue(one, depth + 1)) };
  if (raw.M !== undefined) return { M: mapRecord(raw.M, (one) => normalizeValue(one, depth + 1)) };
  if (raw.NULL === true) return { NULL: true };
  throw invalidParameter("Null attribute value types must have the value of true");
}

/** A value has exactly one type. */
function refuseAmbiguous(raw: AttributeValue): void {
  const types = TYPES.filter((type) => raw[type] !== undefined);
  if (types.length === 0) {
    throw validation(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    );
  }
  if (types.length > 1) {
    throw validation(
      "Supplied AttributeValue has more than one datatypes set, " +
        "must contain exactly one of the supported datatypes",
    );
  }
}

/** Numbers by value, sets without order, lists in order, maps by key. */
export function equalValues(a: Value, b: Value): boolean {
  return canonical(a) === canonical(b);
}

/** One text for one value: normalised numbers have a single form already. */
export function canonical(value: Value): string {
  if ("S" in value) return `S${JSON.stringify(value.S)}`;
  if ("N" in value) return `N${value.N}`;
  if ("B" in value) return `B${hex(value.B)}`;
  if ("BOOL" in value) return `BOOL${value.BOOL}`;
  if ("SS" in value) return `SS${JSON.stringify([...value.SS].sort())}`;
  if ("NS" in value) return `NS${[...value.NS].sort().join(",")}`;
  if ("BS" in value) return `BS${value.BS.map(hex).sort().join(",")}`;
  if ("L" in value) return `L[${value.L.map(canonical).join(",")}]`;
  if ("M" in value) {
    const entries = Object.entries(value.M).map(
      ([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`,
    );
    return `M{${entries.sort().join(",")}}`;
  }
  return "NULL";
}

/**
 * The order of sort keys and of `<`: numbers by value, strings by their UTF-8 bytes, binary by
 * unsigned bytes. Undefined for other types and for two different ones.
 */
export function compareValues(a: Value, b: Value): number | undefined {
  if ("N" in a && "N" in b) return compareDecimals(parseDecimal(a.N), parseDecimal(b.N));
  if ("S" in a && "S" in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if ("B" in a && "B" in b) return Buffer.compare(a.B, b.B);
  return undefined;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function mapRecord<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

function normalNumber(text: string): string {
  return formatDecimal(parseDecimal(text));
}

function distinct<T>(entries: readonly T[], kind: string, key: (entry: T) => string): T[] {
  if (entries.length === 0) throw invalidParameter(`An ${kind} set  may not be empty`);
  if (new Set(entries.map(key)).size < entries.length) {
    throw invalidParameter(
      `Input collection [${entries.map(key).join(", ")}] contains duplicates.`,
    );
  }
  return [...entries];
}
