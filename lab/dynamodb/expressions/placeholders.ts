/**
 * `#name` and `:value` placeholders of one request, shared by all its expressions: resolved on use,
 * and refused when one was given but never used.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import { messageOf } from "../../../base/errors.ts";
import { validation } from "../errors.ts";
import type { Value } from "../values.ts";
import { mapRecord, normalizeValue } from "../values.ts";

export interface PlaceholderInput {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, Value>>;
  readonly #used = new Set<string>();

  /** `expressions` says which expressions the request has: placeholders need at least one. */
  constructor(input: PlaceholderInput, expressions: Readonly<Record<string, string | undefined>>) {
    const given = Object.values(expressions).some((text) => text !== undefined);
    checkMap("ExpressionAttributeNames", "#", input.ExpressionAttributeNames, given, expressions);
    checkMap("ExpressionAttributeValues", ":", input.ExpressionAttributeValues, given, expressions);
    this.#names = input.ExpressionAttributeNames ?? {};
    this.#values = mapRecord(input.ExpressionAttributeValues ?? {}, (raw, key) => {
      try {
        return normalizeValue(raw);
      } catch (error) {
        throw validation(
          `ExpressionAttributeValues contains invalid value: ${messageOf(error)} for key ${key}`,
        );
      }
    });
  }

  name(placeholder: string): string | undefined {
    this.#used.add(placeholder);
    return Object.hasOwn(this.#names, placeholder) ? this.#names[placeholder] : undefined;
  }

  value(placeholder: string): Value | undefined {
    this.#used.add(placeholder);
    return Object.hasOwn(this.#values, placeholder) ? this.#values[placeholder] : undefined;
  }

  /** Called when every expression is parsed. */
  refuseUnused(): void {
    for (const [member, map] of [
      ["ExpressionAttributeNames", this.#names],
      ["ExpressionAttributeValues", this.#values],
    ] as const) {
      const unused = Object.keys(map).filter((key) => !this.#used.has(key));
      if (unused.length > 0) {
        throw validation(
          `Value provided in ${member} unused in expressions: keys: {${unused.join(", ")}}`,
        );
      }
    }
  }
}

function checkMap(
  member: string,
  prefix: string,
  map: object | undefined,
  anyExpression: boolean,
  expressions: Readonly<Record<string, string | undefined>>,
): void {
  if (map === undefined) return;
  if (!anyExpression) {
    const missing = Object.keys(expressions).join(" and ");
    throw validation(
      `${member} can only be specified when using expressions` +
        (prefix === ":" ? `: ${missing} ${missing.includes(" ") ? "are" : "is"} null` : ""),
    );
  }
  const keys = Object.keys(map);
  if (keys.length === 0) throw validation(`${member} must not be empty`);
  const bad = keys.find((key) => !new RegExp(`^${prefix}[A-Za-z0-9_]+$`).test(key));
  if (bad !== undefined) {
    throw validation(`${member} contains invalid key: Syntax error; key: "${bad}"`);
  }
}
