/** Buckets and their objects, in memory. */
import { noSuchBucket } from "./errors.ts";

export interface StoredObject {
  readonly body: Uint8Array;
  /** Quoted, as it travels: the body's MD5. */
  readonly etag: string;
  /** Nominal milliseconds, whole seconds: no header of S3 shows more. */
  readonly modifiedMs: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** By the name of the output's member, for those that were given: `ChecksumCRC32`. */
  readonly checksums: Readonly<Record<string, string>>;
}

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly objects: Map<string, StoredObject>;
}

export class BucketStore {
  readonly buckets = new Map<string, Bucket>();

  /** Throws `NoSuchBucket`. */
  bucket(name: string | undefined): Bucket {
    const bucket = this.buckets.get(name ?? "");
    if (!bucket) throw noSuchBucket();
    return bucket;
  }
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `${bucketArn(bucket)}/${key}`;
}

/** S3 lists keys in the order of their UTF-8 bytes. */
export function inOrder(keys: Iterable<string>): string[] {
  return [...keys]
    .map((key) => Buffer.from(key))
    .sort((a, b) => Buffer.compare(a, b))
    .map((bytes) => bytes.toString());
}
