import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCron } from "../../../drills/schedule/cron.ts";
import { fires, Gap, Overlap } from "../../../drills/schedule/occurrences.ts";
import { type Fields, textOf, walk, wallReader } from "./reference.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONES = [
  "America/New_York",
  "Europe/London",
  "Australia/Sydney",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Asia/Kolkata",
  "Pacific/Apia",
];

/** Days of 2005 to 2027 in which the zone's clocks change. */
function changesOf(zone: string): number[] {
  const wallAt = wallReader(zone);
  const changes: number[] = [];
  for (let day = Date.UTC(2005, 0, 1); day < Date.UTC(2028, 0, 1); day += DAY_MS) {
    if (wallAt(day + DAY_MS) - wallAt(day) !== DAY_MS) changes.push(day);
  }
  return changes.length > 0 ? changes : [Date.UTC(2025, 2, 9)];
}

const DAYS = new Map(ZONES.map((zone) => [zone, changesOf(zone)]));

const some = (low: number, high: number, most: number) =>
  fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: most });
const fields: fc.Arbitrary<Fields> = fc.record({
  minutes: fc.option(some(0, 59, 4)),
  // Where clocks change.
  hours: fc.option(fc.oneof(some(0, 3, 3), some(0, 23, 5))),
  daysOfMonth: fc.option(some(1, 31, 6), { freq: 2 }),
  months: fc.option(some(1, 12, 6), { freq: 1 }),
  daysOfWeek: fc.option(some(0, 6, 3), { freq: 2 }),
});

function iso(list: readonly number[]): string[] {
  return list.map((at) => new Date(at).toISOString());
}

test("the fires around a change are those of a walk, minute by minute", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fields,
      fc.constantFrom(...ZONES),
      fc.nat(),
      fc.constantFrom(...Object.values(Gap)),
      fc.constantFrom(...Object.values(Overlap)),
      fc.integer({ min: 0, max: 2_880 }),
      (chosen, zone, which, gap, overlap, minutes) => {
        const days = DAYS.get(zone) ?? [];
        const fromMs = (days[which % days.length] ?? 0) - 2 * DAY_MS + minutes * 60_000;
        const toMs = fromMs + 3 * DAY_MS;
        const { cron } = parseCron(textOf(chosen), "cron");
        // 30 February and the like.
        fc.pre(cron !== undefined);
        if (!cron) return;
        const found: number[] = [];
        for (const at of fires({ cron, zone, gap, overlap }, fromMs)) {
          if (at > toMs) break;
          found.push(at);
        }
        expect(iso(found)).toEqual(iso(walk(chosen, zone, { gap, overlap }, { fromMs, toMs })));
      },
    ),
    { numRuns: 100 },
  );
});
