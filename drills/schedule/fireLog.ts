/**
 * What became of an environment's fires where no daemon keeps a file: the same entries as in the
 * daemon's state, in the environment's fault table, each written under the condition that nobody has
 * written since they were read. So of two tasks that decide at once one decides anew.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { hexId } from "../../base/ids.ts";
import { explainMissingTable } from "../stop.ts";
import { type StateEntry, stateEntrySchema } from "./stateEntry.ts";

export interface FireLog {
  read(): Promise<FireHistory>;
  /** False when somebody wrote after `history` was read: nothing was written then. */
  append(history: FireHistory, entry: StateEntry): Promise<boolean>;
  /** Says that the fire's task is alive at `wallMs`. */
  beat(fire: string, wallMs: number): Promise<void>;
  /** Null: it never was. */
  lastBeat(fire: string): Promise<number | null>;
}

export interface FireHistory {
  /** The newest of them, oldest first. */
  readonly entries: readonly StateEntry[];
  /** Number of the last one; 0 before the first. */
  readonly last: number;
}

/** No slot has these names. */
const FIRES = "drill-fires";
const BEATS = "drill-fire-beats";
/** Some hundred fires: rests, runs and deadlines reach no further back. */
const NEWEST = 1_000;

/** @param table the environment's fault table */
export function dynamoFireLog(client: DynamoDBClient, table: string): FireLog {
  const writer = { S: hexId(16) };
  return {
    async read() {
      const query = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "slot = :fires",
        ExpressionAttributeValues: { ":fires": { S: FIRES } },
        ScanIndexForward: false,
        Limit: NEWEST,
        ConsistentRead: true,
      });
      const { Items = [] } = await client.send(query).catch(explainMissingTable);
      const entries = Items.map((item) =>
        stateEntrySchema.parse(JSON.parse(item["body"]?.S ?? "null")),
      );
      return { entries: entries.toReversed(), last: Number(Items[0]?.["entry"]?.S ?? 0) };
    },

    async append({ last }, entry) {
      const body = { S: JSON.stringify(entry) };
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...key(FIRES, numbered(last + 1)), body, writer },
        // Its own entry may be written again: an SDK retry after a lost answer is no conflict.
        ConditionExpression: "attribute_not_exists(entry) OR (writer = :writer AND body = :body)",
        ExpressionAttributeValues: { ":body": body, ":writer": writer },
      });
      try {
        await client.send(put);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async beat(fire, wallMs) {
      const Item = { ...key(BEATS, fire), wallMs: { N: String(Math.round(wallMs)) } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async lastBeat(fire) {
      const get = { TableName: table, Key: key(BEATS, fire), ConsistentRead: true };
      const { Item } = await client.send(new GetItemCommand(get));
      return Item?.["wallMs"]?.N === undefined ? null : Number(Item["wallMs"].N);
    },
  };
}

function key(slot: string, entry: string) {
  return { slot: { S: slot }, entry: { S: entry } };
}

/** Sorts as text as it does as a number. */
function numbered(count: number): string {
  return String(count).padStart(12, "0");
}
