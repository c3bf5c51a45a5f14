import { describe, expect, test } from "vitest";
import { faultFloors } from "../../../drills/preflight/faultFloors.ts";
import { chooseFault } from "../../../drills/faults/registry.ts";
import { refuseUnlessReverting } from "../../../drills/preflight/policyReach.ts";
import { parsePolicy } from "../../../guard/signalPolicy.ts";
import { fastSlotAlarms, slotAlarms } from "../../guard/slotAlarms.ts";

const under = (text: string) => ({ policy: parsePolicy(text).policy });

const refusal = (policy: string, drill: string) => () =>
  refuseUnlessReverting(chooseFault(drill), under(policy));

describe("a drill, where its signal does not revert alone,", () => {
  test.each<[policy: string, drill: string, told: RegExp]>([
    ["latency=vote errors=vote votesNeeded=2", "bad-release-errors", /has 1 of the 2 votes/],
    ["latency=investigate", "bad-release-latency", /latency, which is only investigated here/],
  ])("is refused under %j: %s", (policy, drill, told) => {
    expect(refusal(policy, drill)).toThrow(told);
  });

  test.each<[policy: string, drill: string]>([
    ["", "bad-release-errors"],
    ["latency=vote errors=vote votesNeeded=2", "bad-release-crash"],
    ["latency=vote errors=vote:2 votesNeeded=2", "bad-release-errors"],
  ])("and only there: %j, %s", (policy, drill) => {
    expect(refusal(policy, drill)).not.toThrow();
  });
});

describe("what only votes detects nothing, and no floor rests on it", () => {
  const timing = { deliveryDelayMs: 30_000, onsetMs: 0 };
  test("a crash that may be seen first by errors", () => {
    const crash = chooseFault("bad-release-crash");
    const usual = faultFloors(crash, slotAlarms("green"), timing);
    const policy = under("errors=vote latency=vote votesNeeded=2");
    const floors = faultFloors(crash, { ...slotAlarms("green"), ...policy }, timing);
    expect(floors.detect).toBeGreaterThan(usual.detect);
    expect(floors.detectWorst).toBe(usual.detectWorst);
  });

  test("the fast twin of a signal", () => {
    const errors = chooseFault("bad-release-errors");
    const policy = under("fastErrors=investigate");
    expect(faultFloors(errors, { ...fastSlotAlarms("green"), ...policy }, timing)).toEqual(
      faultFloors(errors, slotAlarms("green"), timing),
    );
  });
});
