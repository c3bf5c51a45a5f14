/** One slot's part of the fault table as a sidecar sees it: its lease, and the sidecars' reports. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  type FaultLease,
  LEASE_ENTRY,
  leaseSchema,
  SIDECAR_ENTRY_PREFIX,
  type SidecarReport,
  sidecarReportSchema,
} from "./lease.ts";

export interface FaultTable {
  /** The slot's lease, expired or not. */
  lease(): Promise<FaultLease | null>;
  /** What that sidecar said last. */
  report(sidecarId: string): Promise<SidecarReport | null>;
  putReport(report: SidecarReport): Promise<void>;
}

export function dynamoFaultTable(
  client: DynamoDBClient,
  table: string,
  slot: "blue" | "green",
): FaultTable {
  const read = async (entry: string): Promise<unknown> => {
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: table,
        Key: { slot: { S: slot }, entry: { S: entry } },
        ConsistentRead: true,
      }),
    );
    const body = Item?.["body"]?.S;
    return body === undefined ? null : JSON.parse(body);
  };
  return {
    lease: async () => leaseSchema.nullable().parse(await read(LEASE_ENTRY)),
    report: async (sidecarId) =>
      sidecarReportSchema.nullable().parse(await read(`${SIDECAR_ENTRY_PREFIX}${sidecarId}`)),
    async putReport(report) {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            slot: { S: slot },
            entry: { S: `${SIDECAR_ENTRY_PREFIX}${report.sidecarId}` },
            body: { S: JSON.stringify(report) },
          },
        }),
      );
    },
  };
}
