/** Ticks at the dates that people count in: days, weeks from the first, months, years, all UTC. */
import type { Tick } from "../picture/scale.ts";

const DAY = 86_400_000;
const DAY_STEPS = [1, 2, 5, 7, 14];
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60];

/** At most `most` ticks from `fromMs` to `toMs`; with less than a day between them, the two times. */
export function dateTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const span = toMs - fromMs;
  if (span < 2 * DAY) return ends(fromMs, toMs);
  const days = DAY_STEPS.find((step) => span / (step * DAY) <= most);
  if (days !== undefined) return everyDays(fromMs, toMs, days);
  const months = MONTH_STEPS.find((step) => span / (step * 30.4 * DAY) <= most) ?? 120;
  return everyMonths(fromMs, toMs, months);
}

function ends(fromMs: number, toMs: number): Tick[] {
  const moments = fromMs === toMs ? [fromMs] : [fromMs, toMs];
  return moments.map((value) => ({ value, text: momentText(value) }));
}

function momentText(ms: number): string {
  return new Date(ms).toISOString().slice(5, 16).replace("T", " ");
}

function everyDays(fromMs: number, toMs: number, days: number): Tick[] {
  const ticks: Tick[] = [];
  for (let value = Math.ceil(fromMs / DAY) * DAY; value <= toMs; value += days * DAY) {
    ticks.push({ value, text: new Date(value).toISOString().slice(0, 10) });
  }
  return ticks;
}

function everyMonths(fromMs: number, toMs: number, months: number): Tick[] {
  const first = new Date(fromMs);
  const ticks: Tick[] = [];
  for (let month = Math.ceil((first.getUTCMonth() + 1) / months) * months; ; month += months) {
    const value = Date.UTC(first.getUTCFullYear(), month, 1);
    if (value > toMs) return ticks;
    ticks.push({ value, text: new Date(value).toISOString().slice(0, 7) });
  }
}
