/** Objects: put, get, head and delete. */
import { createHash } from "node:crypto";
import type * as Sdk from "@aws-sdk/client-s3";
import type { Call, Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { verifiedChecksums } from "./checksums.ts";
import { refuseRead, refuseWrite } from "./conditions.ts";
import { AwsError } from "../service.ts";
import { invalidArgument, noSuchKey } from "./errors.ts";
import type { S3Ports } from "./ports.ts";
import { rangeOf } from "./range.ts";
import { bucketArn, type BucketStore, objectArn, type StoredObject } from "./store.ts";

const NAMED = ["Bucket", "Key", "ExpectedBucketOwner"];
const PUT = [
  ...NAMED,
  "Body",
  "ContentLength",
  "ContentType",
  "ContentMD5",
  "Metadata",
  "IfMatch",
  "IfNoneMatch",
  "ChecksumAlgorithm",
  "ChecksumCRC32",
  "ChecksumSHA1",
  "ChecksumSHA256",
];
const READ = [...NAMED, "Range", "IfMatch", "IfNoneMatch", "ChecksumMode"];
const MOST_KEY_BYTES = 1024;
const MOST_DELETED = 1000;

type Put = Omit<Sdk.PutObjectCommandInput, "Body"> & { readonly Body?: Uint8Array };
type Get = Sdk.GetObjectCommandInput;

export function objectOperations(
  store: BucketStore,
  ports: S3Ports,
  now: () => number,
): Record<string, Operation> {
  /** Throws `NoSuchKey`, or `AccessDenied` when the caller may not even know that. */
  const find = (input: { Bucket?: string | undefined; Key?: string | undefined }, call: Call) => {
    const bucket = store.bucket(input.Bucket);
    const found = bucket.objects.get(input.Key ?? "");
    if (found) return found;
    ports.require(call.principal, "s3:ListBucket", bucketArn(bucket.name));
    throw noSuchKey();
  };
  return {
    PutObject: (input: Put, call: Call): Sdk.PutObjectCommandOutput | object => {
      refuseUnsupported("PutObject", input, PUT);
      const { objects, name } = store.bucket(input.Bucket);
      const key = keyOf(input.Key);
      if (input.IfMatch !== undefined) {
        ports.require(call.principal, "s3:GetObject", objectArn(name, key));
      }
      const body = input.Body ?? new Uint8Array();
      const checksums = verifiedChecksums("PutObject", { ...input }, body);
      refuseWrite(input, objects.get(key));
      const etag = `"${createHash("md5").update(body).digest("hex")}"`;
      objects.set(key, {
        body: Uint8Array.from(body),
        etag,
        modifiedMs: Math.floor(now() / 1000) * 1000,
        contentType: input.ContentType ?? "binary/octet-stream",
        metadata: input.Metadata ?? {},
        checksums,
      });
      return { ETag: etag, ...checksums, ...typeOf(checksums) };
    },

    GetObject: (input: Get, call: Call): object => {
      refuseUnsupported("GetObject", input, READ);
      const found = find(input, call);
      refuseRead(input, found);
      const part = rangeOf(input.Range, found.body.length);
      if (!part) return { ...shown(found, input.ChecksumMode), Body: found.body };
      const { from, to } = part;
      return {
        ...shown(found, undefined),
        Body: found.body.subarray(from, to),
        ContentLength: to - from,
        ContentRange: `bytes ${from}-${to - 1}/${found.body.length}`,
      };
    },

    HeadObject: (input: Get, call: Call): object => {
      refuseUnsupported("HeadObject", input, READ);
      const found = find(input, call);
      refuseRead(input, found);
      return shown(found, input.ChecksumMode);
    },

    /** What is not there is deleted too. */
    DeleteObject: (input: Sdk.DeleteObjectCommandInput): object => {
      refuseUnsupported("DeleteObject", input, [...NAMED, "IfMatch"]);
      const { objects } = store.bucket(input.Bucket);
      if (input.IfMatch !== undefined) refuseWrite(input, objects.get(input.Key ?? ""));
      objects.delete(input.Key ?? "");
      return {};
    },

    DeleteObjects: (input: Sdk.DeleteObjectsCommandInput): object => {
      refuseUnsupported("DeleteObjects", input, [
        "Bucket",
        "Delete",
        "ChecksumAlgorithm",
        "ExpectedBucketOwner",
      ]);
      const { objects } = store.bucket(input.Bucket);
      const named = input.Delete?.Objects ?? [];
      if (named.length === 0 || named.length > MOST_DELETED) {
        throw new AwsError("MalformedXML", `Delete names ${named.length} objects: 1 to 1000`);
      }
      for (const one of named) {
        refuseUnsupported("DeleteObjects", one, ["Key"]);
        objects.delete(one.Key ?? "");
      }
      return input.Delete?.Quiet === true ? {} : { Deleted: named.map(({ Key }) => ({ Key })) };
    },
  };
}

function keyOf(key: string | undefined): string {
  if (key === undefined || key === "") throw invalidArgument("The key is missing");
  if (Buffer.byteLength(key) <= MOST_KEY_BYTES) return key;
  throw new AwsError("KeyTooLongError", "Your key is too long");
}

function shown(found: StoredObject, checksumMode: string | undefined): object {
  const { body, etag, modifiedMs, contentType, metadata, checksums } = found;
  return {
    AcceptRanges: "bytes",
    ContentLength: body.length,
    ContentType: contentType,
    ETag: etag,
    LastModified: new Date(modifiedMs),
    Metadata: metadata,
    ...(checksumMode === "ENABLED" ? { ...checksums, ...typeOf(checksums) } : {}),
  };
}

function typeOf(checksums: Readonly<Record<string, string>>): object {
  return Object.keys(checksums).length > 0 ? { ChecksumType: "FULL_OBJECT" } : {};
}
