/** Query and Scan: pages of items, filtered after they were counted against Limit. */
import type * as Sdk from "@aws-sdk/client-dynamodb";

import type { Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { constraint, validation } from "./errors.ts";
import type { Condition, Path } from "./expressions/ast.ts";
import { conditionPaths } from "./expressions/conditionPaths.ts";
import { meets } from "./expressions/evaluate.ts";
import { keyCondition } from "./expressions/keyCondition.ts";
import { parseCondition } from "./expressions/parseCondition.ts";
import { parseProjection } from "./expressions/parseUpdate.ts";
import { project } from "./expressions/paths.ts";
import { Placeholders } from "./expressions/placeholders.ts";
import { refuseAccounting } from "./itemOperations.ts";
import { keyAttributes, parseKey } from "./keys.ts";
import { itemSize } from "./size.ts";
import type { Table, Tables } from "./table.ts";
import type { Item } from "./values.ts";
import { equalValues } from "./values.ts";

/** One page reads at most 1 MB of items (developer guide, "Paginating table query results"). */
const PAGE_BYTES = 1024 * 1024;

const READ_MEMBERS = [
  "TableName",
  "Select",
  "Limit",
  "ExclusiveStartKey",
  "ReturnConsumedCapacity",
  "ProjectionExpression",
  "FilterExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ConsistentRead",
];

export function readOperations(tables: Tables): Record<string, Operation> {
  return {
    Query: (input: Sdk.QueryInput): Sdk.QueryOutput => {
      refuseIndex(input);
      refuseUnsupported("Query", input, [
        ...READ_MEMBERS,
        "KeyConditionExpression",
        "ScanIndexForward",
      ]);
      refuseAccounting("Query", input);
      const text = input.KeyConditionExpression;
      if (text === undefined) {
        throw validation(
          "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        );
      }
      const placeholders = placeholdersOf(input, { KeyConditionExpression: text });
      const condition = parseCondition("KeyConditionExpression", text, placeholders);
      const selection = parseSelection(input, placeholders);
      placeholders.refuseUnused();
      const table = tables.active(input.TableName);
      const { hash, range } = keyCondition(condition, table.schema);
      refuseKeyFilter(table, selection.filter);
      const forward = input.ScanIndexForward ?? true;
      const start = startKey(table, input.ExclusiveStartKey);
      const startHash = start?.[table.schema.hash.name];
      if (start && !(startHash && equalValues(startHash, hash))) {
        throw validation(
          "The provided starting key is outside query boundaries based on provided conditions",
        );
      }
      const wanted = table.rows.partition(hash).filter((item) => !range || meets(item, range));
      return readPage(table, forward ? wanted : wanted.toReversed(), forward, start, selection);
    },

    Scan: (input: Sdk.ScanInput): Sdk.ScanOutput => {
      refuseIndex(input);
      refuseUnsupported("Scan", input, READ_MEMBERS);
      refuseAccounting("Scan", input);
      const placeholders = placeholdersOf(input, {});
      const selection = parseSelection(input, placeholders);
      placeholders.refuseUnused();
      const table = tables.active(input.TableName);
      const start = startKey(table, input.ExclusiveStartKey);
      return readPage(table, table.rows.all(), true, start, selection);
    },
  };
}

interface Selection {
  readonly filter: Condition | undefined;
  readonly paths: readonly Path[] | undefined;
  readonly countOnly: boolean;
  readonly limit: number;
}

type ReadInput = Sdk.QueryInput | Sdk.ScanInput;

function placeholdersOf(input: ReadInput, more: Record<string, string>): Placeholders {
  const { FilterExpression, ProjectionExpression } = input;
  return new Placeholders(input, { ...more, FilterExpression, ProjectionExpression });
}

function parseSelection(input: ReadInput, placeholders: Placeholders): Selection {
  const { FilterExpression: filter, ProjectionExpression: projection, Limit: limit } = input;
  if (limit !== undefined && limit < 1) {
    throw constraint(`'${limit}'`, "limit", "Member must have value greater than or equal to 1");
  }
  const select =
    input.Select ?? (projection === undefined ? "ALL_ATTRIBUTES" : "SPECIFIC_ATTRIBUTES");
  if (select === "ALL_PROJECTED_ATTRIBUTES") {
    throw validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  if (!["ALL_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES"].includes(select)) {
    const rule =
      "Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]";
    throw constraint(`'${select}'`, "select", rule);
  }
  if (projection !== undefined && select !== "SPECIFIC_ATTRIBUTES") {
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${select}`);
  }
  if (projection === undefined && select === "SPECIFIC_ATTRIBUTES") {
    throw validation(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  }
  return {
    filter:
      filter === undefined ? undefined : parseCondition("FilterExpression", filter, placeholders),
    paths: projection === undefined ? undefined : parseProjection(projection, placeholders),
    countOnly: select === "COUNT",
    limit: limit ?? Number.POSITIVE_INFINITY,
  };
}

function readPage(
  table: Table,
  ordered: readonly Item[],
  forward: boolean,
  start: Item | undefined,
  selection: Selection,
): Sdk.QueryOutput {
  const direction = forward ? 1 : -1;
  const rest = start
    ? ordered.filter((item) => direction * table.rows.compareKeys(item, start) > 0)
    : ordered;
  const matched: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const item of rest) {
    bytes += itemSize(item);
    if (scanned > 0 && bytes > PAGE_BYTES) break;
    scanned++;
    last = item;
    if (!selection.filter || meets(item, selection.filter)) matched.push(item);
    if (scanned === selection.limit) break;
  }
  // A page that reached its Limit has a LastEvaluatedKey even when nothing follows ("not necessarily
  // … more data", API reference).
  const more = scanned < rest.length || scanned === selection.limit;
  const { paths } = selection;
  return {
    Count: matched.length,
    ScannedCount: scanned,
    ...(selection.countOnly
      ? {}
      : { Items: matched.map((item) => (paths ? project(item, paths) : item)) }),
    ...(more && last ? { LastEvaluatedKey: table.rows.keyOf(last) } : {}),
  };
}

function startKey(
  table: Table,
  raw: Record<string, Sdk.AttributeValue> | undefined,
): Item | undefined {
  return raw && parseKey(table.schema, raw, "The provided starting key is invalid");
}

function refuseIndex(input: ReadInput): void {
  if (input.IndexName !== undefined) {
    throw validation(`The table does not have the specified index: ${input.IndexName}`);
  }
}

function refuseKeyFilter(table: Table, filter: Condition | undefined): void {
  const names = new Set(filter ? conditionPaths(filter).map((path) => path[0]) : []);
  const key = keyAttributes(table.schema).find(({ name }) => names.has(name));
  if (key) {
    throw validation(
      "Filter Expression can only contain non-primary key attributes: " +
        `Primary key attribute: ${key.name}`,
    );
  }
}
