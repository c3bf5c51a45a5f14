import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import {
  type EnvironmentRecord,
  initialRecord,
  shiftBegun,
  shiftDone,
} from "../../guard/record.ts";
import { NO_HOOKS } from "../../guard/rollout/hooks.ts";
import type { Rollout } from "../../guard/rollout/rollout.ts";
import { type SentinelEvent, sentinelEventSchema, shiftOf } from "../../guard/sentinelEvent.ts";
import type { Slot } from "../../guard/slot.ts";
import { CountHistory } from "../../sidecar/countHistory.ts";
import { type CountsReport, countsReportSchema } from "../../sidecar/countsTable.ts";
import { SentinelWatch } from "../../sidecar/sentinelWatch.ts";

const SECOND = 1_000;
const ARMED = { openWriteUntil: null, armedAt: "2025-12-31T23:59:00.000Z" };

function rollout(id: string, weight: number): Rollout {
  return {
    id,
    release: "shop:2",
    steps: [{ weight, bakeMs: 600_000, gate: false }],
    onBad: "revert",
    minimumRequests: 50,
    decideWithinMs: 0,
    onDeadline: "abort",
    warmMs: 0,
    startedAt: "2026-01-01T00:00:00.000Z",
    step: 0,
    stepAt: "2026-01-01T00:00:00.000Z",
    paused: null,
    approved: false,
    hooks: NO_HOOKS,
  };
}

function shifted(to: Rollout | null, candidate: Slot = "green"): EnvironmentRecord {
  return shiftDone(shiftBegun(initialRecord("checkout"), candidate, { ...ARMED, rollout: to }));
}

/** Two slots' sidecars, their table and their record, with a clock that is moved by hand. */
class Fleet {
  readonly clock = new ManualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  record = initialRecord("checkout");
  readonly reports = new Map<string, CountsReport>();
  readonly calls: SentinelEvent[] = [];
  readonly log: string[] = [];
  guardDown = false;
  readonly #sidecars: { slot: Slot; history: CountHistory; watch: SentinelWatch }[] = [];

  add(slot: Slot, tasks = 1): void {
    const history = new CountHistory(SECOND, 1);
    const sidecarId = `${slot}-${this.#sidecars.length}`;
    const watch = new SentinelWatch({
      slot,
      sidecarId,
      settings: { falseReversions: 0.001, tasks },
      history,
      readRecord: async () => this.record,
      table: {
        put: async (report) => void this.reports.set(sidecarId, countsReportSchema.parse(report)),
        reports: async (of) => [...this.reports.values()].filter((one) => one.slot === of),
      },
      callGuard: async (event) => {
        if (this.guardDown) throw new Error("throttled");
        this.calls.push(sentinelEventSchema.parse(event));
      },
      lookMs: SECOND,
      clock: this.clock,
      log: (line) => this.log.push(line),
    });
    this.#sidecars.push({ slot, history, watch });
  }

  /** One second: so many answers per sidecar of each slot, of which the first few are bad. */
  async second(
    answers: Partial<Record<Slot, readonly [requests: number, bad: number, slow?: number]>>,
  ) {
    for (const { slot, history } of this.#sidecars) {
      const [requests, bad, slow = 0] = answers[slot] ?? [0, 0];
      for (let index = 0; index < requests; index++) {
        const seconds = index >= requests - slow ? 1.5 : 0.01;
        history.count({ failed: index < bad, seconds }, this.clock.now());
      }
    }
    await this.clock.advance(SECOND);
    for (const { watch } of this.#sidecars) await watch.look();
  }

  /** Seconds until the guard was called; null when it was not within `most`. */
  async secondsUntilCalled(most: number, answers: Parameters<Fleet["second"]>[0]) {
    for (let second = 1; second <= most; second++) {
      await this.second(answers);
      if (this.calls.length > 0) return second;
    }
    return null;
  }
}

function fleet(...slots: Slot[]): Fleet {
  const made = new Fleet();
  for (const slot of slots) made.add(slot);
  return made;
}

describe("a candidate beside the stable slot", () => {
  test("that fails is called out within seconds, once, with its evidence", async () => {
    const both = fleet("blue", "green");
    await both.second({ blue: [25, 0] });
    both.record = shifted(rollout("r1", 50));
    for (let second = 0; second < 30; second++)
      await both.second({ blue: [25, 0], green: [25, 0] });
    expect(both.calls).toEqual([]);
    expect(await both.secondsUntilCalled(10, { blue: [25, 0], green: [25, 8] })).toBeLessThan(6);
    await both.second({ blue: [25, 0], green: [25, 8] });
    expect(both.calls).toHaveLength(1);
    expect(both.calls[0]).toMatchObject({
      source: "backout.sentinel",
      slot: "green",
      shift: shiftOf(both.record),
      evidence: {
        needed: 4_000,
        why: expect.stringContaining("of the candidate's responses failed"),
      },
    });
  });

  test("that is slow is called out too", async () => {
    const both = fleet("blue", "green");
    both.record = shifted(rollout("r1", 50));
    const answers = { blue: [25, 0], green: [25, 0, 12] } as const;
    expect(await both.secondsUntilCalled(60, answers)).not.toBeNull();
    expect(both.calls[0]?.evidence.why).toContain("slow");
  });

  test("stays while both slots fail together, however badly", async () => {
    const both = fleet("blue", "green");
    both.record = shifted(rollout("r1", 50));
    await both.second({ blue: [25, 0], green: [25, 0] });
    expect(await both.secondsUntilCalled(60, { blue: [25, 12], green: [25, 12] })).toBeNull();
  });

  test("stays while the stable slot's sidecar is not heard: there is nothing to compare with", async () => {
    const alone = fleet("green");
    alone.record = shifted(rollout("r1", 50));
    expect(await alone.secondsUntilCalled(30, { green: [25, 25] })).toBeNull();
  });

  test("is judged by all its tasks together, and a dead one is not waited for", async () => {
    const many = fleet("blue", "green", "green");
    many.record = shifted(rollout("r1", 50));
    await many.second({ blue: [25, 0], green: [12, 0] });
    const dead = [...many.reports.values()].find(({ slot }) => slot === "green");
    many.reports.set("green-dead", { ...dead!, sidecarId: "green-dead" });
    expect(await many.secondsUntilCalled(30, { blue: [25, 0], green: [12, 4] })).toBeLessThan(20);
  });
});

describe("a candidate with all the traffic", () => {
  test("is compared with what the stable slot answered before", async () => {
    const both = fleet("blue", "green");
    for (let second = 0; second < 60; second++) await both.second({ blue: [50, 0] });
    both.record = shifted(null);
    for (let second = 0; second < 30; second++) await both.second({ green: [50, 0] });
    expect(both.calls).toEqual([]);
    expect(await both.secondsUntilCalled(10, { green: [50, 15] })).toBeLessThan(4);
    expect(both.calls[0]?.evidence.why).toContain("by its control sample");
  });

  test("stays when the stable slot has answered nothing: then only the alarms judge", async () => {
    const both = fleet("blue", "green");
    both.record = shifted(null);
    expect(await both.secondsUntilCalled(60, { green: [50, 50] })).toBeNull();
  });
});

describe("the watch", () => {
  test("says nothing of a stable slot that fails, nor without a shift", async () => {
    const both = fleet("blue", "green");
    expect(await both.secondsUntilCalled(20, { blue: [25, 25], green: [25, 0] })).toBeNull();
    expect(both.reports.size).toBe(0);
    both.record = shifted(rollout("r1", 50));
    expect(await both.secondsUntilCalled(20, { blue: [25, 25], green: [25, 0] })).toBeNull();
  });

  test("begins anew with every shift: what one candidate did is not held against the next", async () => {
    const both = fleet("blue", "green");
    both.record = shifted(rollout("r1", 50));
    await both.secondsUntilCalled(20, { blue: [25, 0], green: [25, 8] });
    both.calls.length = 0;
    both.record = shifted(rollout("r2", 50));
    expect(await both.secondsUntilCalled(20, { blue: [25, 0], green: [25, 0] })).toBeNull();
    expect(await both.secondsUntilCalled(20, { blue: [25, 0], green: [25, 8] })).not.toBeNull();
    expect(both.calls[0]?.shift).toBe(shiftOf(both.record));
  });

  test("calls again until the guard was reached", async () => {
    const both = fleet("blue", "green");
    both.record = shifted(rollout("r1", 50));
    both.guardDown = true;
    expect(await both.secondsUntilCalled(10, { blue: [25, 0], green: [25, 8] })).toBeNull();
    expect(both.log).toEqual(["the sentinel could not look: throttled"]);
    both.guardDown = false;
    expect(await both.secondsUntilCalled(1, { blue: [25, 0], green: [25, 0] })).toBe(1);
  });
});

test("a history keeps ten minutes of seconds", () => {
  const history = new CountHistory(SECOND, 1);
  for (let second = 0; second < 700; second++) {
    history.count({ failed: true, seconds: null }, second * SECOND);
  }
  expect(history.at(99)).toEqual({ requests: 0, errors: 0, slow: 0 });
  expect(history.sumUpTo(699)).toEqual({ requests: 600, errors: 600, slow: 0 });
  expect(history.sumUpTo(100)).toEqual({ requests: 1, errors: 1, slow: 0 });
});
