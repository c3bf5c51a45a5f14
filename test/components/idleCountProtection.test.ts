/** When an idle slot would be left without its tasks. */
import { expect, test } from "vitest";
import { smallSlotMessage, staysAsItIs } from "../../components/idleCountProtection.ts";
import { IDLE_COUNT_TAG } from "../../guard/names.ts";

const inputs = (desiredCount: number, idleCount?: string) => ({
  desiredCount,
  tags: { "backout:slot": "blue", ...(idleCount && { [IDLE_COUNT_TAG]: idleCount }) },
});

test.each([
  ["idleCount goes, and the slot was created with all its tasks", inputs(2, "0"), inputs(2), true],
  ["idleCount goes, and Pulumi raises what it created small", inputs(0, "0"), inputs(2), false],
  ["idleCount stays", inputs(2, "0"), inputs(2, "1"), false],
  ["there never was one", inputs(2), inputs(2), false],
  ["it comes", inputs(2), inputs(2, "0"), false],
  ["the slot is new", undefined, inputs(2), false],
])("%s", (_what, before, after, stays) => {
  expect(staysAsItIs(before, after)).toBe(stays);
});

test("the refusal says how to get the tasks back", () => {
  const names = { cluster: "shop", service: "shop-blue" };
  expect(smallSlotMessage("blue", 0, 2, names)).toMatch(
    /slot blue has 0 of 2 tasks.*backout:idleCount 2.*--cluster shop --service shop-blue --desired-count 2/,
  );
});
