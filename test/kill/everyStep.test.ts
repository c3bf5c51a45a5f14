/** kill -9 before and after every step of every fault's drill, in one process under a hand-moved clock. */
import { describe, expect, it } from "vitest";
import { FAULT_NAMES } from "../../drills/faults/registry.ts";
import { failuresOf } from "../simulation/killed.ts";

describe("a drill's runner is killed at any step", { timeout: 120_000 }, () => {
  it.each(FAULT_NAMES)("%s", async (drill) => {
    const failures = await failuresOf(drill, () => true);
    expect(failures.join("\n")).toBe("");
  });
});
