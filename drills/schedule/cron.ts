/**
 * Cron expressions over a calendar without zones: which local times they name. Croner reads the
 * calendar; daylight saving time is `occurrences.ts`'s business, so croner is asked in UTC alone.
 *
 * Day of month and day of week together: either is enough, as in every classic cron (POSIX crontab),
 * unless one of them is a bare asterisk. An asterisk with a step restricts, where Vixie's cron takes
 * it for a bare one.
 */
import { Cron as Croner } from "croner";
import type { Problem } from "../../base/errors.ts";
import { CRON_ALLOWED, cronSyntaxProblems } from "./cronFields.ts";

/** Local times are written as the milliseconds at which UTC shows them. */
export interface Cron {
  readonly text: string;
  /** The first local time at or after `wallMs` that the expression names. */
  nextAtOrAfter(wallMs: number): number;
}

interface ParsedCron {
  readonly cron: Cron | undefined;
  /** Empty exactly when there is a cron. */
  readonly problems: readonly Problem[];
}

/** The Gregorian calendar repeats itself, weekdays included, after 400 years. */
export const CALENDAR_CYCLE_MS = 146_097 * 86_400_000;
const CYCLE_START_MS = Date.UTC(2000, 0, 1);

/** The expression, or everything that is wrong with it: `at` is the field to name. */
export function parseCron(text: string, at: string): ParsedCron {
  const problems = cronSyntaxProblems(text, at);
  if (problems.length > 0) return { cron: undefined, problems };
  const croner = new Croner(text.trim(), { mode: "5-part", utcOffset: 0 });
  // Croner stops at the year 3000: it is asked within one cycle, and the answer moved by cycles.
  const search = (wallMs: number): number | undefined => {
    const cycles = Math.floor((wallMs - CYCLE_START_MS) / CALENDAR_CYCLE_MS) * CALENDAR_CYCLE_MS;
    const next = croner.nextRun(new Date(Math.ceil((wallMs - cycles) / 1000) * 1000 - 1000));
    return next ? next.getTime() + cycles : undefined;
  };
  if (search(CYCLE_START_MS) === undefined) {
    return { cron: undefined, problems: [neverFires(text, at)] };
  }
  let known = { from: 0, next: -1 };
  const cron: Cron = {
    text: text.trim(),
    nextAtOrAfter(wallMs) {
      if (wallMs >= known.from && wallMs <= known.next) return known.next;
      const next = search(wallMs) ?? Number.POSITIVE_INFINITY;
      known = { from: wallMs, next };
      return next;
    },
  };
  return { cron, problems: [] };
}

function neverFires(text: string, at: string): Problem {
  return {
    field: at,
    value: text,
    allowed: CRON_ALLOWED,
    fix: "no year has a day that it names, so it never fires",
  };
}
