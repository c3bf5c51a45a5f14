/** One table and the tables of the account. */
import type { Clock } from "../../base/clock.ts";
import { ACCOUNT_ID, arn, AwsError, REGION } from "../service.ts";
import { constraint } from "./errors.ts";
import { isDeleted, SWEEP_MS } from "./expiry.ts";
import type { KeySchema } from "./keys.ts";
import { Rows } from "./rows.ts";

/**
 * Nominal milliseconds that a table takes to become ACTIVE, and to disappear. AWS takes some seconds
 * and documents no number.
 */
export const TRANSITION_MS = 1000;

export interface Table {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly schema: KeySchema;
  readonly createdAtMs: number;
  deletedAtMs: number | undefined;
  deletionProtection: boolean;
  /** The attribute that holds an expiry time, in epoch seconds. */
  timeToLive: string | undefined;
  timeToLiveChangedAtMs: number | undefined;
  /** When the table was last searched for expired items. */
  sweptAtMs: number;
  pointInTimeRecovery: { readonly enabledAtMs: number; readonly periodDays: number } | undefined;
  readonly tags: Map<string, string>;
  readonly rows: Rows;
}

export class Tables {
  readonly #clock: Clock;
  readonly #tables = new Map<string, Table>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sorted by name. */
  list(): Table[] {
    return [...this.#tables.values()]
      .filter((table) => !this.#gone(table))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(nameOrArn: string): Table | undefined {
    const table = this.#tables.get(tableName(nameOrArn));
    return table && !this.#gone(table) ? table : undefined;
  }

  add(table: Table): void {
    this.#tables.set(table.name, table);
  }

  status(table: Table): "CREATING" | "ACTIVE" | "DELETING" {
    if (table.deletedAtMs !== undefined) return "DELETING";
    return this.#clock.now() >= table.createdAtMs + TRANSITION_MS ? "ACTIVE" : "CREATING";
  }

  /** For control operations: any table. Throws ResourceNotFoundException. */
  named(name: string | undefined): Table {
    const checked = checkName(name);
    const table = this.find(checked);
    if (table) return table;
    throw notFound(`Requested resource not found: Table: ${tableName(checked)} not found`);
  }

  /** For items: a table that is ACTIVE; on any other AWS answers as if there were none. */
  active(name: string | undefined): Table {
    const table = this.find(checkName(name));
    if (!table || this.status(table) !== "ACTIVE") throw notFound("Requested resource not found");
    this.#sweep(table);
    return table;
  }

  /** Does what DynamoDB does in the background, before anybody could see that it was not done. */
  #sweep(table: Table): void {
    const now = this.#clock.now();
    const { timeToLive, rows } = table;
    if (timeToLive === undefined || now < table.sweptAtMs + SWEEP_MS) return;
    table.sweptAtMs = now;
    for (const item of rows.all()) if (isDeleted(item, timeToLive, now)) rows.delete(item);
  }

  /** By ARN alone, as the tag operations want it. */
  byArn(resourceArn: string | undefined): Table {
    const table = resourceArn?.startsWith("arn:") ? this.find(resourceArn) : undefined;
    if (table) return table;
    throw notFound(`Requested resource not found: ResourcArn: ${resourceArn} not found`);
  }

  #gone(table: Table): boolean {
    return (
      table.deletedAtMs !== undefined && this.#clock.now() >= table.deletedAtMs + TRANSITION_MS
    );
  }
}

export function newTable(
  name: string,
  schema: KeySchema,
  createdAtMs: number,
  id: string,
  deletionProtection: boolean,
): Table {
  return {
    name,
    id,
    arn: tableArn(name),
    schema,
    createdAtMs,
    deletedAtMs: undefined,
    deletionProtection,
    timeToLive: undefined,
    timeToLiveChangedAtMs: undefined,
    sweptAtMs: createdAtMs,
    pointInTimeRecovery: undefined,
    tags: new Map(),
    rows: new Rows(schema),
  };
}

export function tableArn(nameOrArn: string): string {
  return arn("dynamodb", `table/${tableName(nameOrArn)}`);
}

function tableName(nameOrArn: string): string {
  const prefix = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/`;
  return nameOrArn.startsWith(prefix) ? nameOrArn.slice(prefix.length) : nameOrArn;
}

/** Table names have 3 to 255 characters of `[a-zA-Z0-9_.-]`. */
export function checkName(name: string | undefined): string {
  if (name === undefined) throw constraint("null", "tableName", "Member must not be null");
  if (!/^[a-zA-Z0-9_.-]+$/.test(tableName(name))) {
    const rule = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    throw constraint(`'${name}'`, "tableName", rule);
  }
  const length = tableName(name).length;
  if (length < 3) {
    const rule = "Member must have length greater than or equal to 3";
    throw constraint(`'${name}'`, "tableName", rule);
  }
  if (length > 255) {
    const rule = "Member must have length less than or equal to 255";
    throw constraint(`'${name}'`, "tableName", rule);
  }
  return name;
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
