/**
 * The stop: one item in each environment's fault table, which every runner looks at every second,
 * wherever it runs. While it is there, no drill begins, and one that runs undoes everything and ends.
 */
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import { NO_FAULT_SIDECAR } from "./faultStore.ts";

/** Both keys of the item: no slot has this name. */
const STOP_KEY = { slot: { S: "drill-stop" }, entry: { S: "drill-stop" } } as const;

const stopSchema = z.object({
  schemaVersion: z.literal(1),
  /** Wall time. */
  at: z.iso.datetime(),
  /** Who stopped, as far as that machine knows: user and host. */
  by: z.string().max(256),
  reason: z.string().max(512),
});
export type Stop = z.infer<typeof stopSchema>;

export interface StopStore {
  /** Null: drills may run. @throws BackoutError `no-fault-sidecar` without a fault table */
  read(): Promise<Stop | null>;
  /** A second stop keeps the first one's word. Returns the one that holds. */
  put(stop: Stop): Promise<Stop>;
  clear(): Promise<void>;
}

/** @param table the environment's fault table */
export function dynamoStopStore(client: DynamoDBClient, table: string): StopStore {
  const read = async (): Promise<Stop | null> => {
    const get = new GetItemCommand({ TableName: table, Key: STOP_KEY, ConsistentRead: true });
    const { Item } = await client.send(get).catch(explainMissingTable);
    const body = Item?.["body"]?.S;
    // What cannot be understood is a stop all the same: somebody put it there.
    return body === undefined ? null : parseStop(body);
  };
  return {
    read,
    async put(stop) {
      const held = await read();
      if (held) return held;
      const Item = { ...STOP_KEY, body: { S: JSON.stringify(stop) } };
      await client.send(new PutItemCommand({ TableName: table, Item })).catch(explainMissingTable);
      return stop;
    },
    async clear() {
      await client
        .send(new DeleteItemCommand({ TableName: table, Key: STOP_KEY }))
        .catch(explainMissingTable);
    },
  };
}

function parseStop(body: string): Stop {
  try {
    return stopSchema.parse(JSON.parse(body));
  } catch {
    const at = new Date(0).toISOString();
    return { schemaVersion: 1, at, by: "unknown", reason: "written by another Backout" };
  }
}

export function stopWords({ at, by, reason }: Stop): string {
  return `drills are stopped since ${at} by ${by}: ${reason}`;
}

export function explainMissingTable(error: unknown): never {
  if (!(error instanceof ResourceNotFoundException)) throw error;
  throw environmentError(
    NO_FAULT_SIDECAR,
    "the workload has no fault sidecar, so no drill runs there: set backout:faultSidecarImage",
    undefined,
    error,
  );
}
