/** Users' traffic in place of a drill's own, minute by minute, on a clock moved by hand. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import type { Load } from "../../../drills/watch/load.ts";
import { type MinuteCount, watchUsers } from "../../../drills/watch/users.ts";

const MINUTE_MS = 60_000;

describe("a load that is off", () => {
  let clock: ManualClock;
  let known: MinuteCount[];
  let asked: number[];
  let down: boolean;
  let load: Load;

  beforeEach(() => {
    clock = new ManualClock(90_000);
    known = [];
    asked = [];
    down = false;
    load = watchUsers(clock, {
      read: async (sinceMs) => {
        asked.push(sinceMs);
        if (down) throw new Error("throttled");
        return known.filter(({ endMs }) => endMs > sinceMs);
      },
    });
  });
  afterEach(() => load.stop());

  const minute = (n: number, slot: MinuteCount["slot"], requests: number, errors = 0): void => {
    known = known.filter((one) => one.endMs !== n * MINUTE_MS || one.slot !== slot);
    known.push({ endMs: n * MINUTE_MS, slot, requests, errors });
  };

  test("begins with the next whole minute, and counts a response at its minute's end", async () => {
    minute(2, "blue", 50);
    minute(3, "green", 100, 7);
    minute(3, "unknown", 2, 2);
    await clock.advance(2 * MINUTE_MS);
    expect(asked[0]).toBe(2 * MINUTE_MS);
    expect(load.snapshot()).toMatchObject({
      requests: 102,
      errors: 9,
      bad: 9,
      bySlot: {
        blue: { requests: 0, lastWallMs: null },
        green: { requests: 100, errors: 7, lastWallMs: 3 * MINUTE_MS },
        unknown: { requests: 2 },
      },
      lastBadWallMs: 3 * MINUTE_MS,
      lastGoodWallMs: 3 * MINUTE_MS,
    });
    expect(load.firstBadSince(2.5 * MINUTE_MS)).toBe(3 * MINUTE_MS);
    expect(load.firstBadSince(3.5 * MINUTE_MS)).toBeNull();
  });

  test("a minute that becomes more is corrected, and one that is not over is not looked at", async () => {
    minute(3, "green", 10);
    await clock.advance(2 * MINUTE_MS);
    minute(3, "green", 60, 1);
    minute(4, "green", 5, 5);
    await clock.advance(15_000);
    expect(load.snapshot()).toMatchObject({ requests: 60, errors: 1 });
  });

  test("what cannot be read is silence, and silence is no good response", async () => {
    minute(3, "blue", 10);
    down = true;
    await clock.advance(5 * MINUTE_MS);
    expect(load.snapshot()).toMatchObject({ requests: 0, lastGoodWallMs: null });
    down = false;
    await clock.advance(15_000);
    expect(load.snapshot()).toMatchObject({ requests: 10, lastGoodWallMs: 3 * MINUTE_MS });
  });

  test("stopped, it asks no more", async () => {
    await load.stop();
    await clock.advance(5 * MINUTE_MS);
    expect(asked).toEqual([]);
  });
});
