/** The next fires of several schedules in one order, and what is skipped in between. Pure. */
import type { Schedule } from "./schedule.ts";
import { type Due, upcoming } from "./upcoming.ts";

export interface PreviewedFire {
  readonly schedule: Schedule;
  readonly due: Due;
}

/** Skipped fires of one schedule, next to each other and for the same reason. */
export interface PreviewedSkip extends PreviewedFire {
  readonly last: Due;
  readonly times: number;
}

export interface Preview {
  readonly fires: readonly PreviewedFire[];
  readonly skipped: readonly PreviewedSkip[];
}

/** A schedule that is paused or whose windows are shut is not followed further than this. */
const MOST_SKIPPED_IN_A_ROW = 5_000;

/** The next `count` fires of all `schedules` strictly after `fromMs`. */
export function preview(schedules: readonly Schedule[], fromMs: number, count: number): Preview {
  const lanes = schedules.map((schedule) => new Lane(schedule, fromMs));
  const fires: PreviewedFire[] = [];
  const skipped: PreviewedSkip[] = [];
  /** By schedule: where its skips since its last fire are going on. */
  const open = new Map<Schedule, number>();
  while (fires.length < count) {
    const [next] = lanes
      .filter((lane) => lane.head !== undefined)
      .sort((a, b) => (a.head?.startMs ?? 0) - (b.head?.startMs ?? 0));
    const due = next?.head;
    if (!next || !due) break;
    const { schedule } = next;
    next.advance();
    if (due.refusal === null) {
      fires.push({ schedule, due });
      open.delete(schedule);
      continue;
    }
    const index = open.get(schedule) ?? -1;
    const before = skipped[index];
    if (before && before.due.refusal?.detail === due.refusal.detail) {
      skipped[index] = { ...before, last: due, times: before.times + 1 };
    } else {
      open.set(schedule, skipped.push({ schedule, due, last: due, times: 1 }) - 1);
    }
  }
  return { fires, skipped };
}

/** One schedule's occurrences, of which the first is in reach. */
class Lane {
  readonly schedule: Schedule;
  readonly #dues: Generator<Due, void>;
  #skippedInARow = 0;
  head: Due | undefined;

  constructor(schedule: Schedule, fromMs: number) {
    this.schedule = schedule;
    this.#dues = upcoming(schedule, fromMs);
    this.advance();
  }

  advance(): void {
    const next = this.#dues.next();
    this.head = next.done ? undefined : next.value;
    this.#skippedInARow = this.head?.refusal ? this.#skippedInARow + 1 : 0;
    if (this.#skippedInARow > MOST_SKIPPED_IN_A_ROW) this.head = undefined;
  }
}
