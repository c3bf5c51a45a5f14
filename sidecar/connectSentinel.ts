/** The sentinel over AWS: the environment's record, the fault table, and the guard's function. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { dynamoRecordStore } from "../guard/recordStore.ts";
import { Slot } from "../guard/slot.ts";
import { CountHistory } from "./countHistory.ts";
import { dynamoCountsTable } from "./countsTable.ts";
import { SentinelWatch } from "./sentinelWatch.ts";

/** What a sidecar is told of its sentinel, as JSON in BACKOUT_SENTINEL. */
const ordersSchema = z.object({
  environment: z.string(),
  initialStable: z.enum(Slot),
  recordTable: z.string(),
  guardFunction: z.string(),
  falseReversions: z.number().gt(0).lt(1),
  /** Tasks of a slot. */
  tasks: z.int().min(1),
  /** Above this an answer is slow. */
  slowSeconds: z.number().gt(0),
});
export type SentinelOrders = z.infer<typeof ordersSchema>;

export interface SentinelPlace {
  readonly slot: Slot;
  readonly sidecarId: string;
  /** The fault table. */
  readonly table: string;
  readonly lookMs: number;
  /** The wall, but in a simulation. */
  readonly clock: Clock;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly log: (line: string) => void;
}

/** @throws when the orders are not what they should be: the task must not run unwatched */
export function connectSentinel(
  orders: string,
  { slot, sidecarId, table, lookMs, clock, dynamodb, lambda, log }: SentinelPlace,
): { readonly history: CountHistory; readonly watch: SentinelWatch } {
  const told = ordersSchema.parse(JSON.parse(orders));
  const { environment, initialStable, recordTable, guardFunction } = told;
  const store = dynamoRecordStore(dynamodb, recordTable, environment, initialStable);
  const history = new CountHistory(lookMs, told.slowSeconds);
  const watch = new SentinelWatch({
    slot,
    sidecarId,
    settings: { falseReversions: told.falseReversions, tasks: told.tasks },
    history,
    readRecord: () => store.read(),
    table: dynamoCountsTable(dynamodb, table),
    callGuard: async (event) => {
      await lambda.send(
        new InvokeCommand({
          FunctionName: guardFunction,
          InvocationType: "Event",
          Payload: Buffer.from(JSON.stringify(event)),
        }),
      );
    },
    lookMs,
    clock,
    log,
  });
  return { history, watch };
}
