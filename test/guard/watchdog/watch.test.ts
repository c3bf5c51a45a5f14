/** The watchdog's round, told as what it finds and what it then does. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  initialRecord,
  latched,
  rolloutPaused,
  shiftBegun,
  shiftDone,
} from "../../../guard/record.ts";
import type { Reversion } from "../../../guard/reversion.ts";
import { shiftOf } from "../../../guard/sentinelEvent.ts";
import { allOn, type Slot } from "../../../guard/slot.ts";
import type { ProbeJudgement } from "../../../guard/watchdog/judge.ts";
import { PATIENCE_MS, type Sight } from "../../../guard/watchdog/sight.ts";
import { watch, type WatchdogPorts } from "../../../guard/watchdog/watch.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";
import { rollout } from "../interleaving/scenarios.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
/** The first look that the watchdog still waited for. */
const EARLIER = new Date(START - PATIENCE_MS).toISOString();
const ARMED = { openWriteUntil: null, armedAt: new Date(START - 3_600_000).toISOString() };
const baking = shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED));

const GOOD: ProbeJudgement = { outcome: "good", why: "0 of 40 probes failed" };
const BAD: ProbeJudgement = { outcome: "bad", why: "20 of 40 probes failed" };

let nowMs: number;
let traffic: MemoryTraffic;
let store: MemoryStore;
let told: { subject: string; reversion: Reversion }[];
let probed: Slot[];
let answers: Partial<Record<Slot, ProbeJudgement>>;
let guardAlarms: Partial<Record<Slot, { state: string; transitionedMs: number | null }>>;
let sight: Sight | null;
let ports: WatchdogPorts;

beforeEach(() => {
  nowMs = START;
  traffic = memoryTraffic(allOn("green"));
  store = memoryStore(baking);
  sight = {
    slot: "green",
    shift: shiftOf(baking) ?? "",
    since: EARLIER,
  };
  told = [];
  probed = [];
  answers = { blue: GOOD, green: BAD };
  guardAlarms = {};
  const alarms = async (slot: Slot) => slotAlarms(slot, guardAlarms[slot] ?? {});
  ports = {
    environment: "checkout",
    slotOfAlarm: () => undefined,
    traffic,
    store,
    alarms,
    alarmStateOf: async (slot) => (await alarms(slot)).guard.state,
    probe: async (slot) => {
      probed.push(slot);
      nowMs += 4_000;
      return answers[slot] ?? GOOD;
    },
    notify: async (subject, reversion) => void told.push({ subject, reversion }),
    environmentNow: () => nowMs,
    sights: {
      read: async () => sight,
      write: async (next) => void (sight = next),
    },
    now: () => nowMs,
    sleep: async (ms) => void (nowMs += ms),
    log: () => {},
  };
});

describe("a candidate with traffic", () => {
  test("that probes find bad is left, latched, and told of", async () => {
    const { reversion, problem } = await watch(ports);
    expect(problem).toBeNull();
    expect(reversion).toMatchObject({
      outcome: "reverted",
      path: "watchdog",
      why: "slot green is bad by the watchdog while it is the candidate (baking)",
      alarm: {
        name: "checkout-green-watchdog",
        slot: "green",
        // When the probes ended.
        stateAt: "2026-01-01T00:00:04.000Z",
        reason: "20 of 40 probes failed",
      },
    });
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch).toMatchObject({ slot: "green", reversionId: reversion?.id });
    expect(told.map(({ subject }) => subject)).toEqual(["Backout: checkout reverted"]);
  });

  describe("is left only when the alarms had their time", () => {
    beforeEach(() => {
      sight = null;
    });

    test.each([
      ["bad at the third look, two minutes later", ["bad", "bad", "bad"], [false, false, true]],
      ["bad again after a good look", ["bad", "good", "bad", "bad"], [false, false, false, false]],
      [
        "bad again after a look that said nothing",
        ["bad", "inconclusive", "bad"],
        [false, false, true],
      ],
    ] as const)("%s", async (_story, looks, leaves) => {
      const left: boolean[] = [];
      for (const look of looks) left.push(await isLeftAt(look));
      expect(left).toEqual(leaves);
    });

    test("what was seen of an earlier shift does not count", async () => {
      sight = { slot: "green", shift: "another", since: new Date(0).toISOString() };
      expect(await isLeftAt("bad")).toBe(false);
      expect(sight).toMatchObject({ shift: shiftOf(baking) });
    });

    test("or when nobody can say since when", async () => {
      ports = {
        ...ports,
        sights: { ...ports.sights, write: () => Promise.reject(new Error("throttled")) },
      };
      expect(await isLeftAt("bad")).toBe(true);
    });
  });

  test.each(["good", "inconclusive", "error"] as const)(
    "stays when probes say %s",
    async (outcome) => {
      answers = { green: { outcome, why: "" } };
      expect(await watch(ports)).toMatchObject({ probes: { outcome }, reversion: null });
      expect(traffic.writes).toEqual([]);
    },
  );

  test.each([
    ["in ALARM for 91 s", "ALARM", 91_000, true],
    ["in ALARM for 90 s", "ALARM", 90_000, false],
    ["OK for an hour", "OK", 3_600_000, false],
  ])("and a guard alarm %s", async (_story, state, forMs, leaves) => {
    answers = {};
    guardAlarms = { green: { state, transitionedMs: START - forMs } };
    const { reversion } = await watch(ports);
    expect(traffic.weights).toEqual(allOn(leaves ? "blue" : "green"));
    expect(reversion?.alarm ?? null).toEqual(
      leaves
        ? {
            name: "checkout-green",
            slot: "green",
            stateAt: new Date(START - forMs).toISOString(),
            reason: "nobody brought the traffic home since",
          }
        : null,
    );
    // What is known needs no probe.
    expect(probed).toEqual(leaves ? [] : ["green"]);
  });

  test("whose alarms cannot be read is probed all the same", async () => {
    ports = { ...ports, alarms: () => Promise.reject(new Error("throttled")) };
    expect((await watch(ports)).reversion?.outcome).toBe("reverted");
  });

  test("of a rollout that is to be held keeps its traffic, and people are told once an hour", async () => {
    const held = { ...rollout(1), onBad: "hold" as const };
    store.record = rolloutPaused(
      { ...baking, rollout: held },
      "bad",
      new Date(START).toISOString(),
    );
    sight = { slot: "green", shift: shiftOf(store.record) ?? "", since: EARLIER };
    for (let minute = 0; minute < 3; minute++) {
      expect((await watch(ports)).reversion?.outcome).toBe("notified");
      nowMs += 60_000;
    }
    expect(traffic.writes).toEqual([]);
    expect(told).toHaveLength(1);
  });
});

describe("nothing is asked or moved", () => {
  test.each([
    ["no candidate", initialRecord("checkout"), allOn("blue")],
    ["a candidate without traffic", baking, allOn("blue")],
    [
      "a latched slot without traffic",
      latched(baking, "green", "blue", { id: "r", reason: "", at: ARMED.armedAt }),
      allOn("blue"),
    ],
  ])("with %s", async (_story, record, weights) => {
    store.record = record;
    traffic.weights = weights;
    expect(await watch(ports)).toEqual({ probes: null, reversion: null, problem: null });
    expect(probed).toEqual([]);
    expect(traffic.writes).toEqual([]);
  });
});

test("a latched slot with traffic is left at once, without a probe", async () => {
  const reversion = { id: "r0", reason: "errors", at: ARMED.armedAt };
  store.record = latched(baking, "green", "blue", reversion);
  expect((await watch(ports)).reversion).toMatchObject({ outcome: "reverted", path: "watchdog" });
  expect(traffic.weights).toEqual(allOn("blue"));
  expect(probed).toEqual([]);
});

test("a latched slot that a rollout is given meanwhile is left alone", async () => {
  const reversion = { id: "r0", reason: "errors", at: ARMED.armedAt };
  const before = latched(baking, "green", "blue", reversion);
  let reads = 0;
  ports = {
    ...ports,
    store: {
      read: async () => (reads++ === 0 ? before : baking),
      replace: async () => undefined,
      putReversion: async () => true,
      reversions: async () => [],
    },
  };
  expect((await watch(ports)).reversion).toMatchObject({ outcome: "notified" });
  expect(traffic.writes).toEqual([]);
});

test("what was found of one shift moves nothing of the next", async () => {
  ports = {
    ...ports,
    probe: async () => {
      // A person gave the rollout up and began another meanwhile.
      const armedAt = new Date(START + 1_000).toISOString();
      const begun = shiftBegun(initialRecord("checkout"), "green", { ...ARMED, armedAt });
      store.record = { ...shiftDone(begun), version: store.record.version };
      return BAD;
    },
  };
  expect((await watch(ports)).reversion).toMatchObject({ outcome: "notified" });
  expect(traffic.writes).toEqual([]);
});

describe("without a record", () => {
  beforeEach(() => {
    store.down = true;
  });

  test("a slot with all the traffic is left when it is bad and the other is not", async () => {
    expect((await watch(ports)).reversion).toMatchObject({
      outcome: "reverted",
      why: "slot green is bad by the watchdog and carries traffic; the record is unreachable",
    });
    expect(traffic.weights).toEqual(allOn("blue"));
  });

  test("of two slots with traffic the bad one is left", async () => {
    traffic.weights = { blue: 50, green: 50 };
    answers = { blue: BAD };
    await watch(ports);
    expect(traffic.weights).toEqual(allOn("green"));
  });

  test("nothing goes to a side that alarms itself", async () => {
    guardAlarms = { blue: { state: "ALARM", transitionedMs: START } };
    expect((await watch(ports)).problem).toContain("nothing says that it is the better one");
    expect(traffic.writes).toEqual([]);
    expect(told.map(({ subject }) => subject)).toEqual(["Backout: checkout needs you: refused"]);
  });

  test("and without weights, nothing can be said at all", async () => {
    traffic.read = () => Promise.reject(new Error("throttled"));
    await expect(watch(ports)).rejects.toThrow("neither the record nor the listener can be read");
  });
});

describe("what it cannot mend it escalates", () => {
  test("a stable side without a healthy target: nothing moves, people get the evidence, once", async () => {
    traffic.healthy.blue = 0;
    guardAlarms = { green: { state: "ALARM", transitionedMs: START - 10_000 } };
    for (let minute = 0; minute < 3; minute++) {
      expect((await watch(ports)).problem).toContain("slot blue has no healthy target");
      nowMs += 60_000;
    }
    expect(traffic.writes).toEqual([]);
    expect(told).toMatchObject([
      {
        subject: "Backout: checkout needs you: refused",
        reversion: {
          outcome: "refused",
          path: "watchdog",
          alarm: {
            reason:
              "20 of 40 probes failed; slot blue: healthy targets 0, guard alarm OK; " +
              "slot green: healthy targets 1, guard alarm ALARM",
          },
        },
      },
    ]);
    expect(store.written).toHaveLength(1);
    expect(store.written[0]?.alarm.reason).toBe(told[0]?.reversion.alarm.reason);
    nowMs += 3_600_000;
    await watch(ports);
    expect(told).toHaveLength(2);
  });

  test("a listener that takes no write", async () => {
    traffic.beforeWrite = () => {
      throw new Error("AccessDenied");
    };
    expect((await watch(ports)).problem).toContain("AccessDenied");
    expect(told).toMatchObject([{ subject: "Backout: checkout needs you: failed" }]);
    expect(told[0]?.reversion.alarm.reason).toContain("slot blue: healthy targets 1");
  });

  test("a listener that cannot be read, while the probes find the candidate bad", async () => {
    traffic.read = () => Promise.reject(new Error("throttled"));
    expect((await watch(ports)).problem).toContain("throttled");
    expect(told).toMatchObject([{ reversion: { outcome: "failed" } }]);
  });

  test("and says what cannot be read of the sides", async () => {
    traffic.healthy.blue = 0;
    ports = { ...ports, alarmStateOf: () => Promise.reject(new Error("throttled")) };
    await watch(ports);
    expect(told[0]?.reversion.alarm.reason).toContain("guard alarm unreadable (throttled)");
  });

  test("a reversion later in the same hour is recorded and told for itself", async () => {
    traffic.healthy.blue = 0;
    await watch(ports);
    traffic.healthy.blue = 1;
    await watch(ports);
    expect(store.written.map(({ outcome }) => outcome)).toEqual(["refused", "reverted"]);
    expect(told).toHaveLength(2);
  });
});

/** A minute with one round: whether it brought the traffic home. */
async function isLeftAt(outcome: ProbeJudgement["outcome"]): Promise<boolean> {
  answers = { green: { outcome, why: "" } };
  const { reversion } = await watch(ports);
  nowMs += 60_000 - 4_000;
  return reversion !== null;
}
