import { describe, expect, it } from "vitest";
import { faultFloors } from "../../../drills/preflight/faultFloors.ts";
import { chooseFault } from "../../../drills/faults/registry.ts";
import { fastSlotAlarms, slotAlarms } from "../../guard/slotAlarms.ts";

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

  // Two periods of ten seconds at best. At worst as without them: they need more traffic.
  it.each([
    { name: "bad-release-errors", onsetMs: 0, detect: 10_000, detectWorst: 210_000 },
    { name: "bad-release-latency", onsetMs: 1_500, detect: 11_500, detectWorst: 211_500 },
    // The sidecars that would publish it are dead.
    { name: "bad-release-crash", onsetMs: 0, detect: 33_000, detectWorst: 270_000 },
  ])("$name with fast signals", ({ name, onsetMs, detect, detectWorst }) => {
    const timing = { deliveryDelayMs: 30_000, onsetMs };
    const floors = faultFloors(chooseFault(name), fastSlotAlarms("green"), timing);
    expect(floors).toEqual({ detect, detectWorst });
  });

  it("with a sentinel the least is what a response needs to show the fault; a crash shows none", () => {
    const timing = { deliveryDelayMs: 30_000, onsetMs: 1_500, hasSentinel: true };
    const least = (name: string): number =>
      faultFloors(chooseFault(name), fastSlotAlarms("green"), timing).detect;
    expect(least("bad-release-latency")).toBe(1_500);
    expect(least("bad-release-crash")).toBe(33_000);
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
