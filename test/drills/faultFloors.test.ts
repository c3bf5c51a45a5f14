import { describe, expect, it } from "vitest";
import { faultFloors } from "../../drills/faultFloors.ts";
import { chooseFault } from "../../drills/faults/registry.ts";
import { slotAlarms } from "./slotAlarms.ts";

describe("how fast the alarms of an environment can see a fault (30 s of delivery delay)", () => {
  it.each([
    // 10 s of errors at 30 % make 5 % of a minute.
    { name: "bad-release-errors", given: {}, onsetMs: 0, detect: 40_000, detectWorst: 210_000 },
    // 1.5 s until the first late answer, 0.585 s of them are 1 % of the answers of 58.5 s.
    {
      name: "bad-release-latency",
      given: {},
      onsetMs: 1_500,
      detect: 32_085,
      detectWorst: 211_500,
    },
    // On a clock 20 times as fast the same wait is 30 s long.
    {
      name: "bad-release-latency",
      given: {},
      onsetMs: 30_000,
      detect: 60_300,
      detectWorst: 240_000,
    },
    // At best by the refused connections of one crash, for sure by two minutes without a host.
    { name: "bad-release-crash", given: {}, onsetMs: 0, detect: 33_000, detectWorst: 270_000 },
  ])("$name, $onsetMs ms until it shows", ({ name, given, onsetMs, detect, detectWorst }) => {
    const fault = chooseFault(name, given);
    const timing = { deliveryDelayMs: 30_000, onsetMs };
    expect(faultFloors(fault, slotAlarms("green"), timing)).toEqual({ detect, detectWorst });
  });

  it.each([
    ["bad-release-errors", { share: 0.05 }, /never trips alarm checkout-green-errors.* is 5/],
    ["bad-release-latency", { addedMs: 1_000 }, /never trips alarm checkout-green-latency.* is 1/],
    ["bad-release-latency", { share: 0.01 }, /never trips alarm checkout-green-latency/],
  ])("%s with %j is refused: no alarm would see it", (name, given, sentence) => {
    const fault = chooseFault(name, given);
    const timing = { deliveryDelayMs: 30_000, onsetMs: fault.slowsByMs };
    expect(() => faultFloors(fault, slotAlarms("green"), timing)).toThrow(sentence);
  });
});
