/** What ends a drill from outside, the steady state, the dry run: on the simulated environment. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, test } from "vitest";
import { faultOfModule } from "../../../drills/definition/modules.ts";
import { dryRun } from "../../../drills/preflight/dryRun.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import type { DrillEvent } from "../../../drills/events.ts";
import type { Expectation, When } from "../../../drills/watch/hypothesis.ts";
import { noJournal } from "../../../drills/journal/noJournal.ts";
import type { DrillPorts } from "../../../drills/ports.ts";
import type { ProbeReading } from "../../../drills/probes/probe.ts";
import { type DrillOptions, runDrill } from "../../../drills/runner.ts";
import type { Stop } from "../../../drills/stop.ts";
import { sweep } from "../../../drills/undo/sweep.ts";
import { allOn } from "../../../guard/slot.ts";
import { Simulation, type Switches } from "../simulation.ts";

const open: Simulation[] = [];
afterEach(() => {
  for (const { directory, journal } of open.splice(0)) {
    journal.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

interface World {
  readonly simulation: Simulation;
  readonly ports: DrillPorts;
  /** What the flag and the pager say now. */
  readonly said: { stop: Stop | null; pager: string | null; blind: boolean };
}

function world(switches: Switches = {}): World {
  const simulation = new Simulation(switches);
  open.push(simulation);
  const said: World["said"] = { stop: null, pager: "OK", blind: false };
  const answer = async <T>(value: T): Promise<T> => {
    if (said.blind) throw new Error("throttled");
    return value;
  };
  const safety = {
    stop: () => answer(said.stop),
    alarmState: (name: string) => answer(name === "pager" ? said.pager : null),
  };
  return { simulation, said, ports: { ...simulation.ports(), safety } };
}

function drill(
  { simulation, ports }: World,
  options: Partial<DrillOptions> = {},
): ReturnType<typeof runDrill> {
  const work = runDrill({ drill: "bad-release-errors", ...options }, ports);
  // It may be refused while the clock still moves.
  work.catch(() => {});
  return simulation.until(work);
}

/** Does it `afterMs` of nominal time after the fault acts. */
function onceInjected({ simulation }: World, afterMs: number, act: () => void) {
  return (event: DrillEvent): void => {
    if (event.type !== "timeline" || event.event.event !== "fault.injected") return;
    simulation.clock.schedule(simulation.clock.now() + afterMs, act);
  };
}

function expectHome({ simulation }: World): void {
  expect(simulation.lease).toBeNull();
  expect(simulation.weights).toEqual(allOn("blue"));
  expect(simulation.record).toMatchObject({ latch: null, phase: "idle" });
}

const STOP: Stop = {
  schemaVersion: 1,
  at: "2026-03-14T08:00:00.000Z",
  by: "ann@desk",
  reason: "incident",
};

describe("the stop", () => {
  test("a running drill undoes everything within five seconds of it, and says who stopped it", async () => {
    const one = world();
    let stoppedMs = 0;
    let undoneMs = 0;
    const injected = onceInjected(one, 10_000, () => {
      one.said.stop = STOP;
      stoppedMs = one.simulation.clock.now();
    });
    const record = await drill(one, {
      onEvent: (event) => {
        injected(event);
        if (event.type === "step" && event.step === "undo") undoneMs = one.simulation.clock.now();
      },
    });
    expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
    expect(record.reason).toMatch(/stopped since .* by ann@desk: incident; the fault was removed/);
    expect(undoneMs - stoppedMs).toBeLessThanOrEqual(5_000);
    expectHome(one);
  });

  test("a new one does not begin until it is cleared", async () => {
    const one = world();
    one.said.stop = STOP;
    const record = await drill(one);
    expect(record).toMatchObject({ verdict: "not-run", traffic: { requests: 0 } });
    expect(record.reason).toMatch(/drills are stopped/);
    one.said.stop = null;
    expect((await drill(one)).verdict).toBe("passed");
  });

  test("that cannot be read any more ends the drill too", async () => {
    const one = world();
    const onEvent = onceInjected(one, 5_000, () => {
      one.said.blind = true;
    });
    const record = await drill(one, { onEvent });
    expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
    expect(record.reason).toMatch(/cannot be read: throttled/);
  });
});

describe("the abort alarm", () => {
  it.each([
    ["checkout-green", /does not revert this environment/],
    ["checkout-blue-latency", /does not revert this environment/],
    ["nobody", /an alarm that exists/],
  ])("%s is refused before anything is journaled", async (abortAlarm, sentence) => {
    const one = world();
    await expect(drill(one, { abortAlarm })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(sentence),
    });
    expect(one.simulation.journal.entries()).toEqual([]);
  });

  test("going off ends the drill", async () => {
    const one = world();
    const onEvent = onceInjected(one, 8_000, () => {
      one.said.pager = "ALARM";
    });
    const record = await drill(one, { abortAlarm: "pager", onEvent });
    expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
    expect(record.reason).toMatch(/abort alarm pager is ALARM/);
    expectHome(one);
  });

  test("not OK at the start: not run", async () => {
    const one = world();
    one.said.pager = "INSUFFICIENT_DATA";
    const record = await drill(one, { abortAlarm: "pager" });
    expect(record.verdict).toBe("not-run");
  });
});

const expectation = (when: When, look: () => ProbeReading): Expectation => ({
  name: "calm",
  probe: { name: "calm", parameters: {}, look: async () => look() },
  when: [when],
});

describe("the steady state", () => {
  it.each<[When, boolean | null, string]>([
    ["before", false, "not-run"],
    ["before", null, "not-run"],
    ["during", false, "failed"],
    ["during", null, "inconclusive"],
    ["after", false, "failed"],
    ["after", null, "inconclusive"],
    ["during", true, "passed"],
  ])("%s, probe says %s: %s", async (when, holds, verdict) => {
    const one = world();
    const record = await drill(one, {
      hypothesis: [expectation(when, () => ({ holds, shown: "as seen" }))],
    });
    expect(record).toMatchObject({ verdict, residue: [] });
    expect(record.hypothesis).toEqual([
      expect.objectContaining({ name: "calm", when, shown: "as seen" }),
    ]);
    expectHome(one);
  });

  test("one look that fails among many says nothing", async () => {
    let looks = 0;
    const record = await drill(world(), {
      hypothesis: [
        expectation("during", () => ({ holds: ++looks === 5 ? null : true, shown: "" })),
      ],
    });
    expect(record.verdict).toBe("passed");
  });
});

/** Everything that can be written to, counted. */
function watched(ports: DrillPorts) {
  const writes: string[] = [];
  const trap = <T extends object>(room: T, names: readonly string[]): T =>
    new Proxy(room, {
      get(target, key, receiver) {
        if (names.includes(String(key))) writes.push(String(key));
        const value: unknown = Reflect.get(target, key, receiver);
        return value;
      },
    });
  const watching: DrillPorts = {
    ...ports,
    journal: noJournal("/nowhere"),
    store: trap(ports.store, ["replace", "putReversion"]),
    traffic: trap(ports.traffic, ["write"]),
    faults: trap(ports.faults, ["putLease", "removeLease"]),
    outside: trap(ports.outside, ["setAlarmState", "putFailedRequests", "stopTask", "setMatcher"]),
    startLoad: () => {
      throw new Error("a dry run sent requests");
    },
  };
  return { writes, watching };
}

describe("a dry run", () => {
  it.each(["bad-release-errors", "kill-tasks", "fail-health-checks", "alarm-state"])(
    "%s: says what it would do, and writes nothing",
    async (name) => {
      const one = world();
      const { writes, watching } = watched(one.ports);
      const found = await dryRun({ drill: name }, watching);
      expect(found).toMatchObject({ ready: true, problems: [], targets: { candidate: "green" } });
      expect(found.steps.length).toBeGreaterThan(3);
      expect(found.plan?.leaseMs).toBeGreaterThan(found.plan?.holdMs ?? Infinity);
      expect(writes).toEqual([]);
      expect(one.simulation.journal.entries()).toEqual([]);
    },
  );

  test("names all that stands against it at once", async () => {
    const one = world();
    one.said.stop = STOP;
    one.said.pager = "ALARM";
    one.simulation.weights = { blue: 60, green: 40 };
    const found = await dryRun(
      {
        drill: "bad-release-errors",
        abortAlarm: "pager",
        objectiveTotalMs: 1_000,
        caps: { share: 0.1 },
        notNow: () => "it is noon",
      },
      one.ports,
    );
    expect(found.ready).toBe(false);
    const all = found.problems.join("\n");
    for (const part of [
      /stopped since/,
      /pager is ALARM/,
      /weights are blue 60/,
      /20000 ms/,
      /caps.share/,
      /noon/,
    ]) {
      expect(all).toMatch(part);
    }
  });
});

describe("two drills on one environment", () => {
  test("with journals of their own: one is not run", async () => {
    const one = world();
    const other = openJournal(
      mkdtempSync(join(one.simulation.directory, "other-")),
      one.simulation.clock,
    );
    const options = { drill: "bad-release-errors" };
    const both = Promise.all([
      runDrill(options, one.ports),
      runDrill(options, { ...one.ports, journal: other }),
    ]);
    const verdicts = (await one.simulation.until(both)).map(({ verdict }) => verdict);
    other.close();
    expect(verdicts.toSorted()).toEqual(["not-run", "passed"]);
    expectHome(one);
  });
});

describe("a fault of one's own that a runner died over", () => {
  const STEP_KIND = join(import.meta.dirname, "../../../drills/steps/step.ts");
  const MODULE = `
    import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
    import { stepKind } from ${JSON.stringify(STEP_KIND)};
    const kind = stepKind(z.object({ kind: z.literal("own") }), {
      name: () => "own step",
      begin: async ({ clock, outside }) => {
        await outside.setMatcher("green", "299");
        return { sinceWallMs: clock.wall(), isOver: () => false, actedSince: async () => true,
          wordWithinMs: 0, end: () => {} };
      },
      undo: async ({ outside }) => { await outside.setMatcher("green", "200-399"); return []; },
    });
    export default {
      name: "own", summary: "s", fidelity: "infrastructure", targets: ["lab"],
      parameters: z.strictObject({}), breaks: "unhealthy", mayBreak: [], expiresItself: false,
      healthChecks: "refused", reach: () => ({ share: 1, tasks: "all" }), timeToBreachSeconds: () => 0,
      steps: () => [{ permissions: [], prepare: async () => ({ step: kind.of({ kind: "own" }) }) }],
      restore: (data) => kind.restore(data),
    };`;

  async function died(one: World): Promise<string> {
    const file = join(one.simulation.directory, "own.ts");
    writeFileSync(file, MODULE);
    const fault = await faultOfModule("./own.ts", one.simulation.directory, {});
    const injected = Promise.withResolvers<void>();
    const onEvent = (event: DrillEvent): void => {
      if (event.type === "timeline" && event.event.event === "fault.injected") injected.resolve();
    };
    const dead: DrillPorts = { ...one.ports };
    void runDrill({ drill: "mine", fault, onEvent }, dead).catch(() => {});
    await one.simulation.until(injected.promise);
    return file;
  }

  test("the journal names the module, and what is restored from it undoes the step", async () => {
    const one = world();
    const file = await died(one);
    const intent = one.simulation.journal.entries().find(({ type }) => type === "lease.intent");
    expect(intent).toMatchObject({
      steps: [{ kind: "module", module: file, step: { kind: "own" } }],
    });
    const swept = await one.simulation.until(sweep(one.ports));
    expect(swept).toMatchObject([{ outcome: "swept", residue: [] }]);
    expect(one.simulation.around.matcher).toBe("200-399");
  });

  test("with the module gone it is stuck, and the file is named", async () => {
    const one = world();
    const file = await died(one);
    rmSync(file);
    const [swept] = await one.simulation.until(sweep(one.ports, 60_000));
    expect(swept?.outcome).toBe("stuck");
    expect(swept?.residue.join("\n")).toContain(`can only be undone by the module ${file}`);
  });
});
