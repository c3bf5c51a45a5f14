/**
 * Follows the slot's lease in the fault table and reports what the sidecar really does. While the
 * table is unreachable the last lease is obeyed until it expires by itself.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { messageOf } from "../base/errors.ts";
import { isExpired } from "./inject.ts";
import {
  type FaultLease,
  LEASE_ENTRY,
  leaseSchema,
  SIDECAR_ENTRY_PREFIX,
  type SidecarReport,
} from "./lease.ts";

export interface LeaseWatchOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly slot: "blue" | "green";
  readonly sidecarId: string;
  /** Wall milliseconds between two looks at the lease. */
  readonly pollMs: number;
  readonly log: (line: string) => void;
}

/** A report is renewed after this many looks even when nothing changed, so that it stays fresh. */
const LOOKS_PER_REPORT = 5;

export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #lease: FaultLease | null = null;
  #activeSince: string | null = null;
  #injected = 0;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #stopped = false;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  get lease(): FaultLease | null {
    return this.#lease;
  }

  countInjected(): void {
    this.#injected++;
  }

  /** Looks once, reports, and goes on looking. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.start(), this.#options.pollMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const changed = this.#obey(await this.#read());
      if (changed || this.#looks % LOOKS_PER_REPORT === 0) await this.#report();
      this.#looks++;
    } catch (error) {
      this.#options.log(`the fault table is unreachable: ${messageOf(error)}`);
      if (this.#lease && isExpired(this.#lease, Date.now())) this.#obey(null);
    }
  }

  /** Returns whether another lease (or none) is obeyed now. */
  #obey(found: FaultLease | null): boolean {
    const lease = found && !isExpired(found, Date.now()) ? found : null;
    const changed = lease?.leaseId !== this.#lease?.leaseId;
    this.#lease = lease;
    if (changed) {
      this.#activeSince = lease ? new Date().toISOString() : null;
      this.#injected = 0;
    }
    return changed;
  }

  async #read(): Promise<FaultLease | null> {
    const { client, table, slot } = this.#options;
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: table,
        Key: { slot: { S: slot }, entry: { S: LEASE_ENTRY } },
        ConsistentRead: true,
      }),
    );
    const body = Item?.["body"]?.S;
    return body === undefined ? null : leaseSchema.parse(JSON.parse(body));
  }

  async #report(): Promise<void> {
    const { client, table, slot, sidecarId } = this.#options;
    const report: SidecarReport = {
      schemaVersion: 1,
      slot,
      sidecarId,
      leaseId: this.#lease?.leaseId ?? null,
      activeSince: this.#activeSince,
      injected: this.#injected,
      reportedAt: new Date().toISOString(),
    };
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          slot: { S: slot },
          entry: { S: `${SIDECAR_ENTRY_PREFIX}${sidecarId}` },
          body: { S: JSON.stringify(report) },
        },
      }),
    );
  }
}
