/**
 * kill -9 at the steps of every fault's drill, then the sweep: nothing is left, the journal verifies and
 * tells what happened, the next drill is let through. A sample here; `npm run test:kill` takes them all.
 */
import { describe, expect, it } from "vitest";
import { FAULT_NAMES } from "../../drills/faults/registry.ts";
import { failuresOf } from "./killed.ts";

/** Of so many kills, one is tried; of the next fault they are others. */
const STRIDE = 16;

describe("a drill's runner is killed", { timeout: 120_000 }, () => {
  it.each(FAULT_NAMES.map((drill, index) => [drill, index] as const))(
    "%s",
    async (drill, index) => {
      const failures = await failuresOf(drill, (which) => which % STRIDE === index % STRIDE);
      expect(failures.join("\n")).toBe("");
    },
  );
});
