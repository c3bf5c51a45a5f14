/** One HTTP request as the codecs see it: body read whole (within a limit) and decompressed. */
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError } from "../service.ts";

export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name; repeated headers joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The part of a request that is there before its body. */
export type WireHead = Omit<WireRequest, "body">;

/** Lambda takes 50 MB of zipped code inline, two thirds of its base64; nothing else is larger. */
export const BODY_LIMIT_BYTES = 72 * 1024 * 1024;

const unzip = promisify(gunzip);

export function headOf(message: IncomingMessage): WireHead {
  const target = message.url ?? "/";
  const at = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: message.method ?? "GET",
    path: at < 0 ? target : target.slice(0, at),
    query: new URLSearchParams(at < 0 ? "" : target.slice(at + 1)),
    headers,
  };
}

/** As `readBody`; a body that says beforehand that it is too large is refused before it comes. */
export async function bodyOf(
  message: IncomingMessage,
  head: WireHead,
  limitBytes: number,
): Promise<Uint8Array> {
  if (Number(head.headers["content-length"]) > limitBytes) throw tooLarge(limitBytes);
  return readBody(message, head.headers["content-encoding"], limitBytes);
}

/**
 * The body of a request. Throws `RequestEntityTooLargeException` over `limitBytes`, before and after
 * decompression, `IncompleteBody` when the client goes away, and `SerializationException` for bytes
 * that are not what their encoding says.
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  limitBytes = BODY_LIMIT_BYTES,
): Promise<Uint8Array> {
  return decodeBody(await readAll(stream, limitBytes), encoding, limitBytes);
}

/** A body that is there already; throws as `readBody` does. */
export async function decodeBody(
  body: Uint8Array,
  encoding: string | undefined,
  limitBytes = BODY_LIMIT_BYTES,
): Promise<Uint8Array> {
  if (body.byteLength > limitBytes) throw tooLarge(limitBytes);
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  // S3's own framing, which its codec takes off.
  if (encoding === "aws-chunked") return body;
  if (encoding !== "gzip") {
    throw new AwsError("SerializationException", `Content-Encoding ${encoding} is not understood`);
  }
  try {
    return await unzip(body, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limitBytes);
    throw new AwsError("SerializationException", "The body is not valid gzip");
  }
}

async function readAll(stream: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the stream would destroy the socket that the refusal has to leave by.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError("IncompleteBody", "The request ended before its body did");
  }
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): AwsError {
  return new AwsError(
    "RequestEntityTooLargeException",
    `The request is larger than ${limitBytes} bytes`,
    413,
  );
}
