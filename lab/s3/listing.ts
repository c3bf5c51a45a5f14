/** ListObjectsV2: prefix, delimiter, and pages. */
import type * as Sdk from "@aws-sdk/client-s3";
import type { Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { invalidArgument } from "./errors.ts";
import { type BucketStore, inOrder } from "./store.ts";

const MOST_KEYS = 1000;
const LIST = [
  "Bucket",
  "Prefix",
  "Delimiter",
  "MaxKeys",
  "StartAfter",
  "ContinuationToken",
  "EncodingType",
  "ExpectedBucketOwner",
];

export function listingOperations(store: BucketStore): Record<string, Operation> {
  return {
    ListObjectsV2: (input: Sdk.ListObjectsV2CommandInput): object => {
      refuseUnsupported("ListObjectsV2", input, LIST);
      const { name, objects } = store.bucket(input.Bucket);
      const { Prefix = "", Delimiter = "", StartAfter, ContinuationToken, EncodingType } = input;
      const size = sizeOf(input.MaxKeys);
      const after = ContinuationToken === undefined ? StartAfter : afterOf(ContinuationToken);
      const text = (key: string): string => (EncodingType === "url" ? encoded(key) : key);

      const contents: object[] = [];
      const prefixes: string[] = [];
      let last: string | undefined;
      let isTruncated = false;
      for (const key of inOrder(objects.keys())) {
        if (!key.startsWith(Prefix)) continue;
        const end = Delimiter === "" ? -1 : key.indexOf(Delimiter, Prefix.length);
        const group = end < 0 ? undefined : key.slice(0, end + Delimiter.length);
        if (after !== undefined && !isAfter(group ?? key, after)) continue;
        if (group !== undefined && group === prefixes.at(-1)) continue;
        if (contents.length + prefixes.length === size) {
          isTruncated = true;
          break;
        }
        last = group ?? key;
        const found = objects.get(key);
        if (group !== undefined) prefixes.push(group);
        else if (found) {
          contents.push({
            Key: text(key),
            LastModified: new Date(found.modifiedMs),
            ETag: found.etag,
            Size: found.body.length,
            StorageClass: "STANDARD",
          });
        }
      }
      return {
        Name: name,
        Prefix: text(Prefix),
        ...(Delimiter === "" ? {} : { Delimiter: text(Delimiter) }),
        ...(StartAfter === undefined ? {} : { StartAfter: text(StartAfter) }),
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        ...(EncodingType === undefined ? {} : { EncodingType }),
        MaxKeys: size,
        KeyCount: contents.length + prefixes.length,
        IsTruncated: isTruncated,
        ...(isTruncated ? { NextContinuationToken: tokenOf(last ?? after ?? "") } : {}),
        Contents: contents,
        CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })),
      };
    },
  };
}

/** More than 1000 is taken as 1000. */
function sizeOf(asked: number | undefined): number {
  if (asked === undefined) return MOST_KEYS;
  if (Number.isInteger(asked) && asked >= 0) return Math.min(asked, MOST_KEYS);
  throw invalidArgument("Argument maxKeys must be an integer between 0 and 2147483647");
}

function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function tokenOf(last: string): string {
  return Buffer.from(last).toString("base64");
}

function afterOf(token: string): string {
  const last = Buffer.from(token, "base64").toString();
  if (tokenOf(last) === token) return last;
  throw invalidArgument("The continuation token provided is incorrect");
}

/** As S3 encodes it: slashes stay. */
function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/");
}
