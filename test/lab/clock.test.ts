import { expect, test } from "vitest";
import { clockByHand } from "../../lab/clock.ts";

test("moves asked for at once never run two timers at once", async () => {
  const { clock, advance } = clockByHand(0, () => {});
  const seen: string[] = [];
  for (const at of [10, 20]) {
    clock.schedule(at, () => {
      setImmediate(() => seen.push(`due ${at}, ended ${clock.now()}`));
    });
  }
  expect(await Promise.all([advance(60), advance(30), advance(0)])).toEqual([
    60_000, 90_000, 90_000,
  ]);
  expect(seen).toEqual(["due 10, ended 10", "due 20, ended 20"]);
});

test("a move that fails is told to who asked, and the next goes on from there", async () => {
  const lines: string[] = [];
  const { clock, advance } = clockByHand(0, (line) => lines.push(line));
  clock.schedule(10, () => Promise.reject(new Error("a defect")));
  const [failed, next] = await Promise.allSettled([advance(1), advance(1)]);
  expect(failed).toMatchObject({ status: "rejected", reason: { message: "a defect" } });
  expect(next).toEqual({ status: "fulfilled", value: 2000 });
  expect(lines).toEqual(["a move of the clock failed: a defect"]);
});

test("a lab that stops ends a move at the next nominal minute", async () => {
  const hand = clockByHand(0, () => {});
  hand.clock.schedule(90_000, () => hand.stop());
  await expect(hand.advance(3600)).rejects.toThrow("the lab is stopping");
  expect(hand.clock.now()).toBe(120_000);
});
