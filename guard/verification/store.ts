/** Verifications and the note of the way back in the record's table, as items of their own. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Verification, verificationSchema } from "./verification.ts";
import { type WayBackNote, wayBackNoteSchema } from "./wayBack.ts";

/**
 * Not in the environment's record: a note every minute would rise its version, and every rollout's
 * conditional write would lose against it.
 */
const ENTRY = { current: "verification", ofId: "verification#", wayBack: "way-back" } as const;

export interface VerificationStore {
  /** Of the last homecoming; undefined when none was ever verified. */
  current(): Promise<Verification | undefined>;
  /** Writes `next` unless somebody else wrote since `expected` was read: then it returns false. */
  replace(expected: Verification | undefined, next: Verification): Promise<boolean>;
  /** Keeps a final one beside its reversion, under the same id, when the next one takes its place. */
  keep(verification: Verification): Promise<void>;
  /** One that was kept; undefined when none was. */
  ofId(id: string): Promise<Verification | undefined>;
  wayBack(): Promise<WayBackNote | undefined>;
  noteWayBack(note: WayBackNote): Promise<void>;
}

export function dynamoVerificationStore(
  client: DynamoDBClient,
  table: string,
  environment: string,
): VerificationStore {
  const key = (entry: string) => ({ environment: { S: environment }, entry: { S: entry } });
  const read = async (entry: string): Promise<unknown> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: key(entry), ConsistentRead: true }),
    );
    const text = Item?.["body"]?.S;
    return text === undefined ? undefined : JSON.parse(text);
  };
  const put = (entry: string, body: object): PutItemCommand =>
    new PutItemCommand({
      TableName: table,
      Item: { ...key(entry), body: { S: JSON.stringify(body) } },
    });

  return {
    current: async () => verificationSchema.optional().parse(await read(ENTRY.current)),

    async replace(expected, next) {
      const { input } = put(ENTRY.current, next);
      try {
        await client.send(
          new PutItemCommand({
            ...input,
            Item: { ...input.Item, version: { N: String(next.version) } },
            ...(expected === undefined
              ? { ConditionExpression: "attribute_not_exists(entry)" }
              : {
                  ConditionExpression: "#version = :expected",
                  ExpressionAttributeNames: { "#version": "version" },
                  ExpressionAttributeValues: { ":expected": { N: String(expected.version) } },
                }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async keep(verification) {
      await client.send(put(`${ENTRY.ofId}${verification.id}`, verification));
    },

    ofId: async (id) => verificationSchema.optional().parse(await read(`${ENTRY.ofId}${id}`)),

    wayBack: async () => wayBackNoteSchema.optional().parse(await read(ENTRY.wayBack)),

    async noteWayBack(note) {
      await client.send(put(ENTRY.wayBack, note));
    },
  };
}
