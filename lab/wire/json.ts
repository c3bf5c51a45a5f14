/** awsJson1_0 and awsJson1_1, and the JSON bodies of restJson1. */
import { AwsError } from "../service.ts";
import type { Codec } from "./codec.ts";
import { findNamed } from "./codec.ts";
import type { Failure } from "./errors.ts";
import { formatBase64, parseBase64, parseTimestamp } from "./scalars.ts";
import type { Shape } from "./schemas.ts";
import type { ServiceFacts } from "./services.ts";
import { readInput, writeMembers, writeTree } from "./tree.ts";
import type { Leaves } from "./tree.ts";

declare global {
  interface JSON {
    /** Text that JSON.stringify takes over as it is; TypeScript's library lacks it. */
    rawJSON(text: string): object;
  }
}

const SPECIAL_NUMBERS = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

/** Timestamps are epoch seconds with milliseconds as decimals; read leniently. */
const jsonLeaves: Leaves = {
  readTimestamp: (value) =>
    typeof value === "number" || typeof value === "string" ? parseTimestamp(value) : undefined,
  readBlob: (value) => (typeof value === "string" ? parseBase64(value) : undefined),
  readNumber: (value) =>
    typeof value === "number" || SPECIAL_NUMBERS.has(value) ? Number(value) : undefined,
  writeTimestamp: (value) => value.getTime() / 1000,
  writeBlob: formatBase64,
  writeNumber: (value, isDouble) => {
    if (!Number.isFinite(value)) return String(value);
    // From 1e21 on JavaScript writes an exponent, which is a double in any case.
    const isWhole = Number.isInteger(value) && Math.abs(value) < 1e21;
    return isDouble && isWhole ? JSON.rawJSON(`${value}.0`) : value;
  },
};

/** Throws `SerializationException` for text that is not JSON, or not of the shape. */
export function readJson(shape: Shape, body: Uint8Array): Record<string, unknown> {
  return readInput(shape, parseJson(body), jsonLeaves);
}

export function writeJson(shape: Shape, value: unknown): string {
  return JSON.stringify(writeTree(shape, value, jsonLeaves));
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new AwsError("SerializationException", "The body is not valid JSON");
  }
}

/** The members of an error's shape with `type` as `__type`; `message` is there in any case. */
export function writeJsonError(failure: Failure, type: Readonly<Record<string, string>>): string {
  const members = writeMembers(failure.shape, failure.members, jsonLeaves);
  return JSON.stringify({ ...type, ...members, message: failure.message });
}

/** Query-compatible services tell the query protocol's code beside their own. */
export function queryErrorHeader(
  failure: Failure,
  facts: ServiceFacts | undefined,
): Record<string, string> {
  if (!facts?.queryCompatible) return {};
  const side = failure.fault === "client" ? "Sender" : "Receiver";
  return { "x-amzn-query-error": `${failure.queryCode};${side}` };
}

/** `version` is 1.0 or 1.1: answers use the one that was asked in. */
export function jsonCodec(
  version: string,
  operation: string,
  facts: ServiceFacts | undefined,
): Codec {
  const headers = { "content-type": `application/x-amz-json-${version}` };
  return {
    find: (model, request) => findNamed(model, operation, (shape) => readJson(shape, request.body)),
    result: ({ output: shape }, output) => ({
      status: 200,
      headers,
      body: writeJson(shape, output),
    }),
    failure: (failure) => ({
      status: failure.status,
      headers: { ...headers, ...queryErrorHeader(failure, facts) },
      body: writeJsonError(failure, { __type: failure.name }),
    }),
  };
}
