/** Where a journal in S3 is: `s3://bucket/prefix`. */
import { type Problem, refuseProblems } from "../../base/errors.ts";

export interface S3Place {
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
  /** As a person names it. */
  readonly text: string;
}

/** Also what is another URL: it is no directory, and `s3Place` says what it may be. */
export function isS3(text: string): boolean {
  return /^(?:s3:|[a-z][a-z0-9+.-]*:\/\/)/i.test(text);
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** What S3 calls safe in a key. */
const PREFIX = /^[A-Za-z0-9!_.*'()/-]*$/;

/** @throws BackoutError `bad-input` with everything that is wrong with it */
export function s3Place(text: string): S3Place {
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const prefix = rest.replace(/\/$/, "");
  const problems: Problem[] = [];
  if (!BUCKET.test(bucket)) {
    problems.push({
      field: "--journal: bucket",
      value: bucket === "" ? text : bucket,
      allowed: "s3://BUCKET/PREFIX with 3 to 63 of lower-case letters, digits, dots and hyphens",
    });
  }
  if (!PREFIX.test(prefix) || prefix.startsWith("/") || prefix.includes("//")) {
    problems.push({
      field: "--journal: prefix",
      value: prefix,
      allowed: "letters, digits and !_.*'()- between single slashes",
    });
  }
  refuseProblems("the journal's place", problems);
  return { bucket, prefix, text: prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}` };
}

export function keyIn({ prefix }: S3Place, name: string): string {
  return prefix === "" ? name : `${prefix}/${name}`;
}
