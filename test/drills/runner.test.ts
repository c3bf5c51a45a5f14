import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { DrillEvent } from "../../drills/events.ts";
import { FAULT_NAMES } from "../../drills/faults/registry.ts";
import { verifyJournal } from "../../drills/journal/journalVerify.ts";
import { BrokenLink, drillRecordSchema, TIMELINE_EVENTS } from "../../drills/verdict/record.ts";
import { outcomeSentence } from "../../drills/report/text.ts";
import { type DrillOptions, runDrill } from "../../drills/runner.ts";
import { allOn } from "../../guard/slot.ts";
import { Simulation, type Switches } from "./simulation.ts";

const open: Simulation[] = [];

function simulate(switches: Switches = {}): Simulation {
  const simulation = new Simulation(switches);
  open.push(simulation);
  return simulation;
}

afterEach(() => {
  for (const { directory, journal } of open.splice(0)) {
    journal.close();
    rmSync(directory, { recursive: true });
  }
});

async function drill(simulation: Simulation, options: Partial<DrillOptions> = {}) {
  const work = runDrill({ drill: "bad-release-errors", ...options }, simulation.ports());
  return simulation.until(work);
}

function expectClean(simulation: Simulation): void {
  expect(simulation.lease).toBeNull();
  expect(simulation.report?.leaseId).toBeNull();
  expect(simulation.weights).toEqual(allOn("blue"));
  expect(simulation.record).toMatchObject({ latch: null, phase: "idle", candidate: null });
  expect(simulation.alarm.state).toBe("OK");
  expect(simulation.loadsRunning).toBe(0);
}

describe("a guard that works", () => {
  it("reverts, holds while the fault is still active, and leaves nothing", async () => {
    const simulation = simulate();
    const record = await drill(simulation);

    expect(record).toMatchObject({
      verdict: "passed",
      reason: null,
      recovery: "reverted",
      brokenLink: null,
      residue: [],
      objective: { total: 300_000, met: true },
      floors: { detect: 20_000, detectWorst: 190_000 },
      traffic: { weightsBefore: allOn("green"), weightsAfter: allOn("blue") },
    });
    const { detect, decide, revert, recover, total } = record.durations;
    expect(total).toBe((detect ?? NaN) + (decide ?? NaN) + (revert ?? NaN) + (recover ?? NaN));
    expect(decide).toBe(420);
    expect(revert).toBe(70);
    expect(record.timeline.map((entry) => entry.event)).toEqual(TIMELINE_EVENTS);
    expect(record.traffic.errors).toBeGreaterThan(0);
    expectClean(simulation);
  });

  it("called by a sentinel: detection ends at its call, whatever an alarm says later", async () => {
    const simulation = simulate({ sentinelCallsAfterMs: 5_000 });
    const record = await drill(simulation);
    expect(record).toMatchObject({
      verdict: "passed",
      recovery: "reverted",
      path: "sentinel",
      floors: { detect: 0, detectWorst: 190_000 },
      durations: { detect: 5_000, decide: 20, revert: 70 },
    });
    expect(record.timeline.map((entry) => entry.event)).toEqual(TIMELINE_EVENTS);
    expect(record.timeline.find((entry) => entry.event === "alarm.transitioned")).toMatchObject({
      source: "sentinel",
    });
    expectClean(simulation);
  });

  it("by the second way home: detection ends with the probes, and it says how much later that was", async () => {
    const watchdog = { actsAfterMs: 100_000, by: "probes" } as const;
    const simulation = simulate({ broken: "permission", watchdog });
    const record = await drill(simulation);
    expect(record).toMatchObject({
      verdict: "passed",
      recovery: "reverted",
      path: "watchdog",
      brokenLink: null,
      durations: { detect: 100_000, decide: 20, revert: 70 },
    });
    const seen = record.timeline.find(({ event }) => event === "alarm.transitioned");
    expect(seen?.source).toBe("watchdog");
    expect(outcomeSentence(record)).toMatch(
      /^The second way home moved .* The first way home did not act; the second decided 1 m 20\.0 s later than the alarms can at best\.$/,
    );
    expectClean(simulation);
  });

  it("by the second way home on an alarm that nobody heeded: detection is the alarm's", async () => {
    const watchdog = { actsAfterMs: 180_000, by: "alarm" } as const;
    const record = await drill(simulate({ broken: "permission", watchdog }));
    expect(record).toMatchObject({ verdict: "passed", path: "watchdog" });
    const seen = record.timeline.find(({ event }) => event === "alarm.transitioned");
    expect(seen?.source).toBe("cloudwatch");
    expect(record.durations.decide).toBeGreaterThan(60_000);
  });

  it("keeps the fault until recovery was sustained, and removes it only then", async () => {
    const record = await drill(simulate());
    const at = (event: string): number =>
      Date.parse(record.timeline.find((entry) => entry.event === event)?.at ?? "");
    expect(at("recovery.sustained") - at("weights.verified")).toBeGreaterThanOrEqual(60_000);
    expect(at("fault.removed")).toBeGreaterThanOrEqual(at("recovery.sustained"));
  });

  it("writes every intent before its act and ends the journal with the record", async () => {
    const simulation = simulate();
    const record = await drill(simulation);
    const { entries, problems } = verifyJournal(simulation.directory);
    const types = entries.map((entry) => entry.type);

    expect(problems).toEqual([]);
    expect(types[0]).toBe("run.started");
    expect(types.indexOf("traffic.intent")).toBeLessThan(types.indexOf("traffic.shifted"));
    expect(types.indexOf("lease.intent")).toBeLessThan(types.indexOf("lease.placed"));
    expect(entries.at(-1)).toMatchObject({ type: "record", runId: record.id, record });
    expect(drillRecordSchema.parse(record)).toEqual(record);
  });

  it("tells the live view of steps and samples", async () => {
    const events: DrillEvent[] = [];
    await drill(simulate(), { onEvent: (event) => events.push(event) });
    const steps = events.flatMap((event) => (event.type === "step" ? [event.step] : []));
    expect(steps).toEqual(["preflight", "shift", "baseline", "inject", "observe", "undo"]);
    const samples = events.flatMap((event) => (event.type === "sample" ? [event.sample] : []));
    expect(samples.some((sample) => sample.alarmState === "ALARM")).toBe(true);
    expect(samples.some((sample) => (sample.errorShare ?? 0) > 0.2)).toBe(true);
    expect(samples.some((sample) => sample.faultActive === true)).toBe(true);
    expect(events.at(-1)?.type).toBe("finished");
  });

  it("times the call of the guard that moved the weights, not one that failed before", async () => {
    const simulation = simulate({ guardFailsFirst: true });
    const record = await drill(simulation);
    expect(simulation.reversions.map(({ outcome }) => outcome)).toEqual(["failed", "reverted"]);
    expect(record).toMatchObject({ verdict: "passed", durations: { decide: 60_420, revert: 70 } });
  });

  it("fails when it is slower than the objective", async () => {
    const record = await drill(simulate(), { objectiveTotalMs: 21_000 });
    expect(record).toMatchObject({ verdict: "failed", recovery: "reverted", brokenLink: null });
    expect(record.objective.met).toBe(false);
  });

  it("passes again after itself: what one drill caused is gone before the next", async () => {
    const simulation = simulate();
    expect((await drill(simulation)).verdict).toBe("passed");
    expect((await drill(simulation)).verdict).toBe("passed");
  });
});

describe("other ways in which a release goes bad", () => {
  it("slow: nothing failed, and yet there was an impact that ended with the reversion", async () => {
    const simulation = simulate();
    const record = await drill(simulation, { drill: "bad-release-latency" });
    expect(record).toMatchObject({ verdict: "passed", recovery: "reverted", residue: [] });
    expect(record.timeline.map((entry) => entry.event)).toEqual(TIMELINE_EVENTS);
    expect(record.traffic.errors).toBe(0);
    expect(record.traffic.slow).toBeGreaterThan(0);
    expectClean(simulation);
  });

  it("crashing: the floors are those of the alarms that may see it", async () => {
    const simulation = simulate();
    const record = await drill(simulation, { drill: "bad-release-crash" });
    expect(record).toMatchObject({
      verdict: "passed",
      recovery: "reverted",
      residue: [],
      // A burst of refused connections at best, two minutes without a healthy host at worst.
      floors: { detect: 13_000, detectWorst: 250_000 },
    });
    expectClean(simulation);
  });

  it("crashing, interrupted: it is over only when the slot is healthy again", async () => {
    const simulation = simulate();
    const stop = new AbortController();
    const healthy = async () => simulation.ports().traffic.healthyTargets("green");
    const record = await drill(simulation, {
      drill: "bad-release-crash",
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "timeline" && event.event.event === "impact.first") stop.abort();
      },
    });
    expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
    expect(await healthy()).toBe(1);
    expectClean(simulation);
  });
});

describe("a way home with a broken link", () => {
  it.each(Object.values(BrokenLink))("%s: not recovered, and named", async (broken) => {
    const simulation = simulate({ broken });
    const record = await drill(simulation);

    expect(record).toMatchObject({
      verdict: "failed",
      recovery: "not-recovered",
      brokenLink: broken,
      residue: [],
    });
    expect(record.durations.total).toBeNull();
    expect(record.durations.recover).toBeNull();
    const moved = broken === "data-plane";
    expect(record.traffic.weightsAfter).toEqual(allOn(moved ? "blue" : "green"));
    expectClean(simulation);
  });
});

describe("recovery that is not owed to the guard", () => {
  it("a fault that expires too early proves nothing", async () => {
    const simulation = simulate();
    const record = await drill(simulation, { ttlMs: 40_000 });
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "fault-ended", residue: [] });
    expectClean(simulation);
  });

  it("a fault that ends between reversion and sustained recovery proves nothing", async () => {
    const record = await drill(simulate(), { ttlMs: 90_000 });
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "fault-ended" });
  });

  it("a fault that paused on the way proves nothing, though it acts again", async () => {
    const record = await drill(simulate({ sidecarPausesAfterMs: 20_000 }));
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "fault-ended", residue: [] });
  });

  it("errors that stop by themselves are no reversion", async () => {
    const simulation = simulate({ healsAfterMs: 30_000, broken: "function" });
    const record = await drill(simulation);
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: "self-healed" });
    expectClean(simulation);
  });

  it("a reversion that nobody recorded is not credited", async () => {
    const simulation = simulate({ recordFails: true });
    const record = await drill(simulation);
    expect(record).toMatchObject({ verdict: "inconclusive", recovery: null });
    expect(record.timeline.find((entry) => entry.event === "weights.verified")?.source).toBe(
      "runner",
    );
    expectClean(simulation);
  });

  it("a sidecar that fell silent leaves the fault unknown, and that is no pass", async () => {
    const record = await drill(simulate({ sidecarDiesAfterMs: 62_000 }));
    expect(record.recovery).not.toBe("reverted");
    expect(record.verdict).toBe("stuck-on-removal");
  });
});

describe("a drill that does not come to its fault", () => {
  it("an unhealthy candidate is not broken further", async () => {
    const simulation = simulate({ candidateSick: true });
    const record = await drill(simulation);
    expect(record).toMatchObject({ verdict: "not-run", recovery: null, residue: [] });
    expect(record.reason).toMatch(/not seen healthy|not ready/);
    expect(simulation.journal.entries().some((entry) => entry.type === "lease.intent")).toBe(false);
    expectClean(simulation);
  });

  it("a disk that was full for one entry has room for the intent, and nothing is broken", async () => {
    const simulation = simulate();
    const { journal } = simulation;
    const ports = simulation.ports();
    const append: typeof journal.append = (runId, type, data) => {
      if (type === "baseline.healthy") throw new Error("ENOSPC");
      return journal.append(runId, type, data);
    };
    const work = runDrill(
      { drill: "bad-release-errors" },
      { ...ports, journal: { ...journal, append } },
    );
    expect(await simulation.until(work)).toMatchObject({ verdict: "not-run", reason: "ENOSPC" });
    expect(journal.entries().some(({ type }) => type === "lease.intent")).toBe(false);
    expectClean(simulation);
  });

  it("responses that name no slot make no baseline", async () => {
    const record = await drill(simulate({ noSlotHeader: true }));
    expect(record.verdict).toBe("not-run");
    expect(record.reason).toContain("do not say which slot answered");
  });

  it("a latch, a rollout, another drill's lease: each is named and nothing is touched", async () => {
    const simulation = simulate();
    const lease = {
      schemaVersion: 1 as const,
      slot: "green" as const,
      leaseId: "other",
      holder: "run-7",
      fault: { kind: "errors" as const, share: 1, status: 500 },
      expiresAt: new Date(simulation.clock.wall() + 3_600_000).toISOString(),
    };
    simulation.lease = lease;
    const latch = {
      slot: "green" as const,
      reason: "slot green alarms",
      reversionId: "r0",
      at: new Date(simulation.clock.wall()).toISOString(),
      explanation: null,
    };
    simulation.record = { ...simulation.record, latch };
    const record = await drill(simulation);
    expect(record.verdict).toBe("not-run");
    expect(record.reason).toContain("slot green is latched");
    expect(record.reason).toContain("fault of run run-7");
    expect(simulation.lease).toBe(lease);
    expect(simulation.record.latch).toBe(latch);
    expect(simulation.loadsRunning).toBe(0);
  });

  it("without a live sidecar there is nothing to break", async () => {
    const record = await drill(simulate({ sidecarDead: true }), { alarmWaitMs: 30_000 });
    expect(record.verdict).toBe("not-run");
    expect(record.reason).toContain("no fault sidecar of slot green reports");
  });

  it("a fault too weak for the alarm is refused before it acts", async () => {
    const record = await drill(simulate(), { parameters: { share: 0.05 } });
    expect(record.verdict).toBe("not-run");
    expect(record.reason).toContain("never trips alarm checkout-green-errors");
  });

  it("an unknown fault or a bad option is the caller's error", async () => {
    const ports = simulate().ports();
    await expect(runDrill({ drill: "meteor" }, ports)).rejects.toMatchObject({
      kind: "usage",
      fix: `allowed: ${FAULT_NAMES.join(", ")}`,
    });
    const options = { drill: "bad-release-errors" };
    const strong = { ...options, parameters: { share: 2 } };
    await expect(runDrill(strong, ports)).rejects.toThrow(/share: 2/);
    await expect(runDrill({ ...options, sustainMs: -1 }, ports)).rejects.toThrow(/sustainMs: -1/);
  });
});

describe("a drill that is stopped or goes wrong", () => {
  it.each(["preflight", "shift", "baseline", "inject", "observe"])(
    "interrupted in %s: undone first, then interrupted",
    async (at) => {
      const simulation = simulate();
      const abort = new AbortController();
      const record = await drill(simulation, {
        signal: abort.signal,
        onEvent: (event) => {
          if (event.type === "step" && event.step === at) abort.abort(new Error("SIGINT"));
        },
      });
      expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
      expectClean(simulation);
    },
  );

  it("interrupted while the guard has latched: the latch goes too", async () => {
    const simulation = simulate();
    const abort = new AbortController();
    const record = await drill(simulation, {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type === "timeline" && event.event.event === "weights.verified") abort.abort();
      },
    });
    expect(record.verdict).toBe("interrupted");
    expectClean(simulation);
  });

  it("a lease that cannot be removed is named; the traffic comes home all the same", async () => {
    const simulation = simulate({ leaseStuck: true, broken: "function" });
    const record = await drill(simulation);
    expect(record.verdict).toBe("stuck-on-removal");
    expect(record.residue.join("\n")).toContain("AccessDenied: dynamodb:DeleteItem");
    expect(record.residue.join("\n")).toContain("on slot green, until");
    expect(record.timeline.map((entry) => entry.event)).not.toContain("residue.none");
    expect(simulation.weights).toEqual(allOn("blue"));
  });

  it("stamps out of order are an error of clocks, never a duration", async () => {
    const simulation = simulate({ guardClockSkewMs: -30_000 });
    const record = await drill(simulation);
    expect(record.verdict).toBe("error");
    expect(record.reason).toMatch(/clock error: reversion.decided is stamped \d+ ms before alarm/);
    expect(record.durations).toEqual({
      detect: null,
      decide: null,
      revert: null,
      recover: null,
      total: null,
    });
    expectClean(simulation);
  });
});
