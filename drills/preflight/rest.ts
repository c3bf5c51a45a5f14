/** The pause after a drill in which its last metrics may still come, and with them an alarm. */
import { z } from "zod";
import { sleep } from "../../base/clock.ts";
import type { JournalEntry } from "../journal/journalEntry.ts";
import type { DrillPorts } from "../ports.ts";

/**
 * The last bad minute's metrics, and their alarm, may come after everything was seen in order: a minute,
 * its delay, and an evaluation. Nominal.
 */
const LATE_METRICS_MS = 180_000;

const ended = z.looseObject({ record: z.looseObject({ timeline: z.array(z.unknown()) }) });

/** Nominal milliseconds that are still to be waited after the journal's last drill; 0 for none. */
export function restMs(entries: readonly JournalEntry[], nowMs: number): number {
  const last = entries.findLast((entry) => entry.type === "swept" || brokeSomething(entry));
  if (!last) return 0;
  const sinceMs = nowMs - Date.parse(last.at);
  // A journal may hold the drills of another environment's clock: what lies ahead says nothing.
  return sinceMs < 0 ? 0 : Math.max(0, LATE_METRICS_MS - sinceMs);
}

/** A drill that was refused, or that was not run, has left nothing to come. */
function brokeSomething(entry: JournalEntry): boolean {
  if (entry.type !== "record") return false;
  return (ended.safeParse(entry).data?.record.timeline.length ?? 0) > 0;
}

/** @throws the signal's reason when it is aborted */
export async function restAfterLast(
  { clock, journal }: Pick<DrillPorts, "clock" | "journal">,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<void> {
  const waitMs = restMs(journal.entries(), clock.now());
  if (waitMs === 0) return;
  note(`waiting: the last drill's metrics may still come, for ${Math.ceil(waitMs / 1000)} s`);
  await sleep(clock, waitMs, signal);
}
