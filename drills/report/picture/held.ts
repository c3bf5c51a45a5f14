/** How long each state was held: looks show states at moments, stamps say when they changed. */
import type { TimelineEventName } from "../../verdict/record.ts";
import type { JournalSample } from "../../watch/samples.ts";
import type { RunReport } from "../model.ts";

/** Milliseconds since the fault. */
export interface Held<T> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: T;
}

/**
 * The states that `valueOf` sees in a run's samples, equal neighbours as one. Between two looks that
 * differ the change is put where one of the events `changes` is stamped, else at the later look.
 */
export function held<T>(
  run: RunReport,
  valueOf: (sample: JournalSample) => T,
  changes: readonly TimelineEventName[],
): Held<T>[] {
  const stamps = run.timeline
    .filter((entry) => changes.includes(entry.event))
    .map((entry) => Date.parse(entry.at) - run.zeroMs);
  const spans: Held<T>[] = [];
  for (const sample of run.samples) {
    const at = Date.parse(sample.at) - run.zeroMs;
    const value = valueOf(sample);
    const last = spans.at(-1);
    if (!last) {
      spans.push({ fromMs: at - sample.spanMs, toMs: at, value });
    } else if (JSON.stringify(last.value) === JSON.stringify(value)) {
      spans[spans.length - 1] = { ...last, toMs: at };
    } else {
      const change = stamps.find((stamp) => stamp > last.toMs && stamp <= at) ?? at;
      spans[spans.length - 1] = { ...last, toMs: change };
      spans.push({ fromMs: change, toMs: at, value });
    }
  }
  return spans;
}
