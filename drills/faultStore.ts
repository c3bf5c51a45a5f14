/** Fault leases and the sidecars' reports in DynamoDB: one lease a slot, taken under a condition. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { environmentError } from "../base/errors.ts";
import type { Slot } from "../guard/slot.ts";
import {
  type FaultLease,
  LEASE_ENTRY,
  leaseSchema,
  SIDECAR_ENTRY_PREFIX,
  type SidecarReport,
  sidecarReportSchema,
} from "../sidecar/lease.ts";

/** The code of the error that reading throws where there is no fault table. */
export const NO_FAULT_SIDECAR = "no-fault-sidecar";

/** Reading throws BackoutError `no-fault-sidecar` where the table is missing. */
export interface FaultStore {
  /** @throws BackoutError `slot-leased` while another lease of this slot is unexpired. */
  putLease(lease: FaultLease): Promise<void>;
  /** Removes this lease and no other; does nothing when it is gone. */
  removeLease(slot: Slot, leaseId: string): Promise<void>;
  /** The slot's lease, expired or not. */
  lease(slot: Slot): Promise<FaultLease | null>;
  /** What every sidecar that ever served this slot said last. */
  reports(slot: Slot): Promise<SidecarReport[]>;
}

/** @param wallNow milliseconds since the epoch: leases expire in wall time */
export function dynamoFaultStore(
  client: DynamoDBClient,
  table: string,
  wallNow: () => number,
): FaultStore {
  const readLease = async (slot: Slot): Promise<FaultLease | null> => {
    const { Item } = await client
      .send(new GetItemCommand({ TableName: table, Key: leaseKey(slot), ConsistentRead: true }))
      .catch(explainMissingTable);
    const body = Item?.["body"]?.S;
    return body === undefined ? null : leaseSchema.parse(JSON.parse(body));
  };

  return {
    lease: readLease,

    async putLease(lease) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...leaseKey(lease.slot),
              leaseId: { S: lease.leaseId },
              expiresAtMs: { N: String(Date.parse(lease.expiresAt)) },
              body: { S: JSON.stringify(lease) },
            },
            // Its own lease may be written again: an SDK retry after a lost answer is no conflict.
            ConditionExpression:
              "attribute_not_exists(entry) OR expiresAtMs <= :now OR leaseId = :own",
            ExpressionAttributeValues: {
              ":now": { N: String(wallNow()) },
              ":own": { S: lease.leaseId },
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const other = await readLease(lease.slot);
        throw environmentError(
          "slot-leased",
          `slot ${lease.slot} already has a fault: lease ${other?.leaseId ?? "unknown"} of ` +
            `${other?.holder ?? "another run"}, until ${other?.expiresAt ?? "unknown"}`,
          "wait until that drill ends, or remove what a dead one left with `backout drill sweep`",
          error,
        );
      }
    },

    async removeLease(slot, leaseId) {
      try {
        await client.send(
          new DeleteItemCommand({
            TableName: table,
            Key: leaseKey(slot),
            ConditionExpression: "leaseId = :own",
            ExpressionAttributeValues: { ":own": { S: leaseId } },
          }),
        );
      } catch (error) {
        // Gone, or another drill's by now: either way this lease is there no more.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async reports(slot) {
      const found: SidecarReport[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const query = new QueryCommand({
          TableName: table,
          KeyConditionExpression: "slot = :slot AND begins_with(entry, :prefix)",
          ExpressionAttributeValues: {
            ":slot": { S: slot },
            ":prefix": { S: SIDECAR_ENTRY_PREFIX },
          },
          ConsistentRead: true,
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        });
        const page = await client.send(query).catch(explainMissingTable);
        for (const item of page.Items ?? []) {
          found.push(sidecarReportSchema.parse(JSON.parse(item["body"]?.S ?? "null")));
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    },
  };
}

/** The table is made with the sidecars, and only with them. */
function explainMissingTable(error: unknown): never {
  if (!(error instanceof ResourceNotFoundException)) throw error;
  throw environmentError(
    NO_FAULT_SIDECAR,
    "the workload has no fault sidecar: set backout:faultSidecarImage",
    undefined,
    error,
  );
}

function leaseKey(slot: Slot): Record<string, AttributeValue> {
  return { slot: { S: slot }, entry: { S: LEASE_ENTRY } };
}
