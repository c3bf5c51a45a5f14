/**
 * Where EventBridge Scheduler reads a schedule otherwise than the file: what it cannot do, and what is
 * to be known of what it does. Windows, dates, gates, rests and deadlines it knows nothing of: the
 * task that it starts judges them (see oneFire.ts). Pure.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
import { formatDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import { UTC } from "../../base/zone.ts";
import { eventBridgeCrons } from "./eventBridgeCron.ts";
import { Gap, type Occurrence, occurrences, Overlap, type Timing } from "./occurrences.ts";
import { Concurrency, type Schedule } from "./schedule.ts";
import { wallStamp } from "./stamps.ts";
import { DAY_MS, stretchesOf } from "./zoneDays.ts";

/** Rules of zones repeat yearly, and days of the week within six years. */
const LOOK_AHEAD_DAYS = 6 * 366;
/** No zone has ever put its clocks forward or back by more. */
const LONGEST_CHANGE_MS = DAY_MS;
/** Scheduler is up to a minute late, and Fargate takes about another until a task runs. */
const LATE_MS = 180_000;

/** What keeps a schedule from being run by EventBridge Scheduler; each field is a member's name. */
export function eventBridgeProblems(schedule: Schedule, nowMs: number): Problem[] {
  const { timing, concurrency } = schedule;
  const problems: Problem[] = [];
  if (!eventBridgeCrons(timing.cron.text)) {
    const allowed = "an expression that EventBridge Scheduler has: it knows no LW";
    const fix = "name the days, or run it with `backout drill schedule FILE`";
    problems.push({ field: "cron", value: timing.cron.text, allowed, fix });
  }
  const gap =
    timing.gap === Gap.Next ? firstAtChange({ ...timing, gap: Gap.Skip }, nowMs, "gap") : null;
  if (gap) {
    problems.push({
      field: "gap",
      value: Gap.Next,
      allowed: "skip: EventBridge Scheduler leaves out a local time that the clocks skip",
      fix: `the first is ${wallStamp(gap.wallMs)} in ${timing.zone}; choose skip, or an hour that no clock skips`,
    });
  }
  const twice = timing.overlap === Overlap.Twice ? repeated(timing, nowMs) : null;
  if (twice) {
    problems.push({
      field: "overlap",
      value: Overlap.Twice,
      allowed: "once: EventBridge Scheduler runs a local time that the clocks repeat only once",
      fix: `the first is ${wallStamp(twice.wallMs)} in ${timing.zone}; choose once, or an hour that no clock repeats`,
    });
  }
  if (concurrency === Concurrency.Replace) {
    problems.push({
      field: "concurrency",
      value: concurrency,
      allowed: "forbid or allow: a fire's task cannot interrupt another's drill",
      fix: "choose one of them, or run it with `backout drill schedule FILE`",
    });
  }
  return problems;
}

/** Sentences for a person at preview. */
export function eventBridgeNotes(schedule: Schedule, nowMs: number): string[] {
  const { name, timing, windows, blockedDates, jitterMs, startDeadlineMs, paused } = schedule;
  const notes: string[] = [];
  const say = (note: string): void => void notes.push(`schedule ${name}: ${note}`);
  if (paused)
    say("it is paused: EventBridge's schedule is disabled, and no fire is noted as missed");
  const { length: expressions } = eventBridgeCrons(timing.cron.text) ?? [];
  if (expressions > 1) {
    say(
      `"${timing.cron.text}" takes ${expressions} schedules, for EventBridge takes a day of month or a ` +
        "day of week; where two name one time, the first of their tasks runs it and the others end",
    );
  }
  const twice = repeated({ ...timing, overlap: Overlap.Once }, nowMs);
  if (twice) {
    say(
      `the clocks of ${timing.zone} repeat ${wallStamp(twice.wallMs)}: EventBridge runs it once and does ` +
        "not say which; should it be the second, it is noted as missed",
    );
  }
  if (windows || blockedDates.length > 0) {
    say(
      "EventBridge starts a task at every time of it; on blocked dates and outside its windows that ends at once",
    );
  }
  if (jitterMs > 0) {
    say(
      `its task waits out the jitter, up to ${formatDuration(jitterMs)}, and costs as long as it waits`,
    );
  }
  if (startDeadlineMs < LATE_MS) {
    say(
      `its start deadline is ${formatDuration(startDeadlineMs)}, and EventBridge is up to 1m late, Fargate ` +
        "about another: fires will be missed",
    );
  }
  return notes;
}

function repeated(timing: Timing, nowMs: number): Occurrence | null {
  return firstAtChange({ ...timing, overlap: Overlap.Once }, nowMs, "overlap");
}

/** The first time that `timing` names and that falls into a change of the clocks; null for none. */
function firstAtChange(timing: Timing, nowMs: number, kind: "gap" | "overlap"): Occurrence | null {
  if (timing.zone === UTC) return null;
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  for (let day = 0; day < LOOK_AHEAD_DAYS; day++) {
    const dayMs = today + day * DAY_MS;
    const changes = stretchesOf(dayMs, timing.zone).filter(
      ({ offsetMs, offsetBeforeMs }) => offsetMs !== offsetBeforeMs,
    );
    for (const { fromMs } of changes) {
      // What is repeated comes after the change, what is skipped stands at it.
      for (const found of occurrences(timing, Math.max(nowMs, fromMs - 1))) {
        if (found.atMs > fromMs + LONGEST_CHANGE_MS) break;
        if (found.skipped === kind) return found;
      }
    }
  }
  return null;
}
