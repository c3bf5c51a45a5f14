import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { DrillPorts } from "../../drills/ports.ts";
import { type DrillOptions, runDrill } from "../../drills/runner.ts";
import { sweep } from "../../drills/undo/sweep.ts";
import { allOn } from "../../guard/slot.ts";
import { Simulation, type Switches } from "./simulation.ts";

const open: Simulation[] = [];

afterEach(() => {
  for (const { directory, journal } of open.splice(0)) {
    journal.close();
    rmSync(directory, { recursive: true });
  }
});

function simulate(switches: Switches = {}): Simulation {
  const simulation = new Simulation(switches);
  open.push(simulation);
  return simulation;
}

function drill(simulation: Simulation, name: string, options: Partial<DrillOptions> = {}) {
  return simulation.until(runDrill({ drill: name, ...options }, simulation.ports()));
}

function expectClean(simulation: Simulation): void {
  expect(simulation.lease).toBeNull();
  expect(simulation.weights).toEqual(allOn("blue"));
  expect(simulation.record).toMatchObject({ latch: null, phase: "idle", candidate: null });
  expect(simulation.alarm.state).toBe("OK");
  expect(simulation.around.matcher).toBe("200-399");
  expect(simulation.around.apiFaults.size).toBe(0);
}

const CARRIED = [
  "alarm-state",
  "bad-datapoints",
  "bad-release-path",
  "bad-release-readiness",
  "bad-release-slow-start",
  "bad-release-tenant",
  "black-hole",
  "fail-health-checks",
  "failing-api",
  "kill-tasks",
];

describe("every fault of the catalogue", () => {
  it.each(CARRIED)("%s: reverted by the guard while it acts, and nothing is left", async (name) => {
    const simulation = simulate({ fast: true });
    const record = await drill(simulation, name);
    expect(record).toMatchObject({
      drill: name,
      verdict: "passed",
      recovery: "reverted",
      residue: [],
      traffic: { weightsBefore: allOn("green"), weightsAfter: allOn("blue") },
    });
    expectClean(simulation);
  });

  it.each(CARRIED)("%s: with a guard that does nothing it fails, and is undone", async (name) => {
    const simulation = simulate({ fast: true, broken: "function" });
    const record = await drill(simulation, name);
    expect(record.verdict).not.toBe("passed");
    expect(record.recovery).not.toBe("reverted");
    expect(record.residue).toEqual([]);
    expectClean(simulation);
  });
});

describe("what a reversion is owed to", () => {
  it("a push on an alarm breaks nothing: the total has no recovery in it", async () => {
    const record = await drill(simulate(), "alarm-state");
    expect(record.durations).toMatchObject({ detect: 0, recover: 0 });
    expect(record.timeline.map(({ event }) => event)).not.toContain("impact.first");
  });

  it("without its mark in the alarm's history the push is not credited", async () => {
    const simulation = simulate();
    const ports = withOutside(simulation.ports(), { wentToAlarmBy: async () => false });
    const record = await simulation.until(runDrill({ drill: "alarm-state" }, ports));
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: null, residue: [] });
  });

  it("points that end before recovery was sustained prove nothing", async () => {
    const options = { ttlMs: 90_000 };
    const record = await drill(simulate({ fast: true }), "bad-datapoints", options);
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "fault-ended" });
  });

  it("a health check that somebody else mended meanwhile proves nothing", async () => {
    const simulation = simulate();
    const record = await drill(simulation, "fail-health-checks", {
      onEvent: (event) => {
        if (event.type === "timeline" && event.event.event === "weights.verified") {
          simulation.around.matcher = "200-399";
        }
      },
    });
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "fault-ended" });
  });
});

describe("what cannot be undone, or carried", () => {
  it("a health check that stays changed is residue, by name, and no pass; all else is undone", async () => {
    const simulation = simulate({ matcherStuck: true });
    // It would be down for as long as it is waited for.
    const record = await drill(simulation, "fail-health-checks", { alarmWaitMs: 60_000 });
    expect(record.verdict).toBe("stuck-on-removal");
    expect(record.residue.join("\n")).toContain(
      "health check of slot green: AccessDenied: ModifyTargetGroup",
    );
    expect(record.timeline.map(({ event }) => event)).not.toContain("fault.removed");
    expect(simulation.lease).toBeNull();
    expect(simulation.weights).toEqual(allOn("blue"));
  });

  it("killed once the health check was changed: the sweep puts it back from the journal", async () => {
    const simulation = simulate();
    const ports = simulation.ports();
    const traffic = { ...ports.traffic };
    void runDrill({ drill: "fail-health-checks" }, { ...ports, traffic });
    while (!simulation.journal.entries().some(({ type }) => type === "step.begun")) {
      await simulation.clock.advance(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Nothing that the dead runner asks is answered any more.
    traffic.read = () => new Promise(() => {});
    expect(simulation.around.matcher).toBe("299");
    const [swept] = await simulation.until(sweep(simulation.ports()));
    expect(swept).toMatchObject({ outcome: "swept", residue: [] });
    expectClean(simulation);
  });

  it("without fast signals there are no points to put: not run, and nothing was touched", async () => {
    const simulation = simulate();
    const record = await drill(simulation, "bad-datapoints");
    expect(record).toMatchObject({ verdict: "not-run", timeline: [] });
    expect(record.reason).toMatch(/fastErrors.*backout:fastSignals/);
    expectClean(simulation);
  });

  it("an objective, and a hold, below what detection needs at best: refused with the figure", async () => {
    const objective = await drill(simulate(), "bad-release-errors", { objectiveTotalMs: 19_999 });
    expect(objective.reason).toMatch(/objective of 19999 ms is below the 20000 ms/);
    const hold = await drill(simulate(), "bad-release-errors", { holdMs: 19_999 });
    expect(hold.reason).toMatch(/no alarm sees .* in a hold of 19999 ms.* 20000 ms at best/);
    expect([objective.verdict, hold.verdict]).toEqual(["not-run", "not-run"]);
  });

  it("a cap is the caller's, and refused before anything is read", async () => {
    const options = { drill: "bad-release-errors", caps: { share: 0.1 } };
    await expect(runDrill(options, simulate().ports())).rejects.toMatchObject({
      kind: "usage",
      problems: [{ field: "caps.share", value: 0.1 }],
    });
  });
});

function withOutside(ports: DrillPorts, outside: Partial<DrillPorts["outside"]>): DrillPorts {
  return { ...ports, outside: { ...ports.outside, ...outside } };
}
