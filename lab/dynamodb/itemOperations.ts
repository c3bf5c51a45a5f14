/** GetItem, PutItem, UpdateItem, DeleteItem. One item, whole and at once: nothing interleaves. */
import type * as Sdk from "@aws-sdk/client-dynamodb";

import type { Operation } from "../service.ts";
import { AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { constraint, invalidParameter, validation } from "./errors.ts";
import { applyUpdate } from "./expressions/apply.ts";
import type { Condition, Path, Update } from "./expressions/ast.ts";
import { meets } from "./expressions/evaluate.ts";
import { parseCondition } from "./expressions/parseCondition.ts";
import { parseProjection, parseUpdate } from "./expressions/parseUpdate.ts";
import { project } from "./expressions/paths.ts";
import type { PlaceholderInput } from "./expressions/placeholders.ts";
import { Placeholders } from "./expressions/placeholders.ts";
import { keyAttributes, keyOfItem, parseKey } from "./keys.ts";
import { refuseLargeItem } from "./size.ts";
import type { Table, Tables } from "./table.ts";
import type { Item } from "./values.ts";
import { normalizeItem } from "./values.ts";

const EXPRESSION_MEMBERS = ["ExpressionAttributeNames", "ExpressionAttributeValues"];
const ACCOUNTING_MEMBERS = ["ReturnConsumedCapacity", "ReturnItemCollectionMetrics"];
const WRITE_MEMBERS = [
  "TableName",
  "ConditionExpression",
  "ReturnValues",
  "ReturnValuesOnConditionCheckFailure",
  ...EXPRESSION_MEMBERS,
  ...ACCOUNTING_MEMBERS,
];

export function itemOperations(tables: Tables): Record<string, Operation> {
  return {
    /** Always consistent: AWS may answer an eventually consistent read with an older item. */
    GetItem: (input: Sdk.GetItemInput): Sdk.GetItemOutput => {
      refuseUnsupported("GetItem", input, [
        "TableName",
        "Key",
        "ConsistentRead",
        "ProjectionExpression",
        "ReturnConsumedCapacity",
        "ExpressionAttributeNames",
      ]);
      refuseAccounting("GetItem", input);
      const { ProjectionExpression } = input;
      const placeholders = new Placeholders(input, { ProjectionExpression });
      const paths =
        ProjectionExpression === undefined
          ? undefined
          : parseProjection(ProjectionExpression, placeholders);
      placeholders.refuseUnused();
      const table = tables.active(input.TableName);
      const item = table.rows.get(parseKey(table.schema, input.Key));
      if (!item) return {};
      return { Item: paths ? project(item, paths) : item };
    },

    PutItem: (input: Sdk.PutItemInput): Sdk.PutItemOutput => {
      refuseUnsupported("PutItem", input, [...WRITE_MEMBERS, "Item"]);
      refuseAccounting("PutItem", input);
      const returned = returnValues(input.ReturnValues, ["NONE", "ALL_OLD"]);
      const { condition } = parseWrite(input);
      const item = normalizeItem(input.Item ?? {});
      const table = tables.active(input.TableName);
      const key = keyOfItem(table.schema, item);
      refuseLargeItem(item);
      const old = table.rows.get(key);
      check(condition, old, input.ReturnValuesOnConditionCheckFailure);
      table.rows.put(item);
      return returned === "ALL_OLD" && old ? { Attributes: old } : {};
    },

    DeleteItem: (input: Sdk.DeleteItemInput): Sdk.DeleteItemOutput => {
      refuseUnsupported("DeleteItem", input, [...WRITE_MEMBERS, "Key"]);
      refuseAccounting("DeleteItem", input);
      const returned = returnValues(input.ReturnValues, ["NONE", "ALL_OLD"]);
      const { condition } = parseWrite(input);
      const table = tables.active(input.TableName);
      const key = parseKey(table.schema, input.Key);
      const old = table.rows.get(key);
      check(condition, old, input.ReturnValuesOnConditionCheckFailure);
      table.rows.delete(key);
      return returned === "ALL_OLD" && old ? { Attributes: old } : {};
    },

    UpdateItem: (input: Sdk.UpdateItemInput): Sdk.UpdateItemOutput => {
      refuseUnsupported("UpdateItem", input, [...WRITE_MEMBERS, "Key", "UpdateExpression"]);
      refuseAccounting("UpdateItem", input);
      const returned = returnValues(input.ReturnValues, [
        "NONE",
        "ALL_OLD",
        "UPDATED_OLD",
        "ALL_NEW",
        "UPDATED_NEW",
      ]);
      const { condition, update } = parseWrite(input);
      const table = tables.active(input.TableName);
      const paths = updatedPaths(update);
      refuseKeyUpdate(table, paths);
      const key = parseKey(table.schema, input.Key);
      const old = table.rows.get(key);
      check(condition, old, input.ReturnValuesOnConditionCheckFailure);
      // An item that does not exist is made, with its key and what the update sets.
      const item = update ? applyUpdate(old ?? key, update) : (old ?? key);
      refuseLargeItem(item);
      table.rows.put(item);
      const shown = returned.endsWith("_NEW") ? item : old;
      if (returned === "NONE" || !shown) return {};
      const attributes = returned.startsWith("ALL") ? shown : project(shown, paths);
      return Object.keys(attributes).length > 0 ? { Attributes: attributes } : {};
    },
  };
}

/** The lab counts no capacity, and answers only requests that do not ask for it. */
export function refuseAccounting(
  operation: string,
  input: {
    readonly ReturnConsumedCapacity?: string | undefined;
    readonly ReturnItemCollectionMetrics?: string | undefined;
  },
): void {
  for (const member of ["ReturnConsumedCapacity", "ReturnItemCollectionMetrics"] as const) {
    const value = input[member] ?? "NONE";
    if (value !== "NONE") throw notImplemented(operation, `${member} ${value}`);
  }
}

interface WriteExpressions extends PlaceholderInput {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
}

function parseWrite(input: WriteExpressions): {
  readonly condition: Condition | undefined;
  readonly update: Update | undefined;
} {
  const { ConditionExpression: condition, UpdateExpression: update } = input;
  const placeholders = new Placeholders(input, {
    ...("UpdateExpression" in input ? { UpdateExpression: update } : {}),
    ConditionExpression: condition,
  });
  const parsed = {
    update: update === undefined ? undefined : parseUpdate(update, placeholders),
    condition:
      condition === undefined
        ? undefined
        : parseCondition("ConditionExpression", condition, placeholders),
  };
  placeholders.refuseUnused();
  return parsed;
}

function check(
  condition: Condition | undefined,
  item: Item | undefined,
  onFailure: string | undefined,
): void {
  if (!condition || meets(item ?? {}, condition)) return;
  throw new AwsError(
    "ConditionalCheckFailedException",
    "The conditional request failed",
    400,
    onFailure === "ALL_OLD" && item ? { Item: item } : {},
  );
}

function returnValues<T extends string>(value: string | undefined, allowed: readonly T[]): T {
  const wanted = value ?? "NONE";
  const found = allowed.find((one) => one === wanted);
  if (found !== undefined) return found;
  const every = ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"];
  if (!every.includes(wanted)) {
    const rule = `Member must satisfy enum value set: [${every.join(", ")}]`;
    throw constraint(`'${wanted}'`, "returnValues", rule);
  }
  throw validation("Return values set to invalid value");
}

function updatedPaths(update: Update | undefined): Path[] {
  if (!update) return [];
  return [...update.set, ...update.remove, ...update.add, ...update.delete].map(({ path }) => path);
}

function refuseKeyUpdate(table: Table, paths: readonly Path[]): void {
  for (const { name } of keyAttributes(table.schema)) {
    if (paths.some((path) => path[0] === name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
}
