/**
 * Time to live: when an item has expired, and when DynamoDB has got round to deleting it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
import type { Item } from "./values.ts";

const DAY_MS = 86_400_000;

/**
 * Nominal time from an item's expiry to its deletion. AWS deletes "within a few days"; until then
 * "items that have expired … will still show up in reads, queries, and scans". The lab takes the
 * two days that the API reference calls typical, so that nobody relies on less.
 */
export const DELETION_DELAY_MS = 2 * DAY_MS;

/** "Items with a timestamp older than five years" are not deleted. */
const OLDEST_MS = 5 * 365 * DAY_MS;

/** Nominal time between two searches of a table for expired items. */
export const SWEEP_MS = 3_600_000;

/** Whether an item is deleted by now. Only a number, in epoch seconds, makes an item expire. */
export function isDeleted(item: Item, attribute: string, nowMs: number): boolean {
  const value = item[attribute];
  if (!value || !("N" in value)) return false;
  const overdueMs = nowMs - Number(value.N) * 1000;
  return overdueMs >= DELETION_DELAY_MS && overdueMs < OLDEST_MS;
}
