/**
 * The `aws-chunked` framing of S3's bodies: chunks with their length in hexadecimal, then trailers
 * with the checksum. Chunks' signatures are not verified, as no signature is.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { AwsError } from "../service.ts";

export interface Unframed {
  readonly body: Uint8Array;
  /** By lower-case name. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** Throws `IncompleteBody` for bytes that are not such a framing. */
export function unframe(framed: Uint8Array): Unframed {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = lineEnd < 0 ? undefined : sizeIn(bytes.toString("latin1", at, lineEnd));
    if (size === undefined) throw incomplete();
    const from = lineEnd + 2;
    if (size === 0) {
      return { body: Buffer.concat(chunks), trailers: trailersIn(bytes.toString("latin1", from)) };
    }
    if (bytes.toString("latin1", from + size, from + size + 2) !== "\r\n") throw incomplete();
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}

/** `400;chunk-signature=...`. */
function sizeIn(line: string): number | undefined {
  const [, hex] = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec(line) ?? [];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}

function trailersIn(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function incomplete(): AwsError {
  return new AwsError(
    "IncompleteBody",
    "The request body terminated unexpectedly: it is not framed as aws-chunked says",
  );
}
