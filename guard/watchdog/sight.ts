/**
 * Since when the watchdog has found a candidate bad, kept between its rounds: the second way home is
 * the second. The alarms get the time they need at worst; were it quicker than they are, it would
 * bring everything home itself, and no drill could tell whether they still work.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import type { Slot } from "../slot.ts";

const sightSchema = z.object({
  slot: z.enum(["blue", "green"]),
  /** The candidate's shift that it is about: what was seen of one says nothing of the next. */
  shift: z.string(),
  /** The environment's clock, ISO 8601. */
  since: z.iso.datetime(),
});
export type Sight = z.infer<typeof sightSchema>;

export interface SightStore {
  /** Null for none. */
  read(): Promise<Sight | null>;
  write(sight: Sight | null): Promise<void>;
}

/**
 * Nominal milliseconds from the first bad round to the round that may act. The first one comes up to a
 * minute after the release went bad, so an alarm of one 60-second datapoint has had two to three
 * minutes then, which but for its very worst case (see judge/detection.ts) is enough.
 */
export const PATIENCE_MS = 120_000;

/** The sight that holds after a bad round: the first one's, as long as nothing good came between. */
export function sightOf(
  before: Sight | null,
  slot: Slot,
  shift: string,
  nowMs: number,
): { readonly sight: Sight; readonly mayAct: boolean } {
  const isKnown = before?.slot === slot && before.shift === shift;
  const sight = isKnown ? before : { slot, shift, since: new Date(nowMs).toISOString() };
  return { sight, mayAct: nowMs - Date.parse(sight.since) >= PATIENCE_MS };
}

/** Range key of the item, in the table of the record. */
const ENTRY = "watchdog-sight";

/** Only the watchdog writes it, and of two rounds at once either may win: both saw the same. */
export function dynamoSightStore(
  client: DynamoDBClient,
  table: string,
  environment: string,
): SightStore {
  const key = { environment: { S: environment }, entry: { S: ENTRY } };
  return {
    async read() {
      const get = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
      const body = (await client.send(get)).Item?.["body"]?.S;
      return body === undefined ? null : sightSchema.nullable().parse(JSON.parse(body));
    },
    async write(sight) {
      const Item = { ...key, body: { S: JSON.stringify(sight) } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },
  };
}
