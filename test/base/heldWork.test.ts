import { describe, expect, test } from "vitest";
import { ManualClock, ScaledClock, sleep } from "../../base/clock.ts";

/** Work that ends when it is told to. */
function work(): { readonly promise: Promise<void>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, end: resolve };
}

/** Long enough for anything that waits for nothing but the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("work that is held", () => {
  test("keeps a clock moved by hand at the time at which it is due", async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    const { promise, end } = work();
    clock.schedule(10, () => {
      void clock
        .hold("a request", promise)
        .then(() => clock.schedule(15, () => void seen.push(15)));
    });
    clock.schedule(20, () => void seen.push(20));
    const moved = clock.advance(100);
    await turns();
    expect([clock.now(), seen]).toEqual([10, []]);
    end();
    await moved;
    expect([clock.now(), seen]).toEqual([100, [15, 20]]);
  });

  test("may have begun before the clock is moved, and may fail", async () => {
    const clock = new ManualClock(0);
    const held = clock.hold("a request", Promise.reject(new Error("refused")));
    await clock.advance(0);
    await expect(held).rejects.toThrow("refused");
  });

  test("is no longer waited for when patience ends, and is named", async () => {
    const overdue: string[] = [];
    const clock = new ManualClock(0, {
      patienceWallMs: 5,
      onOverdue: (names) => overdue.push(...names),
    });
    void clock.hold("a function that hangs", work().promise);
    clock.schedule(10, () => work().promise);
    await clock.advance(20);
    expect([clock.now(), overdue]).toEqual([20, ["a function that hangs", "a timer"]]);
  });

  test("that a timer began and that fails fails the move", async () => {
    const clock = new ManualClock(0);
    clock.schedule(10, () => Promise.reject(new Error("a defect")));
    await expect(clock.advance(20)).rejects.toThrow("a defect");
    await clock.advance(10);
    expect(clock.now()).toBe(20);
  });

  test("a running clock runs on beside it", () => {
    const { promise } = work();
    expect(new ScaledClock().hold("a request", promise)).toBe(promise);
  });
});

test("what sleeps again and again misses no beat of a clock that is moved far", async () => {
  const clock = new ManualClock(0);
  const beats: number[] = [];
  const beating = (async () => {
    while (beats.length < 5) {
      await sleep(clock, 1000).catch(() => {});
      beats.push(clock.now());
    }
  })();
  clock.schedule(2500, () => {});
  await clock.advance(5000);
  await beating;
  expect(beats).toEqual([1000, 2000, 3000, 4000, 5000]);
});
