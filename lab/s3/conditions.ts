/**
 * Conditional requests. A write's condition and the write are one step here, so that of two writers exactly
 * one wins; S3 answers the other with 412, or with 409 while both are under way, which cannot be here.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import { AwsError } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { noSuchKey, preconditionFailed } from "./errors.ts";
import type { StoredObject } from "./store.ts";

interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/** Throws `PreconditionFailed`, and `NoSuchKey` for If-Match on what is not there. */
export function refuseWrite({ IfMatch, IfNoneMatch }: Conditions, found?: StoredObject): void {
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch !== "*") throw notImplemented("PutObject", "If-None-Match other than *");
    if (found) throw preconditionFailed();
  }
  if (IfMatch === undefined) return;
  if (!found) throw noSuchKey();
  if (!matches(IfMatch, found)) throw preconditionFailed();
}

/** Throws `PreconditionFailed`, and `304` for what the caller has. */
export function refuseRead({ IfMatch, IfNoneMatch }: Conditions, found: StoredObject): void {
  if (IfMatch !== undefined && !matches(IfMatch, found)) throw preconditionFailed();
  if (IfNoneMatch !== undefined && matches(IfNoneMatch, found)) {
    throw new AwsError("NotModified", "Not Modified", 304);
  }
}

/** Clients send an ETag with its quotes or without. */
function matches(condition: string, { etag }: StoredObject): boolean {
  return condition === "*" || condition.replaceAll('"', "") === etag.replaceAll('"', "");
}
