import { beforeEach, describe, expect, test } from "vitest";
import type { SlotAlarms } from "../../../guard/alarms.ts";
import { handleAlarm } from "../../../guard/handle.ts";
import {
  type EnvironmentRecord,
  environmentRecordSchema,
  initialRecord,
  latched,
  shiftBegun,
  shiftDone,
  unlatched,
} from "../../../guard/record.ts";
import { allOn } from "../../../guard/slot.ts";
import type { Failures } from "../../../guard/verification/failures.ts";
import { verificationSettingsSchema } from "../../../guard/verification/settings.ts";
import { CLAIM_MS } from "../../../guard/verification/verification.ts";
import { verify, type VerifyPorts } from "../../../guard/verification/verify.ts";
import { memoryStore, type MemoryStore, memoryTraffic, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";
import { memoryVerifications, type MemoryVerifications, soon } from "./memory.ts";

const START_MS = Date.parse("2026-01-01T00:00:30.000Z");
const MINUTE_MS = 60_000;
const AT = new Date(START_MS).toISOString();
const ARMED = { openWriteUntil: null, armedAt: null };

const shifted = shiftDone(shiftBegun(initialRecord("checkout"), "green", ARMED));
const reverted = latched(shifted, "green", "blue", { id: "r1", reason: "errors", at: AT });

const hangs = (): Promise<never> => new Promise(() => {});
const fails = async (): Promise<never> => {
  throw new Error("throttled");
};

describe("the look after a reversion", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let verifications: MemoryVerifications;
  let alarms: { blue: SlotAlarms; green: SlotAlarms };
  let perMinute: Failures;
  let told: { subject: string; message: object }[];
  let ports: VerifyPorts;

  beforeEach(() => {
    nowMs = START_MS;
    traffic = memoryTraffic(allOn("blue"));
    store = memoryStore(reverted);
    verifications = memoryVerifications();
    alarms = { blue: slotAlarms("blue"), green: slotAlarms("green") };
    perMinute = { minutes: 1, requests: 100, failures: 0 };
    told = [];
    ports = {
      environment: "checkout",
      store,
      verifications,
      traffic,
      alarms: async (slot) => alarms[slot],
      failures: async (slot, { fromMs, toMs }) => {
        const count = slot === "blue" ? (toMs - fromMs) / MINUTE_MS : 0;
        const { requests, failures } = perMinute;
        return { minutes: count, requests: count * requests, failures: count * failures };
      },
      ask: async ({ url }) => ({ name: url, outcome: "good", says: "answered 200" }),
      settings: verificationSettingsSchema.parse({}),
      tell: async (subject, message) => void told.push({ subject, message }),
      environmentNow: () => nowMs,
      now: () => nowMs,
      log: () => {},
    };
  });

  async function minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      nowMs += MINUTE_MS;
      await verify(ports);
    }
  }

  const subjects = () => told.map(({ subject }) => subject);
  const check = (name: string) =>
    verifications.verification?.checks.find((one) => one.name === name);

  test("waits for complete minutes of traffic, then says verified, once, and looks no more", async () => {
    await verify(ports);
    expect(verifications.verification).toMatchObject({
      id: "r1",
      outcome: "inconclusive",
      final: false,
    });
    expect(check("error rate")?.says).toMatch(/no request in complete minutes/);
    await minutes(3);
    expect(verifications.verification).toMatchObject({
      outcome: "good",
      final: true,
      lookedAt: new Date(START_MS + 3 * MINUTE_MS).toISOString(),
      told: { at: new Date(nowMs).toISOString() },
    });
    expect(verifications.kept.get("r1")).toMatchObject({ outcome: "good", final: true });
    const { version } = verifications.verification ?? {};
    traffic.healthy.blue = 0;
    await minutes(5);
    expect(verifications.verification).toMatchObject({ version, outcome: "good" });
    expect(subjects()).toEqual(["Backout: checkout reversion verified"]);
    expect(told[0]?.message).toMatchObject({
      environment: "checkout",
      summary: expect.stringMatching(/^verified: the reversion from slot green to slot blue did/),
      verification: { id: "r1" },
    });
  });

  test("of a guard that was called by an alarm finds what it did", async () => {
    store.record = shifted;
    traffic.weights = allOn("green");
    const event = {
      source: "aws.cloudwatch",
      alarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green",
      alarmData: {
        alarmName: "checkout-green",
        state: { value: "ALARM", reason: "errors", timestamp: AT },
        configuration: {},
      },
    };
    const { id } = await handleAlarm(event, {
      ...ports,
      slotOfAlarm: () => "green",
      store,
      alarmStateOf: async () => "OK",
      notify: async () => {},
      sleep: async () => {},
    });
    await verify(ports);
    expect(verifications.verification).toMatchObject({ id, kind: "reversion", home: "blue" });
  });

  test("goes on for 15 minutes while something is bad, and tells of it once then", async () => {
    perMinute = { ...perMinute, failures: 20 };
    await minutes(15);
    expect(verifications.verification).toMatchObject({ outcome: "bad", final: false });
    expect(told).toEqual([]);
    await minutes(5);
    expect(verifications.verification).toMatchObject({ outcome: "bad", final: true });
    expect(subjects()).toEqual(["Backout: checkout reversion NOT verified"]);
    expect(told[0]?.message).toMatchObject({
      summary: expect.stringMatching(
        /^NOT verified after 15 m 0.0 s: .*error rate: 20 % of 500 requests.*Asked of you/,
      ),
    });
  });

  test("lets what was bad become good in time", async () => {
    perMinute = { ...perMinute, failures: 20 };
    await minutes(5);
    perMinute = { ...perMinute, failures: 0 };
    await minutes(1);
    expect(verifications.verification).toMatchObject({ outcome: "good", final: true });
  });

  test("without traffic stays inconclusive, and says what is missing", async () => {
    perMinute = { minutes: 0, requests: 0, failures: 0 };
    await minutes(17);
    expect(verifications.verification).toMatchObject({ outcome: "inconclusive", final: true });
    expect(told[0]?.message).toMatchObject({ summary: expect.stringMatching(/send it traffic/) });
  });

  test.each<[string, () => Partial<VerifyPorts>, string]>([
    ["its alarms fail", () => ({ alarms: fails }), "alarm"],
    ["its alarms hang", () => ({ alarms: hangs }), "alarm"],
    ["its metrics fail", () => ({ failures: fails }), "error rate"],
    ["its listener hangs", () => ({ traffic: { ...traffic, read: hangs } }), "weights"],
    ["its targets fail", () => ({ traffic: { ...traffic, healthyTargets: fails } }), "targets"],
  ])(
    "that finds that %s is an error for that check, in a bounded time",
    async (_what, broken, name) => {
      await verify(ports);
      nowMs += 5 * MINUTE_MS;
      ports = { ...ports, ...broken() };
      await soon(() => verify(ports));
      expect(verifications.verification).toMatchObject({ outcome: "error", final: false });
      expect(check(name)).toMatchObject({
        outcome: "error",
        says: expect.stringMatching(/could not be read/),
      });
    },
  );

  test("asks the stack's smoke checks, and is not good without them", async () => {
    const smokeChecks = [{ url: "https://shop.example/" }];
    ports = {
      ...ports,
      settings: verificationSettingsSchema.parse({ smokeChecks }),
      ask: async ({ url }) => ({ name: url, outcome: "bad", says: "answered 500" }),
    };
    await minutes(5);
    expect(verifications.verification).toMatchObject({ outcome: "bad", final: false });
    expect(check("smoke check https://shop.example/")?.says).toBe("answered 500");
  });

  test("gives up for this minute when the store is down, and goes on when it is back", async () => {
    await verify(ports);
    verifications.down = true;
    await expect(minutes(1)).rejects.toThrow("does not answer");
    verifications.down = false;
    store.down = true;
    await expect(minutes(1)).rejects.toThrow("does not answer");
    store.down = false;
    await minutes(2);
    expect(verifications.verification).toMatchObject({ outcome: "good", final: true });
    expect(told).toHaveLength(1);
  });

  test("killed before any of its writes goes on at the next look, and tells once", async () => {
    const deaths: number[] = [];
    for (let death = 1; death <= 8; death++) {
      verifications = Object.assign(verifications, memoryVerifications());
      told.length = 0;
      nowMs = START_MS;
      let writes = 0;
      verifications.beforeReplace = () => {
        if (++writes === death) throw new Error("killed");
      };
      for (let minute = 0; minute < 12; minute++) {
        await verify(ports).catch(() => {});
        nowMs += MINUTE_MS;
      }
      expect(verifications.verification).toMatchObject({
        outcome: "good",
        told: { at: expect.any(String) },
      });
      deaths.push(subjects().length);
    }
    // Begun, four looks, about to tell, told: only who dies between the last two tells twice.
    expect(deaths).toEqual([1, 1, 1, 1, 1, 1, 2, 1]);
  });

  test("and another at the same moment tell once", async () => {
    await minutes(2);
    nowMs += MINUTE_MS;
    await Promise.all([verify(ports), verify(ports)]);
    nowMs += MINUTE_MS;
    await Promise.all([verify(ports), verify(ports)]);
    expect(verifications.verification).toMatchObject({ final: true });
    expect(told).toHaveLength(1);
  });

  test("tells again later when people could not be told, and two at once tell once", async () => {
    const { tell } = ports;
    ports = { ...ports, tell: fails };
    await minutes(4);
    expect(verifications.verification).toMatchObject({ final: true, told: { at: null } });
    ports = { ...ports, tell };
    // Whoever said that they were about to tell may still be doing so.
    nowMs += CLAIM_MS - MINUTE_MS - 1;
    await minutes(1);
    expect(told).toEqual([]);
    nowMs += 1;
    await Promise.all([verify(ports), verify(ports)]);
    await minutes(2);
    expect(subjects()).toEqual(["Backout: checkout reversion verified"]);
  });

  test("goes on after the latch is cleared, and ends when a rollout begins", async () => {
    await minutes(1);
    store.record = unlatched(store.record);
    await minutes(1);
    expect(verifications.verification).toMatchObject({ id: "r1", final: false });
    store.record = shiftBegun(store.record, "green", ARMED);
    await minutes(2);
    expect(verifications.verification).toMatchObject({ outcome: "inconclusive", final: true });
    expect(check("time")?.says).toMatch(/slot green became the candidate of another rollout/);
    expect(subjects()).toEqual(["Backout: checkout reversion NOT verified"]);
  });

  test("begins anew for the next reversion, and keeps the last one under its id", async () => {
    await minutes(4);
    const again = { id: "r2", reason: "late", at: new Date(nowMs).toISOString() };
    store.record = latched(shifted, "green", "blue", again);
    await minutes(4);
    expect(verifications.verification).toMatchObject({ id: "r2", outcome: "good" });
    expect([...verifications.kept.keys()]).toEqual(["r1", "r2"]);
    expect(told).toHaveLength(2);
  });

  test("verifies a rollout that was given up, which latches nothing", async () => {
    store.record = environmentRecordSchema.parse({
      ...initialRecord("checkout"),
      lastRollout: { id: "o1", release: "shop:2", ended: "aborted", why: "enough", at: AT },
    });
    await minutes(4);
    expect(verifications.verification).toMatchObject({ id: "o1", kind: "return", outcome: "good" });
    expect(told[0]?.message).toMatchObject({
      summary: expect.stringContaining("the return to slot blue"),
    });
  });

  test.each<[string, EnvironmentRecord]>([
    ["nothing was ever moved", initialRecord("checkout")],
    ["a candidate has traffic", shifted],
    [
      "the reversion is of yesterday",
      latched(shifted, "green", "blue", { id: "r0", reason: "", at: "2025-12-31T00:00:00.000Z" }),
    ],
  ])("has nothing to do when %s", async (_what, record) => {
    store.record = record;
    await minutes(3);
    expect(verifications.verification).toBeUndefined();
    expect(told).toEqual([]);
  });
});
