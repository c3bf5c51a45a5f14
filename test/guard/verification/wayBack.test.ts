import { beforeEach, describe, expect, test, vi } from "vitest";
import { shiftTraffic } from "../../../guard/authority.ts";
import { initialRecord, promoted, shiftBegun, shiftDone } from "../../../guard/record.ts";
import { promoteRollout } from "../../../guard/rollout/operate.ts";
import { completed, rolloutSchema } from "../../../guard/rollout/rollout.ts";
import { shiftPorts, tick, type TickPorts } from "../../../guard/rollout/tick.ts";
import { allOn } from "../../../guard/slot.ts";
import { BEFORE_MS, checkBeforeRollback } from "../../../guard/verification/beforeRollback.ts";
import type { Check } from "../../../guard/verification/check.ts";
import { askingLook, notedLook } from "../../../guard/verification/lookBack.ts";
import {
  homeOf,
  notedChecks,
  type WayBackNote,
  wayBackOf,
} from "../../../guard/verification/wayBack.ts";
import { memoryStore, type MemoryStore, memoryTraffic, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";
import { memoryVerifications, type MemoryVerifications, soon } from "./memory.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE_MS = 60_000;
const AT = new Date(START_MS).toISOString();
const ARMED = { openWriteUntil: null, armedAt: null };

const GOOD: Check = { name: "schema", outcome: "good", says: "answered 200" };
const BAD: Check = { name: "schema", outcome: "bad", says: "answered 503" };
const SILENT: Check = { name: "schema", outcome: "error", says: "no answer" };

const hangs = (): Promise<never> => new Promise(() => {});

const outcomes = (...args: Parameters<typeof notedChecks>) =>
  notedChecks(...args).map(({ outcome }) => outcome);

describe("the way back", () => {
  test.each<[number | null, string | null, Check[], string, RegExp]>([
    [1, "OK", [], "fit", /^slot blue is healthy and not in ALARM$/],
    [1, "OK", [GOOD], "fit", /, and schema good$/],
    [1, "INSUFFICIENT_DATA", [], "fit", /not in ALARM/],
    [0, "OK", [], "unfit", /no healthy target/],
    [1, "ALARM", [], "unfit", /guard alarm of slot blue is in ALARM/],
    [1, "OK", [BAD], "unfit", /^schema: answered 503$/],
    [1, null, [], "unknown", /guard alarm of slot blue cannot be read/],
    [null, "OK", [], "unknown", /targets of slot blue cannot be read/],
    [1, "OK", [SILENT], "unknown", /^schema: no answer$/],
    [
      0,
      null,
      [SILENT, BAD],
      "unfit",
      /no healthy target; schema: answered 503; .*cannot be read; schema: no answer/,
    ],
  ])("with %s targets, alarm %s, checks %j is %s", (targets, alarm, checks, fitness, why) => {
    expect(wayBackOf("blue", targets, alarm, checks)).toEqual({
      fitness,
      why: expect.stringMatching(why),
    });
  });

  test("leads to the stable slot in a rollout, and to the one before while it is warm", () => {
    const shifted = shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED));
    const later = promoted(shifted, "shop:1", new Date(START_MS + 1).toISOString(), AT);
    expect(homeOf(initialRecord("checkout"), START_MS)).toBeNull();
    expect(homeOf(shifted, START_MS)).toBe("blue");
    expect(homeOf(later, START_MS)).toBe("blue");
    expect(homeOf(later, START_MS + 1)).toBeNull();
  });

  test("is known to a command by what the guard noted, while that is fresh and of the same slot", () => {
    const note: WayBackNote = {
      schemaVersion: 1,
      home: "blue",
      fitness: "fit",
      why: "",
      at: AT,
      checks: [GOOD],
    };
    expect(outcomes(note, "blue", true, START_MS + 3 * MINUTE_MS)).toEqual(["good"]);
    expect(outcomes(note, "blue", true, START_MS + 3 * MINUTE_MS + 1)).toEqual(["error"]);
    expect(outcomes(note, "green", true, START_MS)).toEqual(["error"]);
    expect(outcomes({ ...note, checks: [] }, "blue", true, START_MS)).toEqual(["error"]);
    expect(outcomes(undefined, "blue", true, START_MS)).toEqual(["error"]);
    expect(outcomes(undefined, "blue", false, START_MS)).toEqual([]);
  });
});

describe("a rollout whose way back is watched", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let verifications: MemoryVerifications;
  let candidate: { state: string; transitionedMs: number };
  let stableAlarm: () => Promise<string>;
  let ports: TickPorts;

  beforeEach(async () => {
    nowMs = START_MS;
    traffic = memoryTraffic();
    store = memoryStore();
    verifications = memoryVerifications();
    candidate = { state: "OK", transitionedMs: START_MS - MINUTE_MS };
    stableAlarm = async () => "OK";
    const base: TickPorts = {
      environment: "checkout",
      slotOfAlarm: () => "green",
      traffic,
      store,
      alarms: async (slot) => slotAlarms(slot, slot === "green" ? candidate : {}),
      alarmStateOf: async (slot) => (slot === "green" ? candidate.state : stableAlarm()),
      requests: async () => 1_000,
      releaseOf: async (slot) => `shop:${slot}`,
      notify: async () => {},
      environmentNow: () => nowMs,
      now: () => nowMs,
      sleep: async (wallMs) => void (nowMs += wallMs),
      log: () => {},
    };
    ports = { ...base, lookBack: askingLook(base, verifications, []) };
    const rollout = rolloutSchema.parse({
      id: "r1",
      release: "shop:2",
      steps: completed([
        { weight: 5, bakeMs: 5 * MINUTE_MS, gate: false },
        { weight: 50, bakeMs: 5 * MINUTE_MS, gate: false },
      ]),
      onBad: "revert",
      minimumRequests: 50,
      decideWithinMs: 15 * MINUTE_MS,
      onDeadline: "abort",
      warmMs: MINUTE_MS,
      startedAt: AT,
      step: 0,
      stepAt: null,
      paused: null,
      approved: false,
    });
    await shiftTraffic(shiftPorts(ports), "green", rollout, ports.environmentNow);
  });

  const pass = async (minutes: number) => {
    nowMs += minutes * MINUTE_MS;
    return tick(ports);
  };

  test("rises while it is fit, and every tick notes what it saw", async () => {
    await pass(1);
    expect(verifications.note).toMatchObject({ home: "blue", fitness: "fit" });
    expect(verifications.note?.at).toBe(new Date(nowMs).toISOString());
    expect((await pass(4)).move).toMatchObject({ move: "set", step: 1 });
  });

  test("does not rise while it is not, says so, and rises when it is again", async () => {
    stableAlarm = async () => "ALARM";
    const { move, sight } = await pass(5);
    expect(sight.wayBack).toMatchObject({ fitness: "unfit" });
    expect(move).toMatchObject({
      move: "wait",
      why: expect.stringMatching(
        /^the way back is not fit: the guard alarm of slot blue is in ALARM/,
      ),
    });
    expect(verifications.note).toMatchObject({ fitness: "unfit" });
    stableAlarm = async () => "OK";
    expect((await pass(1)).move).toMatchObject({ move: "set", step: 1 });
  });

  test("never takes unknown for green, though its own note cannot be written", async () => {
    verifications.down = true;
    stableAlarm = async () => {
      throw new Error("throttled");
    };
    const { move } = await pass(5);
    expect(move.why).toMatch(
      /^nobody knows whether the way back is fit: the guard alarm of slot blue/,
    );
    expect(traffic.weights.green).toBe(5);
  });

  test("is not sent home when its time is up: home is what is in doubt", async () => {
    stableAlarm = async () => "ALARM";
    await pass(21);
    expect(store.record.rollout?.paused?.why).toMatch(/the way back is not fit/);
    expect(traffic.weights.green).toBe(5);
  });

  test("goes on when a person says so: a bad stable release may need the new one", async () => {
    stableAlarm = async () => "ALARM";
    await pass(5);
    await promoteRollout(ports, false);
    expect((await pass(1)).move).toMatchObject({ move: "set", step: 1 });
  });

  test("reverts without a look at the way back, even one that would never end", async () => {
    candidate = { state: "ALARM", transitionedMs: nowMs };
    const lookBack = vi.fn<() => Promise<never>>(hangs);
    ports = { ...ports, lookBack };
    const { reversion } = await pass(1);
    expect(reversion).toMatchObject({ outcome: "reverted", path: "reconcile" });
    expect(lookBack).not.toHaveBeenCalled();
  });

  test("is looked at in a bounded time when alarm and store hang", async () => {
    stableAlarm = hangs;
    verifications.noteWayBack = hangs;
    const { sight } = await soon(() => pass(1));
    expect(sight.wayBack).toMatchObject({ fitness: "unknown" });
  });

  test("obeys in a command what the guard noted of the stack's own checks", async () => {
    const noted = notedLook(ports, verifications, true);
    expect(await noted("blue", 1)).toMatchObject({ fitness: "unknown" });
    await verifications.noteWayBack({
      schemaVersion: 1,
      home: "blue",
      fitness: "unfit",
      why: "",
      at: AT,
      checks: [BAD],
    });
    expect(await noted("blue", 1)).toEqual({ fitness: "unfit", why: "schema: answered 503" });
    verifications.down = true;
    expect(await noted("blue", 1)).toMatchObject({ fitness: "unknown" });
    expect(await notedLook(ports, verifications, false)("blue", 1)).toMatchObject({
      fitness: "fit",
    });
  });

  const before = (force = false) => checkBeforeRollback(ports, "blue", force);

  describe("and a person who rolls back", () => {
    test("is told nothing while it is fit", async () => {
      expect(await before()).toEqual([]);
    });

    test("is refused while it is known not to be, and goes all the same by force", async () => {
      stableAlarm = async () => "ALARM";
      await expect(before()).rejects.toThrow(/nothing was moved.*slot blue.*in ALARM/);
      expect(await before(true)).toEqual([expect.stringMatching(/gets the traffic all the same/)]);
    });

    test("is not asked anything when no traffic would move", async () => {
      stableAlarm = async () => "ALARM";
      traffic.weights = allOn("blue");
      expect(await before()).toEqual([]);
    });

    test("is not stopped by what nobody can know, nor kept waiting for it", async () => {
      expect(BEFORE_MS).toBeLessThanOrEqual(2_000);
      ports = { ...ports, lookBack: hangs };
      expect(await soon(before)).toEqual([
        expect.stringMatching(/slot blue is fit is not known: no answer/),
      ]);
    });
  });
});
