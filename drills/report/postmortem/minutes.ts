/** What the load balancer counted around a reversion, minute by minute, and which minutes are its impact. */
import type { Slot } from "../../../guard/slot.ts";

const MINUTE_MS = 60_000;
/** How far the middle of a minute may be off. */
export const HALF_MINUTE_MS = MINUTE_MS / 2;

/** A minute of CloudWatch's clock. */
export interface Minute {
  /** At which it begins. */
  readonly atMs: number;
  /** Of both slots, the watchdog's probes left out. */
  readonly requests: Readonly<Record<Slot, number>>;
  /** 5xx of the slot that was left, and connections that its targets refused. */
  readonly failed: number;
}

/** How far before the alarm, and after the reversion, minutes are read. */
export const LOOK = { beforeMs: 60 * MINUTE_MS, afterMs: 5 * MINUTE_MS } as const;

/** Minutes without a failure that still belong to one trouble. */
const GAP_MS = 5 * MINUTE_MS;

export interface Trouble {
  /** From the first minute with a failure to the last, all between them. */
  readonly minutes: readonly Minute[];
  readonly firstMs: number;
  /** The end of the last one. */
  readonly untilMs: number;
  /** Of the environment before it, per minute; null without a minute of that. */
  readonly usualPerMinute: number | null;
}

/** The last run of minutes with failures; null when no minute had one. */
export function troubleIn(minutes: readonly Minute[]): Trouble | null {
  const sorted = minutes.toSorted((a, b) => a.atMs - b.atMs);
  const bad = sorted.filter(({ failed }) => failed > 0);
  const last = bad.at(-1);
  if (!last) return null;
  let first = last;
  for (const minute of bad.toReversed()) {
    if (first.atMs - minute.atMs > GAP_MS) break;
    first = minute;
  }
  const before = sorted.filter(({ atMs }) => atMs < first.atMs);
  return {
    minutes: sorted.filter(({ atMs }) => atMs >= first.atMs && atMs <= last.atMs),
    firstMs: first.atMs,
    untilMs: last.atMs + MINUTE_MS,
    usualPerMinute: before.length === 0 ? null : requestsIn(before) / before.length,
  };
}

export function requestsIn(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { requests }) => sum + requests.blue + requests.green, 0);
}

export function failedIn(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { failed }) => sum + failed, 0);
}
