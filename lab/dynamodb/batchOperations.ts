/** BatchGetItem and BatchWriteItem: many items at once, none of them together. */
import type * as Sdk from "@aws-sdk/client-dynamodb";

import type { Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { validation } from "./errors.ts";
import { parseProjection } from "./expressions/parseUpdate.ts";
import { project } from "./expressions/paths.ts";
import { Placeholders } from "./expressions/placeholders.ts";
import { refuseAccounting } from "./itemOperations.ts";
import { keyOfItem, parseKey } from "./keys.ts";
import { itemSize, refuseLargeItem } from "./size.ts";
import type { Table, Tables } from "./table.ts";
import type { Item } from "./values.ts";
import { canonical, normalizeItem } from "./values.ts";

const MOST_GETS = 100;
const MOST_WRITES = 25;
/** An answer holds at most 16 MB; the keys beyond come back as `UnprocessedKeys`. */
const ANSWER_BYTES = 16 * 1024 * 1024;

export function batchOperations(tables: Tables): Record<string, Operation> {
  return {
    BatchGetItem: (input: Sdk.BatchGetItemInput): Sdk.BatchGetItemOutput => {
      refuseUnsupported("BatchGetItem", input, ["RequestItems", "ReturnConsumedCapacity"]);
      refuseAccounting("BatchGetItem", input);
      const asked = Object.entries(input.RequestItems ?? {});
      const count = asked.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0);
      refuseCount("BatchGetItem", count, MOST_GETS);
      const reads = asked.map(([name, request]) => parseGets(tables, name, request));
      let bytes = 0;
      const Responses: Record<string, Item[]> = {};
      const UnprocessedKeys: Record<string, Sdk.KeysAndAttributes> = {};
      for (const { name, request, table, keys, show } of reads) {
        const found: Item[] = (Responses[name] = []);
        const late: Item[] = [];
        for (const key of keys) {
          const item = table.rows.get(key);
          const size = item ? itemSize(item) : 0;
          if (bytes + size > ANSWER_BYTES) {
            late.push(key);
          } else if (item) {
            bytes += size;
            found.push(show(item));
          }
        }
        if (late.length > 0) UnprocessedKeys[name] = { ...request, Keys: late };
      }
      return { Responses, UnprocessedKeys };
    },

    BatchWriteItem: (input: Sdk.BatchWriteItemInput): Sdk.BatchWriteItemOutput => {
      refuseUnsupported("BatchWriteItem", input, [
        "RequestItems",
        "ReturnConsumedCapacity",
        "ReturnItemCollectionMetrics",
      ]);
      refuseAccounting("BatchWriteItem", input);
      const asked = Object.entries(input.RequestItems ?? {});
      const count = asked.reduce((sum, [, requests]) => sum + requests.length, 0);
      refuseCount("BatchWriteItem", count, MOST_WRITES);
      // All are checked before the first is written: a bad request changes nothing.
      const writes = asked.flatMap(([name, requests]) => {
        const table = tables.active(name);
        const parsed = requests.map((request) => parseWrite(table, request));
        refuseDuplicates(parsed.map(({ key }) => key));
        return parsed;
      });
      for (const { write } of writes) write();
      return { UnprocessedItems: {} };
    },
  };
}

function parseGets(tables: Tables, name: string, request: Sdk.KeysAndAttributes) {
  refuseUnsupported("BatchGetItem", request, [
    "Keys",
    "ConsistentRead",
    "ProjectionExpression",
    "ExpressionAttributeNames",
  ]);
  const { ProjectionExpression } = request;
  const placeholders = new Placeholders(request, { ProjectionExpression });
  const paths =
    ProjectionExpression === undefined
      ? undefined
      : parseProjection(ProjectionExpression, placeholders);
  placeholders.refuseUnused();
  const table = tables.active(name);
  const keys = (request.Keys ?? []).map((key) => parseKey(table.schema, key));
  refuseDuplicates(keys);
  const show = (item: Item): Item => (paths ? project(item, paths) : item);
  return { name, request, table, keys, show };
}

/** One request: its key, and what it does. */
function parseWrite(table: Table, { PutRequest, DeleteRequest }: Sdk.WriteRequest) {
  if (PutRequest && !DeleteRequest) {
    const item = normalizeItem(PutRequest.Item ?? {});
    keyOfItem(table.schema, item);
    refuseLargeItem(item);
    return { key: table.rows.keyOf(item), write: () => table.rows.put(item) };
  }
  if (DeleteRequest && !PutRequest) {
    const key = parseKey(table.schema, DeleteRequest.Key);
    return { key, write: () => table.rows.delete(key) };
  }
  throw validation("A WriteRequest needs exactly one of PutRequest and DeleteRequest");
}

function refuseCount(operation: string, count: number, most: number): void {
  if (count === 0) {
    throw validation(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1",
    );
  }
  if (count > most) throw validation(`Too many items requested for the ${operation} call`);
}

function refuseDuplicates(keys: readonly Item[]): void {
  const seen = new Set(keys.map((key) => canonical({ M: key })));
  if (seen.size < keys.length) throw validation("Provided list of item keys contains duplicates");
}
