/**
 * What is remembered of the last resort: an item of its own beside the environment's record, so that
 * nothing here can make a rollout or a reversion lose a race for that one.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { z } from "zod";

const by = z.enum(["watchdog", "person"]);

/** All times are the environment's clock, ISO 8601. */
export const lastResortStateSchema = z.object({
  schemaVersion: z.literal(1),
  /** Rises by one with every write; 0 for one that was never written. */
  version: z.int().min(0),
  /** Since when no side was fit for the traffic that it gets; null while one is. */
  badSince: z.iso.datetime().nullable(),
  /** Since when every side with traffic has been good again. */
  wellSince: z.iso.datetime().nullable(),
  /** Null while requests go to the slots. */
  on: z.object({ at: z.iso.datetime(), by, why: z.string() }).nullable(),
  /** A person switched it off: it stays so until a side was good once. */
  heldOff: z.boolean(),
  /** Newest first. */
  switched: z.array(z.object({ at: z.iso.datetime(), on: z.boolean(), by, why: z.string() })),
});
export type LastResortState = z.infer<typeof lastResortStateSchema>;

export const INITIAL_STATE: LastResortState = {
  schemaVersion: 1,
  version: 0,
  badSince: null,
  wellSince: null,
  on: null,
  heldOff: false,
  switched: [],
};

/** As many switches are remembered. */
export const SWITCHES_KEPT = 20;

export interface LastResortStore {
  read(): Promise<LastResortState>;
  /** As the record's: undefined when someone else wrote first. */
  replace(expected: LastResortState, next: LastResortState): Promise<LastResortState | undefined>;
}

/** Range key of the item, in the table of the record. */
const ENTRY = "last-resort";

export function dynamoLastResortStore(
  client: DynamoDBClient,
  table: string,
  environment: string,
): LastResortStore {
  const key = { environment: { S: environment }, entry: { S: ENTRY } };
  return {
    async read() {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      const body = Item?.["body"]?.S;
      return body === undefined ? INITIAL_STATE : lastResortStateSchema.parse(JSON.parse(body));
    },
    async replace(expected, next) {
      const written = { ...next, version: expected.version + 1 };
      const unchanged =
        expected.version === 0
          ? { ConditionExpression: "attribute_not_exists(entry)" }
          : {
              ConditionExpression: "#version = :expected",
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":expected": { N: String(expected.version) } },
            };
      const Item = {
        ...key,
        version: { N: String(written.version) },
        body: { S: JSON.stringify(written) },
      };
      try {
        await client.send(new PutItemCommand({ TableName: table, Item, ...unchanged }));
        return written;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}
