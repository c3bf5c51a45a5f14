/** Small things that every IAM operation shares: required members, pages, tags, encoding. */
import type { Tag } from "@aws-sdk/client-iam";

import { AwsError } from "../service.ts";

/** Throws ValidationError as IAM words it for a member that is missing. */
export function required(value: string | undefined, member: string): string {
  if (value === undefined || value === "") {
    throw validation("null", member, "Member must not be null");
  }
  return value;
}

/** A required name of `[\w+=,.@-]`, at most `longest` characters. */
export function requiredName(value: string | undefined, member: string, longest: number): string {
  const name = required(value, member);
  if (name.length > longest) {
    throw validation(
      `'${name}'`,
      member,
      `Member must have length less than or equal to ${longest}`,
    );
  }
  if (!/^[\w+=,.@-]+$/.test(name)) {
    const rule = String.raw`Member must satisfy regular expression pattern: [\w+=,.@-]+`;
    throw validation(`'${name}'`, member, rule);
  }
  return name;
}

export function requiredPath(value: string | undefined): string {
  const path = value ?? "/";
  if (!/^\/$|^\/[!-~]+\/$/.test(path) || path.length > 512) {
    throw new AwsError(
      "ValidationError",
      "The specified value for path is invalid. It must begin and end with / and contain only " +
        "alphanumeric characters and/or / characters.",
    );
  }
  return path;
}

export function validation(value: string, member: string, rule: string): AwsError {
  const at = `${member.slice(0, 1).toLowerCase()}${member.slice(1)}`;
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${rule}`,
  );
}

/** IAM returns documents percent-encoded by RFC 3986, which is stricter than encodeURIComponent. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

interface PageRequest {
  readonly MaxItems?: number | undefined;
  readonly Marker?: string | undefined;
}

/** One page, 100 entries unless asked otherwise; the marker is the index to go on from. */
export function page<T>(
  all: readonly T[],
  request: PageRequest,
): { readonly entries: T[]; readonly rest: { IsTruncated: boolean; Marker?: string } } {
  const size = request.MaxItems ?? 100;
  if (size < 1 || size > 1000) {
    throw validation(`'${size}'`, "MaxItems", "Member must have value between 1 and 1000");
  }
  const from = request.Marker === undefined ? 0 : Number(request.Marker);
  if (!Number.isInteger(from) || from < 0) {
    throw new AwsError("ValidationError", `Invalid Marker: ${request.Marker}`);
  }
  const entries = all.slice(from, from + size);
  const next = from + size;
  return {
    entries,
    rest: next < all.length ? { IsTruncated: true, Marker: String(next) } : { IsTruncated: false },
  };
}

export function tagList(tags: ReadonlyMap<string, string>): Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Throws InvalidInput when a key appears twice, LimitExceeded beyond 50 tags. */
export function addTags(tags: Map<string, string>, added: readonly Tag[] | undefined): void {
  const keys = (added ?? []).map((tag) => required(tag.Key, "tags.member.key").toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw new AwsError(
      "InvalidInputException",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
  }
  const result = new Map(tags);
  for (const tag of added ?? []) result.set(tag.Key ?? "", tag.Value ?? "");
  if (result.size > 50) {
    throw new AwsError("LimitExceededException", "Cannot exceed quota for TagsPerRole: 50", 409);
  }
  for (const [key, value] of result) tags.set(key, value);
}
