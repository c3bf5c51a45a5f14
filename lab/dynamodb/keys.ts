/** A table's key: which attributes, of which type, and what a valid key looks like. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import { defect } from "../../base/errors.ts";
import { invalidParameter, validation } from "./errors.ts";
import type { Item, Value } from "./values.ts";
import { normalizeItem, typeOf } from "./values.ts";

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
}

export function keyAttributes(schema: KeySchema): KeyAttribute[] {
  return schema.range ? [schema.hash, schema.range] : [schema.hash];
}

/** The key of a whole item; throws when an attribute is missing, of another type or empty. */
export function keyOfItem(schema: KeySchema, item: Item): Item {
  const entries = keyAttributes(schema).map((attribute) => {
    const value = item[attribute.name];
    if (!value) throw invalidParameter(`Missing the key ${attribute.name} in the item`);
    if (typeOf(value) !== attribute.type) {
      throw invalidParameter(
        `Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${typeOf(value)}`,
      );
    }
    checkContent(schema, attribute, value);
    return [attribute.name, value] as const;
  });
  return Object.fromEntries(entries);
}

/** A `Key` parameter: exactly the key's attributes. */
export function parseKey(
  schema: KeySchema,
  raw: Readonly<Record<string, AttributeValue>> | undefined,
  mismatch = "The provided key element does not match the schema",
): Item {
  const key = normalizeItem(raw ?? {});
  const attributes = keyAttributes(schema);
  const fits =
    Object.keys(key).length === attributes.length &&
    attributes.every(({ name, type }) => key[name] !== undefined && typeOf(key[name]) === type);
  if (!fits) throw validation(mismatch);
  for (const attribute of attributes) checkContent(schema, attribute, keyValue(key, attribute));
  return key;
}

/** One attribute of a key or of an item that was checked already. */
export function keyValue(item: Item, { name }: KeyAttribute): Value {
  const value = item[name];
  if (!value) throw defect(`an item without its key attribute ${name}`);
  return value;
}

/** Key strings and bytes are not empty; partition keys hold 2048 bytes, sort keys 1024. */
function checkContent(schema: KeySchema, attribute: KeyAttribute, value: Value): void {
  const bytes =
    "S" in value ? Buffer.byteLength(value.S) : "B" in value ? value.B.length : undefined;
  if (bytes === undefined) return;
  if (bytes === 0) {
    const kind = "S" in value ? "string" : "binary";
    throw validation(
      "One or more parameter values are not valid. The AttributeValue for a key attribute " +
        `cannot contain an empty ${kind} value. Key: ${attribute.name}`,
    );
  }
  const isHash = attribute === schema.hash;
  const limit = isHash ? 2048 : 1024;
  if (bytes > limit) {
    const kind = isHash ? "hashkey" : "rangekey";
    throw invalidParameter(`Size of ${kind} has exceeded the maximum size limit of ${limit} bytes`);
  }
}
