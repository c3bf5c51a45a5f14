/** A release on its way back: crashes at every call, a burning stable slot, a guard that comes between. */
import { beforeEach, describe, expect, test } from "vitest";
import { type GuardAlarmState, returnTraffic, shiftTraffic } from "../../../guard/authority.ts";
import { initialRecord, latched } from "../../../guard/record.ts";
import { wayBack } from "../../../guard/rollback/plan.ts";
import {
  restoreRelease,
  type RestoreParts,
  type RestorePorts,
} from "../../../guard/rollback/restore.ts";
import { allOn, type Slot } from "../../../guard/slot.ts";
import type { SlotService } from "../../../guard/slotServices.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const AT = new Date(START_MS).toISOString();
const MINUTE_MS = 60_000;
/** Tasks of a deployment are healthy after this. */
const DEPLOY_MS = 30_000;
const OK: GuardAlarmState = { state: "OK", transitionedMs: START_MS - MINUTE_MS };

const reversion = { id: "r1", reason: "errors", at: AT };

function service(release: string, desired: number): SlotService {
  const taskDefinition = `definition:${release}`;
  const deployments = [{ taskDefinition, state: "COMPLETED", running: desired }];
  return { release, taskDefinition, desired, running: desired, deployments, events: [] };
}

const stableOnce = (release: string, slot: Slot) => ({
  release,
  slot,
  taskDefinition: `definition:${release}`,
  promotedAt: AT,
  bad: null,
});

/** How a run ended: undefined when all went well. */
const endOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: Error) => error.message,
  );

describe("a rollback to an older release", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let alarm: GuardAlarmState;
  let readyAtMs: number;
  let said: string[];
  const slots: Record<Slot, SlotService> = { blue: service("4", 1), green: service("3", 1) };

  /** @param crashAt of this process's calls this one never comes back */
  function ports(crashAt = Infinity): RestorePorts {
    let calls = 0;
    const alive = <T>(value: T): T => {
      if (++calls > crashAt) throw new Error("killed");
      return value;
    };
    return {
      store: {
        ...store,
        read: async () => alive(store.record),
        replace: async (expected, next) => alive(store).replace(expected, next),
      },
      traffic: {
        read: async () => alive(traffic).read(),
        write: async (weights, timeoutMs) => alive(traffic).write(weights, timeoutMs),
        healthyTargets: async (slot) => alive(traffic).healthyTargets(slot),
      },
      guardAlarm: async () => alive(alarm),
      services: {
        async look(slot) {
          alive(slot);
          if (slot === "green" && nowMs >= readyAtMs) {
            slots.green = service(slots.green.release ?? "", slots.green.desired);
            traffic.healthy.green = slots.green.desired;
          }
          return slots[slot];
        },
        definitionFor: async (_slot, kept) => (alive(kept).endsWith("gone") ? null : kept),
        async deploy(slot, { release, taskDefinition, desired }) {
          alive(slot);
          traffic.healthy[slot] = 0;
          readyAtMs = nowMs + DEPLOY_MS;
          const deployments = [{ taskDefinition, state: "IN_PROGRESS", running: 0 }];
          slots[slot] = { release, taskDefinition, desired, running: 0, deployments, events: [] };
        },
      },
      deployed: async () => alive(slots),
      environmentNow: () => nowMs,
      now: () => nowMs,
      sleep: async (wallMs) => void (nowMs += wallMs),
      say: (line) => void said.push(line),
    };
  }

  async function run(release = "2", own = ports()): Promise<RestoreParts> {
    const way = wayBack(release, {
      record: store.record,
      deployed: slots,
      weights: traffic.weights,
      healthyTargets: traffic.healthy,
    });
    if (way.way !== "deploy" && way.way !== "resume") throw new Error(`the way is ${way.way}`);
    return restoreRelease(way, "a person says so", 5 * MINUTE_MS, own);
  }

  beforeEach(() => {
    nowMs = START_MS;
    readyAtMs = Infinity;
    said = [];
    alarm = OK;
    traffic = memoryTraffic();
    slots.blue = service("4", 1);
    slots.green = service("3", 1);
    const history = [stableOnce("4", "blue"), stableOnce("3", "green"), stableOnce("2", "blue")];
    store = memoryStore({ ...initialRecord("checkout"), history });
  });

  const done = (): void => {
    expect(traffic.weights).toEqual(allOn("green"));
    expect(slots.green.release).toBe("2");
    expect(store.record).toMatchObject({
      stable: "green",
      candidate: null,
      phase: "idle",
      rollback: null,
      latch: null,
      previous: { slot: "blue", release: "4" },
    });
    expect(store.record.history.map((one) => [one.release, one.slot, one.bad?.why])).toEqual([
      ["2", "green", undefined],
      ["4", "blue", "a person says so"],
      ["3", "green", undefined],
    ]);
  };

  test("is deployed, then takes all traffic, and says how long each part took", async () => {
    expect(await run()).toMatchObject({ deployMs: DEPLOY_MS, alarmMs: 0 });
    done();
    expect(traffic.writes).toEqual([allOn("green")]);
  });

  test("goes on after a crash at any of its calls", async () => {
    let crashes = 0;
    while ((await endOf(run("2", ports(crashes)))) === "killed") crashes++;
    done();
    expect(crashes).toBeGreaterThan(15);
  });

  test.each(Array.from({ length: 30 }, (_, crashAt) => crashAt))(
    "killed once, at its call %i, and run again",
    async (crashAt) => {
      await run("2", ports(crashAt)).catch(() => {});
      // Before its last write the traffic is on a slot with targets, whatever is being deployed.
      const carrier = traffic.weights.green > 0 ? "green" : "blue";
      expect(traffic.healthy[carrier]).toBeGreaterThan(0);
      if (store.record.stable === "blue") await run();
      done();
    },
  );

  test("leaves a stable slot that has no healthy target", async () => {
    traffic.healthy.blue = 0;
    slots.blue = { ...slots.blue, running: 0 };
    await expect(run()).resolves.toMatchObject({ deployMs: DEPLOY_MS });
    done();
  });

  test("takes the latch away together with the release that it is about", async () => {
    store.record = latched({ ...store.record, candidate: "green" }, "green", "blue", reversion);
    await expect(run()).resolves.toMatchObject({ deployMs: DEPLOY_MS });
    done();
  });

  test("starts as many tasks as carry the traffic", async () => {
    slots.blue = service("4", 4);
    await run();
    expect(slots.green.desired).toBe(4);
  });

  test("waits until the alarm is OK, and moves nothing when it does not become so in time", async () => {
    alarm = { ...OK, state: "ALARM" };
    await expect(run()).rejects.toMatchObject({ code: "rollback-late" });
    expect(traffic.writes).toEqual([]);
    alarm = OK;
    expect(await run()).toMatchObject({ deployMs: 0 });
    done();
  });

  test("keeps the latch that it found when the alarm goes off as the shift begins", async () => {
    store.record = latched({ ...store.record, candidate: "green" }, "green", "blue", reversion);
    const own = ports();
    const states = [OK, OK, { state: "ALARM", transitionedMs: START_MS + 1 }];
    await expect(
      run("2", { ...own, guardAlarm: async () => states.shift() ?? OK }),
    ).rejects.toMatchObject({ code: "alarm-not-ok" });
    expect(traffic.writes).toEqual([]);
    expect(store.record).toMatchObject({ phase: "idle", latch: { reversionId: "r1" } });
  });

  test.each(["before the weights are written", "after they are"])(
    "gives way to a reversion %s",
    async (when) => {
      const own = ports();
      const revert = async (): Promise<void> => {
        store.record = { ...latched(store.record, "green", "blue", reversion), version: 99 };
        traffic.weights = allOn("blue");
      };
      const write = async (weights: typeof traffic.weights, timeoutMs: number): Promise<void> => {
        if (when.startsWith("before")) await revert();
        await traffic.write(weights, timeoutMs);
        if (when.startsWith("after") && weights.green > 0) {
          const { record } = store;
          store.record = { ...latched(record, "green", "blue", reversion), version: 99 };
        }
      };
      const lost = run("2", { ...own, traffic: { ...own.traffic, write } });
      await expect(lost).rejects.toMatchObject({ code: "lost-race" });
      expect(traffic.weights).toEqual(allOn("blue"));
      expect(store.record).toMatchObject({
        stable: "blue",
        rollback: null,
        latch: { slot: "green" },
      });
      expect(store.record.history.find(({ release }) => release === "2")?.bad).not.toBeNull();
    },
  );

  test("gives way to a reversion that comes before its very last write", async () => {
    const own = ports();
    const replace: RestorePorts["store"]["replace"] = async (expected, next) => {
      const written = await own.store.replace(expected, next);
      if (next.phase === "baking") {
        traffic.weights = allOn("blue");
        store.record = { ...latched(store.record, "green", "blue", reversion), version: 99 };
      }
      return written;
    };
    const lost = run("2", { ...own, store: { ...own.store, replace } });
    await expect(lost).rejects.toMatchObject({ code: "lost-race" });
    expect(store.record).toMatchObject({ stable: "blue", latch: { slot: "green" } });
  });

  test("has no latch on its slot while traffic moves: a tick would take it back", async () => {
    store.record = latched({ ...store.record, candidate: "green" }, "green", "blue", reversion);
    const latches: unknown[] = [];
    traffic.beforeWrite = () => void latches.push(store.record.latch);
    await run();
    expect(latches).toEqual([null]);
  });

  test("does not go on after another reversion latched the slot", async () => {
    await run("2", ports(9)).catch(() => {});
    store.record = {
      ...store.record,
      latch: { slot: "green", ...reversion, reversionId: "r2", explanation: null },
    };
    await expect(run()).rejects.toMatchObject({ code: "lost-race" });
    expect(traffic.writes).toEqual([]);
  });

  test("keeps rollouts away until it is done or given up", async () => {
    await run("2", ports(9)).catch(() => {});
    await expect(shiftTraffic(ports(), "green")).rejects.toMatchObject({
      code: "rollback-in-progress",
    });
    await returnTraffic(ports());
    expect(store.record.rollback).toBeNull();
  });

  test("refuses a release whose task definition is gone, before anything is written", async () => {
    const [first, ...others] = store.record.history.toReversed();
    const history = [...others.toReversed(), { ...first!, taskDefinition: "gone" }];
    store.record = { ...store.record, history };
    await expect(run()).rejects.toMatchObject({ code: "release-gone", kind: "environment" });
    expect(store.record.rollback).toBeNull();
  });
});
