import fc from "fast-check";
import { expect, test } from "vitest";
import { fires } from "../../../drills/schedule/occurrences.ts";
import type { StateEntry } from "../../../drills/schedule/stateEntry.ts";
import { HOUR, MINUTE, schedulesOf, World } from "./world.ts";

type Act =
  | { readonly act: "pass" | "suspend" | "set"; readonly minutes: number }
  | { readonly act: "kill" | "boot" }
  | { readonly act: "dieAt"; readonly write: number; readonly when: "before" | "after" };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: passing("pass", 1, 200) },
  { weight: 1, arbitrary: passing("suspend", 1, 300) },
  { weight: 1, arbitrary: passing("set", -240, 240) },
  { weight: 1, arbitrary: fc.constantFrom<Act>({ act: "kill" }, { act: "boot" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("dieAt" as const),
      write: fc.integer({ min: 1, max: 30 }),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
);

function passing(act: "pass" | "suspend" | "set", min: number, max: number): fc.Arbitrary<Act> {
  return fc.integer({ min, max }).map((minutes) => ({ act, minutes }));
}

async function perform(world: World, act: Act): Promise<void> {
  if (act.act === "pass") await world.pass(act.minutes * MINUTE);
  if (act.act === "suspend") world.suspend(act.minutes * MINUTE);
  if (act.act === "set") world.set(act.minutes * MINUTE);
  if (act.act === "kill") world.kill();
  if (act.act === "dieAt") world.dieAt = act;
  if (act.act === "boot" && !world.alive) await world.boot();
}

/** By due: what the disk says became of it in the end, and how often it was started. */
function account(lane: string, disk: readonly StateEntry[], all: readonly number[]) {
  const missed = new Set<number>();
  const started: number[] = [];
  const counts: [number, number][] = [];
  for (const entry of disk) {
    if (entry.lane !== lane) continue;
    if (entry.type === "started") started.push(Date.parse(entry.due));
    if (entry.type === "missed") {
      const range = all.filter(
        (due) => due >= Date.parse(entry.first) && due <= Date.parse(entry.last),
      );
      const fresh = range.filter((due) => !missed.has(due) && !started.includes(due));
      // A range holds what it says, and nothing that was settled before.
      counts.push([fresh.length, entry.count]);
      for (const due of fresh) missed.add(due);
    }
    if (entry.type === "reinstated") {
      const last = disk.slice(0, disk.indexOf(entry)).filter((one) => one.lane === lane);
      for (const one of last) {
        if (one.type !== "missed" || !["clock-forward", "down"].includes(one.reason)) continue;
        for (const due of all) {
          const isIn = due >= Date.parse(one.first) && due <= Date.parse(one.last);
          if (isIn && due > Date.parse(entry.after)) missed.delete(due);
        }
      }
    }
  }
  return { started, missed, counts };
}

test(
  "whatever is killed, suspended and set: each fire starts once or is missed, never both",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { maxLength: 14 }), async (script) => {
        const schedules = schedulesOf(
          'cron: "*/20 * * * *", startDeadline: 9m, jitter: 5m',
          'cron: "30 * * * *", startDeadline: 25m, minimumRest: 5m',
        );
        const begin = Date.parse("2026-03-02T00:00:30Z");
        const world = new World("2026-03-02T00:00:30Z", schedules);
        await world.boot();
        for (const act of script) await perform(world, act);
        world.dieAt = undefined;
        if (!world.alive) await world.boot();
        await world.pass(HOUR);
        expect(world.failure).toBeUndefined();
        for (const schedule of schedules) {
          const lane = `${schedule.name}/checkout`;
          const all: number[] = [];
          for (const due of fires(schedule.timing, begin)) {
            if (due > begin + 30 * 24 * HOUR) break;
            all.push(due);
          }
          const { started, missed, counts } = account(lane, world.disk, all);
          for (const [found, said] of counts) expect(found).toBe(said);
          expect(new Set(started).size).toBe(started.length);
          const begun = world.begun.filter((one) => one.lane === lane).map(({ dueMs }) => dueMs);
          expect(new Set(begun).size).toBe(begun.length);
          // Written before it is done: what began is on disk.
          for (const due of begun) expect(started).toContain(due);
          for (const due of started) expect(missed).not.toContain(due);
          const late = schedule.startDeadlineMs + schedule.jitterMs + MINUTE;
          const owed = all.filter((due) => due + late < world.now());
          const settled = new Set([...started, ...missed]);
          expect(owed.filter((due) => !settled.has(due))).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  },
);
