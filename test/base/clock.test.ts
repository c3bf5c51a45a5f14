import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { every, ManualClock, ScaledClock, sleep } from "../../base/clock.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";

describe("a clock moved by hand", () => {
  test("runs timers in order of time, then of age, and shows each its own time", async () => {
    const clock = new ManualClock(1_000);
    const seen: [string, number][] = [];
    clock.schedule(1_300, () => void seen.push(["late", clock.now()]));
    clock.schedule(1_200, () => void seen.push(["first", clock.now()]));
    clock.schedule(1_200, () => void seen.push(["second", clock.now()]));
    const cancel = clock.schedule(1_250, () => void seen.push(["cancelled", clock.now()]));
    cancel();
    await clock.advance(250);
    expect(seen).toEqual([
      ["first", 1_200],
      ["second", 1_200],
    ]);
    await clock.advance(50);
    expect(seen.at(-1)).toEqual(["late", 1_300]);
  });

  test("keeps that order however many timers were set and cancelled", async () => {
    const setting = fc.record({ at: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(setting, { maxLength: 60 }), async (settings) => {
        const clock = new ManualClock(0);
        const seen: (readonly [number, number])[] = [];
        const cancels = settings.map(({ at }, age) =>
          clock.schedule(at, () => void seen.push([at, age])),
        );
        for (const [age, { cancelled }] of settings.entries()) if (cancelled) cancels[age]?.();
        await clock.advance(20);
        expect(seen).toEqual(
          settings
            .map(({ at, cancelled }, age) => ({ at, age, cancelled }))
            .filter(({ cancelled }) => !cancelled)
            .sort((a, b) => a.at - b.at || a.age - b.age)
            .map(({ at, age }) => [at, age]),
        );
      }),
      { seed: 20260314 },
    );
  });

  test("awaits a timer's work before it goes on, and runs timers that the work sets", async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    clock.schedule(10, async () => {
      await Promise.resolve();
      clock.schedule(20, () => void seen.push(clock.now()));
    });
    await clock.advance(100);
    expect(seen).toEqual([20]);
    expect(clock.now()).toBe(100);
  });

  test("ticks on whole multiples of the period, whenever it was started", async () => {
    const clock = new ManualClock(90_500);
    const ticks: number[] = [];
    const cancel = every(clock, 60_000, (at) => void ticks.push(at));
    await clock.advance(150_000);
    cancel();
    await clock.advance(150_000);
    expect(ticks).toEqual([120_000, 180_000, 240_000]);
  });

  test("a sleep can be ended", async () => {
    const clock = new ManualClock(0);
    const abort = new AbortController();
    const sleeping = sleep(clock, 1_000, abort.signal);
    abort.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
  });
});

test("two processes with the same origin read the same nominal time", () => {
  const one = new ScaledClock(20, 1_000_000, 5_000_000);
  const other = new ScaledClock(20, one.originWallMs, one.originNominalMs);
  expect(one.toNominal(1_000_100)).toBe(5_002_000);
  expect(other.toNominal(1_000_100)).toBe(5_002_000);
  expect(one.toWall(5_002_000)).toBe(1_000_100);
});

test.each([
  ["90s", 90_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["5", undefined],
  ["-5m", undefined],
  ["five minutes", undefined],
])("duration %s is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [59_960, "1 m 0.0 s"],
  [72_400, "1 m 12.4 s"],
  [7_260_000, "2 h 1 m"],
])("%d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
