/**
 * Property values as Pulumi's engine, its state files and its providers write them: plain JSON, with
 * assets, archives and secrets as objects under a signature key and unknowns as one magic string
 * (sdk/go/common/resource/properties.go).
 */
export type Value = null | boolean | number | string | readonly Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
/** A value that only the operation itself will tell; seen in previews alone. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasSignature(value: Value | undefined, signature: string): boolean {
  return isObject(value) && value[SIGNATURE] === signature;
}

export function isSecret(value: Value | undefined): value is { [key: string]: Value } {
  return hasSignature(value, SECRET);
}

export function isAsset(value: Value | undefined): value is { [key: string]: Value } {
  return hasSignature(value, ASSET);
}

export function isArchive(value: Value | undefined): value is { [key: string]: Value } {
  return hasSignature(value, ARCHIVE);
}

export function makeSecret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** The same value with every secret's mark taken off, at any depth. */
export function unwrapSecret(value: Value): Value {
  if (isSecret(value)) return unwrapSecret(value["value"] ?? null);
  if (Array.isArray(value)) return value.map((item: Value) => unwrapSecret(item));
  return isObject(value) ? unwrapSecrets(value) : value;
}

export function unwrapSecrets(properties: Properties): Properties {
  const plain: Properties = {};
  for (const [key, member] of Object.entries(properties)) plain[key] = unwrapSecret(member);
  return plain;
}

/** The value when it is a string, else an empty one. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** True when `found` holds for the value or for anything inside it. */
export function contains(value: Value | undefined, found: (value: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (found(value)) return true;
  if (Array.isArray(value)) return value.some((item: Value) => contains(item, found));
  return isObject(value) && Object.values(value).some((member) => contains(member, found));
}

export function hasUnknown(value: Value | undefined): boolean {
  return contains(value, (part) => part === UNKNOWN);
}

export function hasSecret(value: Value | undefined): boolean {
  return contains(value, isSecret);
}

/** Deep equality; a missing member equals null, as on Pulumi's wire. Assets compare by hash. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || a === null) return b === undefined || b === null;
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly Value[] = b;
    return (
      a.length === other.length && a.every((item: Value, index) => sameValue(item, other[index]))
    );
  }
  if (!isObject(a) || !isObject(b)) return false;
  if ((isAsset(a) || isArchive(a)) && a["hash"] && b["hash"]) return a["hash"] === b["hash"];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameValue(a[key], b[key]));
}

/** A copy without members that are undefined or null: how outputs are written. */
export function withoutNulls(record: Readonly<Record<string, Value | undefined>>): Properties {
  const kept: Properties = {};
  for (const [key, value] of Object.entries(record)) {
    if (value !== undefined && value !== null) kept[key] = value;
  }
  return kept;
}
