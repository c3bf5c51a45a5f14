/** Scalars that travel as text: in form bodies, XML, headers, paths and query strings. */
import { kindOf, ShapeKind } from "./schemas.ts";
import type { Shape } from "./schemas.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** ISO 8601, or an HTTP date; `Date` alone would take `March 7` too. */
const DATE = /^(\d{4}-\d\d-\d\d|[A-Z][a-z]{2}, \d\d )/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const SPECIAL_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);

/** The value that `text` stands for, or undefined when it stands for none of this shape. */
export function parseScalar(shape: Shape, text: string): unknown {
  switch (kindOf(shape)) {
    case ShapeKind.Number:
      return parseNumber(text);
    case ShapeKind.Boolean:
      return parseBoolean(text);
    case ShapeKind.Timestamp:
      return parseTimestamp(text);
    case ShapeKind.Blob:
      return parseBase64(text);
    default:
      return text;
  }
}

function parseNumber(text: string): number | undefined {
  return NUMBER.test(text) || SPECIAL_NUMBERS.has(text) ? Number(text) : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

/** Takes ISO 8601, HTTP dates and epoch seconds: clients differ in what they send. */
export function parseTimestamp(value: string | number): Date | undefined {
  const seconds = typeof value === "number" ? value : parseNumber(value);
  if (seconds === undefined && !DATE.test(String(value))) return undefined;
  const date = new Date(seconds === undefined ? value : Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function parseBase64(text: string): Uint8Array | undefined {
  return text.length % 4 === 0 && BASE64.test(text) ? Buffer.from(text, "base64") : undefined;
}

export function formatBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** A scalar as XML and headers show it: timestamps in ISO 8601, blobs in base64. */
export function formatScalar(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace(".000Z", "Z");
  if (value instanceof Uint8Array) return formatBase64(value);
  return String(value);
}
