import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { DrillPorts } from "../../../drills/ports.ts";
import { runDrill } from "../../../drills/runner.ts";
import { strangersTraces, sweep } from "../../../drills/undo/sweep.ts";
import { allOn } from "../../../guard/slot.ts";
import { Simulation, type Switches } from "../simulation.ts";

const open: Simulation[] = [];

afterEach(() => {
  for (const { directory, journal } of open.splice(0)) {
    journal.close();
    rmSync(directory, { recursive: true });
  }
});

/** Ports of a runner that can be killed: from then on none of its calls is ever answered. */
function mortal(ports: DrillPorts): { ports: DrillPorts; kill: () => void } {
  let dead = false;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name, receiver) {
        const value: unknown = Reflect.get(object, name, receiver);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown =>
          dead ? new Promise(() => {}) : Reflect.apply(value, object, args);
      },
    });
  const { store, traffic, faults, alarms } = ports;
  return {
    ports: {
      ...ports,
      store: wrap(store),
      traffic: wrap(traffic),
      faults: wrap(faults),
      alarms: wrap(alarms),
    },
    kill: () => {
      dead = true;
    },
  };
}

/** A drill killed once the journal has an entry of type `after`; returns the run's id. */
async function killedAfter(after: string, switches: Switches = {}) {
  const simulation = new Simulation(switches);
  open.push(simulation);
  const { ports, kill } = mortal(simulation.ports());
  void runDrill({ drill: "bad-release-errors" }, ports);
  while (!simulation.journal.entries().some((entry) => entry.type === after)) {
    await simulation.clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  kill();
  const runId = simulation.journal.entries()[0]?.runId;
  return { simulation, runId };
}

describe("sweeping after a runner that died", () => {
  it.each(["run.started", "traffic.intent", "traffic.shifted", "lease.intent", "fault.injected"])(
    "killed after %s: nothing is left, and the journal is complete",
    async (after) => {
      const { simulation, runId } = await killedAfter(after);
      const swept = await simulation.until(sweep(simulation.ports()));
      expect(swept).toEqual([{ runId, environment: "checkout", outcome: "swept", residue: [] }]);
      expect(simulation.lease).toBeNull();
      expect(simulation.weights).toEqual(allOn("blue"));
      expect(simulation.record).toMatchObject({ phase: "idle", candidate: null, latch: null });
      expect(simulation.journal.entries().at(-1)).toMatchObject({ type: "swept", runId });
    },
  );

  it("killed after the reversion: the latch that the drill caused goes too", async () => {
    const { simulation } = await killedAfter("weights.verified");
    expect(simulation.record.latch).not.toBeNull();
    const [swept] = await simulation.until(sweep(simulation.ports()));
    expect(swept?.outcome).toBe("swept");
    expect(simulation.record.latch).toBeNull();
  });

  it("done twice it does nothing more", async () => {
    const { simulation } = await killedAfter("fault.injected");
    await simulation.until(sweep(simulation.ports()));
    const { length } = simulation.journal.entries();
    expect(await simulation.until(sweep(simulation.ports()))).toEqual([]);
    expect(simulation.journal.entries()).toHaveLength(length);
  });

  it("the next drill runs, and before the sweep it does not", async () => {
    const { simulation } = await killedAfter("fault.injected");
    const early = runDrill({ drill: "bad-release-errors" }, simulation.ports());
    const refused = await simulation.until(early);
    expect(refused.verdict).toBe("not-run");
    expect(refused.reason).toContain("backout drill sweep");
    await simulation.until(sweep(simulation.ports()));
    const again = runDrill({ drill: "bad-release-errors" }, simulation.ports());
    expect((await simulation.until(again)).verdict).toBe("passed");
  });

  it("another drill's lease is not touched, and what is stuck is swept again later", async () => {
    const { simulation, runId } = await killedAfter("fault.injected", { leaseStuck: true });
    const [stuck] = await simulation.until(sweep(simulation.ports()));
    expect(stuck?.outcome).toBe("stuck");
    expect(stuck?.residue.join()).toContain("AccessDenied");
    simulation.switches.leaseStuck = false;
    const [swept] = await simulation.until(sweep(simulation.ports()));
    expect(swept).toMatchObject({ runId, outcome: "swept" });
  });

  it("a run of another journal is seen, by its phase and its lease's holder", async () => {
    const { simulation, runId } = await killedAfter("fault.injected");
    const traces = await strangersTraces(simulation.ports());
    expect(traces).toHaveLength(2);
    expect(traces[0]).toBe("a rollout of slot green is baking");
    expect(traces[1]).toContain(`run ${runId} holds a fault on slot green until `);
    await simulation.until(sweep(simulation.ports()));
    expect(await strangersTraces(simulation.ports())).toEqual([]);
  });

  it("another environment's run is left to that environment", async () => {
    const { simulation, runId } = await killedAfter("fault.injected");
    const lease = simulation.lease;
    const ports = { ...simulation.ports(), environment: "search" };
    const swept = await simulation.until(sweep(ports));
    expect(swept).toEqual([{ runId, environment: "checkout", outcome: "elsewhere", residue: [] }]);
    expect(simulation.lease).toBe(lease);
  });
});
