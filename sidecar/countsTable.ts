/** What the sidecars of both slots tell each other during a rollout, in the fault table. */
import { type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { Slot } from "../guard/slot.ts";
import { countsSchema } from "./countHistory.ts";

/** One item per sidecar: hash key `slot`, range key `entry` = `counts#<id>`. */
export const countsReportSchema = z.object({
  schemaVersion: z.literal(1),
  slot: z.enum(Slot),
  sidecarId: z.string(),
  /** Which shift of traffic this was counted in (`shiftOf`); of another one it says nothing. */
  shift: z.string(),
  /** What this slot had answered in the ten minutes before. */
  control: countsSchema,
  /** The last whole stretch that is counted; up to 30 before it are told, but for empty ones. */
  through: z.int(),
  stretches: z.array(countsSchema.extend({ at: z.int() })).max(30),
});
export type CountsReport = z.infer<typeof countsReportSchema>;

export interface CountsTable {
  put(report: CountsReport): Promise<void>;
  /** What every sidecar that ever counted in this slot said last. */
  reports(slot: Slot): Promise<CountsReport[]>;
}

const PREFIX = "counts#";

export function dynamoCountsTable(client: DynamoDBClient, table: string): CountsTable {
  return {
    async put(report) {
      const Item = {
        slot: { S: report.slot },
        entry: { S: `${PREFIX}${report.sidecarId}` },
        body: { S: JSON.stringify(report) },
      };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },
    async reports(slot) {
      // A page holds 1 MB, hundreds of sidecars: more than that are not compared.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "slot = :slot AND begins_with(entry, :prefix)",
          ExpressionAttributeValues: { ":slot": { S: slot }, ":prefix": { S: PREFIX } },
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => countsReportSchema.parse(JSON.parse(item["body"]?.S ?? "null")));
    },
  };
}
