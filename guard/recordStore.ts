/** The record and the reversions in DynamoDB: conditional writes, one attempt each, with a deadline. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { type EnvironmentRecord, environmentRecordSchema, initialRecord } from "./record.ts";
import { type Reversion, reversionSchema } from "./reversion.ts";
import type { Slot } from "./slot.ts";

/** Range key of the record's item; reversions have `reversion#<id>`, ids sort by time. */
const RECORD_ENTRY = "record";
const REVERSION_PREFIX = "reversion#";

export interface RecordStore {
  /** The record, or the initial one when nobody has written it. Throws when the store is down. */
  read(): Promise<EnvironmentRecord>;
  /**
   * Writes `next` with `version` = `expected.version` + 1. Returns what was written, or undefined
   * when someone else wrote first.
   */
  replace(
    expected: EnvironmentRecord,
    next: EnvironmentRecord,
  ): Promise<EnvironmentRecord | undefined>;
  /** Returns false when an entry with this id is there already; that one is kept. */
  putReversion(reversion: Reversion): Promise<boolean>;
  /** Oldest first. */
  reversions(): Promise<Reversion[]>;
}

export function dynamoRecordStore(
  client: DynamoDBClient,
  table: string,
  environment: string,
  initialStable: Slot,
): RecordStore {
  const key = (entry: string) => ({ environment: { S: environment }, entry: { S: entry } });
  return {
    async read() {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key(RECORD_ENTRY), ConsistentRead: true }),
      );
      if (!Item?.["body"]?.S) return initialRecord(environment, initialStable);
      return environmentRecordSchema.parse(JSON.parse(Item["body"].S));
    },

    async replace(expected, next) {
      const written = { ...next, version: expected.version + 1 };
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...key(RECORD_ENTRY),
              version: { N: String(written.version) },
              body: { S: JSON.stringify(written) },
            },
            ...(expected.version === 0
              ? { ConditionExpression: "attribute_not_exists(entry)" }
              : {
                  ConditionExpression: "#version = :expected",
                  ExpressionAttributeNames: { "#version": "version" },
                  ExpressionAttributeValues: { ":expected": { N: String(expected.version) } },
                }),
          }),
        );
        return written;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },

    async putReversion(reversion) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...key(`${REVERSION_PREFIX}${reversion.id}`),
              body: { S: JSON.stringify(reversion) },
            },
            ConditionExpression: "attribute_not_exists(entry)",
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async reversions() {
      const found: Reversion[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: "environment = :environment AND begins_with(entry, :prefix)",
            ExpressionAttributeValues: {
              ":environment": { S: environment },
              ":prefix": { S: REVERSION_PREFIX },
            },
            ConsistentRead: true,
            ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
          }),
        );
        for (const item of page.Items ?? []) {
          found.push(reversionSchema.parse(JSON.parse(item["body"]?.S ?? "null")));
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    },
  };
}
