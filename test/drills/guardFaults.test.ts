/** Faults of the guard: another way home must act, and without one the drill must fail. */
import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { chooseFault, listFaults } from "../../drills/faults/registry.ts";
import { runDrill } from "../../drills/runner.ts";
import { blinded } from "../../drills/steps/alarmBlind.ts";
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
  const simulation = new Simulation({ fast: true, ...switches });
  open.push(simulation);
  return simulation;
}

const WATCHDOG = { watchdog: { actsAfterMs: 150_000, by: "probes" } } as const;

/** Name, who brings the traffic home with all ways there, and with the primary one alone. */
const MATRIX = [
  ["guard-alarm-actions", "reconcile", null],
  ["guard-alarm-blind", "watchdog", null],
  ["guard-alarm-muted", "reconcile", null],
  ["guard-alarm-warm-up", "watchdog", null],
  ["guard-concurrency", "watchdog", null],
  ["guard-function-crash", "watchdog", null],
  ["guard-function-timeout", "watchdog", null],
  ["guard-home-unfit", "reconcile", "primary"],
  ["guard-killed-mid-way", "reconcile", "primary"],
  ["guard-notice-denied", "primary", "primary"],
  ["guard-permission", "reconcile", null],
  ["guard-record-store", "primary", "primary"],
  ["guard-role-denied", "watchdog", null],
  ["guard-weights-drift", "reconcile", null],
] as const;

function expectAsBefore(simulation: Simulation, before: unknown): void {
  expect(simulation.around.machinery.snapshot()).toEqual(before);
  expect(simulation.around.homeIsUnfit).toBe(false);
  expect(simulation.lease).toBeNull();
  expect(simulation.weights).toEqual(allOn("blue"));
  expect(simulation.record).toMatchObject({ latch: null, phase: "idle", candidate: null });
}

it("every fault of the guard is in the matrix, and says truly what it leaves open", () => {
  const guard = listFaults().filter(({ fidelity }) => fidelity === "guard");
  expect(guard.map(({ name }) => name)).toEqual(MATRIX.map(([name]) => name));
  for (const [name, by, alone] of MATRIX) {
    const { homeBy = [] } = chooseFault(name);
    expect(homeBy).toContain(by);
    expect(homeBy.includes("primary")).toBe(alone !== null);
  }
});

describe.each(MATRIX)("%s", (drill, by, alone) => {
  it(`with the other ways home it passes: ${by}`, async () => {
    const simulation = simulate({ ...WATCHDOG, reconciles: true });
    const before = simulation.around.machinery.snapshot();
    const record = await simulation.until(runDrill({ drill }, simulation.ports()));
    expect(record).toMatchObject({
      verdict: "passed",
      recovery: "reverted",
      path: by,
      fidelity: "guard",
      residue: [],
      traffic: { weightsAfter: allOn("blue") },
    });
    expectAsBefore(simulation, before);
  });

  it(`without them it ${alone === null ? "fails" : "passes"}, and nothing is left`, async () => {
    const simulation = simulate();
    const before = simulation.around.machinery.snapshot();
    const options = { drill, holdMs: 300_000 };
    const record = await simulation.until(runDrill(options, simulation.ports()));
    expect(record).toMatchObject(
      alone === null
        ? { verdict: "failed", recovery: "not-recovered", residue: [] }
        : { verdict: "passed", recovery: "reverted", path: alone, residue: [] },
    );
    expectAsBefore(simulation, before);
  });

  it("killed while it acts: the sweep puts everything back from the journal", async () => {
    const simulation = simulate();
    const before = simulation.around.machinery.snapshot();
    const ports = simulation.ports();
    const dead = { ...ports, store: { ...ports.store }, alarms: { ...ports.alarms } };
    void runDrill({ drill }, dead);
    while (!simulation.journal.entries().some(({ type }) => type === "fault.injected")) {
      await simulation.clock.advance(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Nothing that the dead runner asks is answered any more.
    dead.alarms.read = () => new Promise(() => {});
    dead.store.reversions = () => Promise.reject(new Error("dead"));
    const [swept] = await simulation.until(sweep(simulation.ports()));
    expect(swept).toMatchObject({ outcome: "swept", residue: [] });
    expectAsBefore(simulation, before);
  });
});

describe("what may not be", () => {
  it("a guard that goes to an unhealthy side fails the drill, however well users fare", async () => {
    const simulation = simulate({ goesAnywhere: true });
    const record = await simulation.until(
      runDrill({ drill: "guard-home-unfit" }, simulation.ports()),
    );
    expect(record).toMatchObject({ verdict: "failed", residue: [] });
    expect(record.reason).toMatch(/traffic went to slot blue while it had no healthy target/);
  });

  it.each(["guard-record-store", "guard-killed-mid-way"])(
    "%s: traffic that came home without a record of it is no pass",
    async (drill) => {
      const simulation = simulate({ neverCatchesUp: true });
      const record = await simulation.until(runDrill({ drill }, simulation.ports()));
      expect(record).toMatchObject({ verdict: "failed", residue: [] });
      expect(record.reason).toMatch(/came home, and the record did not catch up/);
    },
  );

  it.each(["guard-alarm-blind", "guard-alarm-warm-up", "guard-role-denied", "guard-record-store"])(
    "%s: a link that stays broken is residue by name, and no pass",
    async (drill) => {
      const simulation = simulate({ ...WATCHDOG, reconciles: true });
      simulation.around.machinery.stuck = true;
      const record = await simulation.until(runDrill({ drill }, simulation.ports()));
      expect(record.verdict).toBe("stuck-on-removal");
      expect(record.residue.join()).toContain("it cannot be put back");
      expect(simulation.lease).toBeNull();
    },
  );

  it.each([
    [
      "guard-alarm-actions",
      (one: Simulation): unknown => (one.around.machinery.actionsEnabled = false),
    ],
    ["guard-concurrency", (one: Simulation): unknown => (one.around.machinery.reserved = 0)],
    ["guard-permission", (one: Simulation): unknown => (one.around.machinery.permissions = [])],
    [
      "guard-function-crash",
      (one: Simulation): unknown =>
        (one.around.machinery.state = { failure: "throw", timeoutSeconds: 60 }),
    ],
  ] as const)("%s on a link that is broken already is not run", async (drill, cut) => {
    const simulation = simulate();
    cut(simulation);
    const before = simulation.around.machinery.snapshot();
    const record = await simulation.until(runDrill({ drill }, simulation.ports()));
    expect(record).toMatchObject({ verdict: "not-run", residue: [] });
    expect(record.reason).toMatch(/nothing was injected/);
    expect(simulation.around.machinery.snapshot()).toEqual(before);
  });
});

it("a guard that died before it said when it decided: its parts are bounded by what was seen", async () => {
  const simulation = simulate();
  const drill = "guard-killed-mid-way";
  const record = await simulation.until(runDrill({ drill }, simulation.ports()));
  const of = (event: string) => record.timeline.find((entry) => entry.event === event);
  expect(of("reversion.decided")).toMatchObject({ source: "runner" });
  expect(of("weights.verified")?.at).toBe(of("reversion.decided")?.at);
  expect(record.durations.revert).toBe(0);
  expect(simulation.reversions).toMatchObject([{ outcome: "already-home", writtenAt: null }]);
});

it("traffic that a stranger may have brought home credits nobody", async () => {
  const simulation = simulate({ strangerWrites: true });
  const drill = "guard-killed-mid-way";
  const record = await simulation.until(runDrill({ drill }, simulation.ports()));
  expect(record).toMatchObject({ verdict: "inconclusive", recovery: null, residue: [] });
});

it("a value that somebody set meanwhile is theirs: it is not put back", async () => {
  const simulation = simulate(WATCHDOG);
  const record = await simulation.until(
    runDrill(
      {
        drill: "guard-concurrency",
        onEvent: (event) => {
          if (event.type === "step" && event.step === "undo") {
            simulation.around.machinery.reserved = 7;
          }
        },
      },
      simulation.ports(),
    ),
  );
  expect(record.residue).toEqual([]);
  expect(simulation.around.machinery.reserved).toBe(7);
});

it("a blinded alarm has one dimension more wherever it names metrics, and is else the same", () => {
  const alarm = {
    AlarmName: "a",
    Dimensions: [{ Name: "LoadBalancer", Value: "app/x" }],
    Metrics: [{ Id: "m", MetricStat: { Metric: { Dimensions: [] }, Period: 60 } }],
    Threshold: 5,
  };
  const extra = { Name: "backout-drill", Value: "r1" };
  expect(blinded(alarm, "r1")).toEqual({
    AlarmName: "a",
    Dimensions: [{ Name: "LoadBalancer", Value: "app/x" }, extra],
    Metrics: [{ Id: "m", MetricStat: { Metric: { Dimensions: [extra] }, Period: 60 } }],
    Threshold: 5,
  });
});
