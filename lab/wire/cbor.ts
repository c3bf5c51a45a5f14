/** rpcv2Cbor: what aws-sdk-go-v2, and so Pulumi's AWS provider, speaks to CloudWatch. */
import { cbor, dateToTag } from "@smithy/core/cbor";
import { AwsError } from "../service.ts";
import type { Codec } from "./codec.ts";
import { findNamed } from "./codec.ts";
import { queryErrorHeader } from "./json.ts";
import { parseTimestamp } from "./scalars.ts";
import type { Shape } from "./schemas.ts";
import type { ServiceFacts } from "./services.ts";
import { isRecord, readInput, writeMembers, writeTree } from "./tree.ts";
import type { Leaves } from "./tree.ts";

const HEADERS = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };

/** Timestamps are tag 1 (epoch seconds); integers past 2^53 come as bigint. */
const cborLeaves: Leaves = {
  readTimestamp: (value) => {
    if (value instanceof Date) return value;
    if (!isRecord(value) || value["tag"] !== 1) return undefined;
    return parseTimestamp(Number(value["value"]));
  },
  readBlob: (value) => (value instanceof Uint8Array ? value : undefined),
  readNumber: (value) =>
    typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined,
  writeTimestamp: dateToTag,
  writeBlob: (value) => value,
  writeNumber: (value) => value,
};

/** Throws `SerializationException` for bytes that are not CBOR, or not of the shape. */
export function readCbor(shape: Shape, body: Uint8Array): Record<string, unknown> {
  return readInput(shape, parseCbor(body), cborLeaves);
}

function parseCbor(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return cbor.deserialize(body);
  } catch {
    throw new AwsError("SerializationException", "The body is not valid CBOR");
  }
}

export function cborCodec(operation: string, facts: ServiceFacts | undefined): Codec {
  return {
    find: (model, request) => findNamed(model, operation, (shape) => readCbor(shape, request.body)),
    result: ({ output: shape }, output) => ({
      status: 200,
      headers: HEADERS,
      body: serialize(writeTree(shape, output, cborLeaves)),
    }),
    failure: (failure) => {
      const members = writeMembers(failure.shape, failure.members, cborLeaves);
      return {
        status: failure.status,
        headers: { ...HEADERS, ...queryErrorHeader(failure, facts) },
        body: serialize({ __type: failure.id, ...members, message: failure.message }),
      };
    },
  };
}

/** A copy: smithy hands out a view of a buffer that it uses again. */
function serialize(tree: unknown): Uint8Array {
  return Uint8Array.from(cbor.serialize(tree));
}
