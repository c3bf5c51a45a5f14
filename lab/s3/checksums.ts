/**
 * The checksums that clients send with an object: CRC-32 by default, and what node:crypto has. The others
 * are refused by name.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../service.ts";
import { notImplemented } from "../supported.ts";

const COMPUTED: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  ChecksumCRC32: (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
  ChecksumSHA1: (body) => createHash("sha1").update(body).digest(),
  ChecksumSHA256: (body) => createHash("sha256").update(body).digest(),
  ContentMD5: (body) => createHash("md5").update(body).digest(),
};

/** Those of `input` that an object keeps. Throws `BadDigest` where one does not fit the body. */
export function verifiedChecksums(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  body: Uint8Array,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const isChecksum = /^Checksum(?!Algorithm|Mode|Type)|^ContentMD5$/.test(name);
    if (!isChecksum || typeof value !== "string") continue;
    const compute = COMPUTED[name];
    if (!compute) throw notImplemented(operation, `the parameter ${name}`);
    if (compute(body).toString("base64") !== value) {
      const what = name.replace(/^Checksum|^Content-?/, "");
      throw new AwsError(
        "BadDigest",
        `The ${what} you specified did not match the calculated checksum.`,
      );
    }
    if (name !== "ContentMD5") kept[name] = value;
  }
  return kept;
}
