import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseFault } from "../../../drills/faults/registry.ts";
import { lookingOn } from "../../../drills/watch/lookingOn.ts";
import type { Plan } from "../../../drills/preflight/plan.ts";
import { DrillRun } from "../../../drills/run.ts";
import { sleepWall } from "../../../drills/wait.ts";
import { Simulation } from "../simulation.ts";

const PLAN: Plan = {
  candidate: "green",
  stable: "blue",
  floors: { detect: 1, detectWorst: 2 },
  objectiveTotalMs: 1,
  holdMs: 1,
  sustainMs: 1,
  judging: { slowAfterMs: 1_000, slowsByMs: 0 },
  knownReversionIds: [],
};

describe("looking on while something else is done", () => {
  let simulation: Simulation;
  let log: string[];
  let run: DrillRun;
  beforeEach(() => {
    simulation = new Simulation();
    log = [];
    const fault = chooseFault("bad-release-errors");
    const { signal } = new AbortController();
    run = new DrillRun("r", fault, simulation.ports(), signal, ({ type }) => log.push(type));
  });
  afterEach(() => {
    simulation.journal.close();
    rmSync(simulation.directory, { recursive: true });
  });

  const work = async (): Promise<string> => {
    await sleepWall(simulation.clock, 2_500);
    log.push("done");
    return "result";
  };

  it("looks at its pace, and once more when the work is done", async () => {
    expect(await simulation.until(lookingOn(run, PLAN, work))).toBe("result");
    expect(log).toEqual(["sample", "sample", "sample", "done", "sample"]);
    await simulation.clock.advance(10_000);
    expect(log).toHaveLength(5);
  });

  it("ends with work that fails, and fails with it", async () => {
    const failing = lookingOn(run, PLAN, async () => {
      await work();
      throw new Error("not undone");
    });
    await expect(simulation.until(failing)).rejects.toThrow("not undone");
    const looks = log.length;
    await simulation.clock.advance(10_000);
    expect(log).toHaveLength(looks);
  });

  it("without a plan there is only the work", async () => {
    expect(await simulation.until(lookingOn(run, undefined, work))).toBe("result");
    expect(log).toEqual(["done"]);
  });
});
