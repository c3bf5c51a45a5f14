/** The shortest time between two fires of an expression. Pure. */
import type { Cron } from "./cron.ts";

/** Five years from a leap year on hold every neighbourhood of months that there is. */
const FROM_MS = Date.UTC(2024, 0, 1);
const TO_MS = Date.UTC(2029, 0, 1);
/** More than the minutes of a day: what repeats daily has been seen whole. */
const ENOUGH = 2_000;

/** Milliseconds between two local times next to each other; Infinity when five years hold only one. */
export function shortestInterval(cron: Cron): number {
  let shortest = Number.POSITIVE_INFINITY;
  let last = cron.nextAtOrAfter(FROM_MS);
  for (let count = 0; count < ENOUGH && shortest > 60_000; count++) {
    const next = cron.nextAtOrAfter(last + 60_000);
    if (next >= TO_MS) break;
    shortest = Math.min(shortest, next - last);
    last = next;
  }
  return shortest;
}
