import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { cloudWatchAlarms } from "../../drills/alarms.ts";
import { brokenLink, type LinkEvidence } from "../../drills/verdict/brokenLink.ts";
import { dynamoFaultStore, type FaultStore } from "../../drills/faultStore.ts";
import { gatherEvidence } from "../../drills/verdict/linkEvidence.ts";
import { allOn } from "../../guard/slot.ts";
import type { FaultLease, SidecarReport } from "../../sidecar/lease.ts";
import { GUARD_ARN, type LabAws, NAMES, startLabAws } from "./labAws.ts";

let aws: LabAws;

beforeEach(async () => {
  aws = await startLabAws();
});
afterEach(() => aws.stop());

function lease(leaseId: string, lastsMs: number): FaultLease {
  return {
    schemaVersion: 1,
    slot: "green",
    leaseId,
    holder: `run-${leaseId}`,
    fault: { kind: "errors", share: 0.3, status: 500 },
    expiresAt: new Date(aws.clock.wall() + lastsMs).toISOString(),
  };
}

function store(): FaultStore {
  return dynamoFaultStore(aws.dynamodb, NAMES.faultTable, () => aws.clock.wall());
}

it("a workload without fault sidecar has no fault table, and that is what is said", async () => {
  const message = "the workload has no fault sidecar: set backout:faultSidecarImage";
  await expect(store().lease("green")).rejects.toThrow(message);
  await expect(store().reports("green")).rejects.toThrow(message);
});

describe("leases in DynamoDB", () => {
  beforeEach(() => aws.createFaultTable());

  it("one slot has one unexpired lease; its own may be written again", async () => {
    expect(await store().lease("green")).toBeNull();
    await store().putLease(lease("a", 60_000));
    await store().putLease(lease("a", 60_000));
    await expect(store().putLease(lease("b", 60_000))).rejects.toMatchObject({
      code: "slot-leased",
      message: expect.stringContaining("lease a of run-a"),
    });
    expect(await store().lease("green")).toEqual(lease("a", 60_000));
    await store().putLease({ ...lease("c", 60_000), slot: "blue" });
  });

  it("an expired lease gives way", async () => {
    await store().putLease(lease("a", 60_000));
    await aws.clock.advance(60_000);
    await store().putLease(lease("b", 60_000));
    expect((await store().lease("green"))?.leaseId).toBe("b");
  });

  it("only the own lease is removed, as often as one likes", async () => {
    await store().putLease(lease("a", 60_000));
    await store().removeLease("green", "b");
    expect((await store().lease("green"))?.leaseId).toBe("a");
    await store().removeLease("green", "a");
    await store().removeLease("green", "a");
    expect(await store().lease("green")).toBeNull();
  });

  it("reads every sidecar's report, and no lease among them", async () => {
    await store().putLease(lease("a", 60_000));
    const report: SidecarReport = {
      schemaVersion: 1,
      slot: "green",
      sidecarId: "s1",
      leaseId: "a",
      activeSince: new Date(aws.clock.wall()).toISOString(),
      injected: 3,
      reportedAt: new Date(aws.clock.wall()).toISOString(),
    };
    for (const sidecarId of ["s1", "s2"]) {
      await aws.dynamodb.send(
        new PutItemCommand({
          TableName: NAMES.faultTable,
          Item: {
            slot: { S: "green" },
            entry: { S: `sidecar#${sidecarId}` },
            body: { S: JSON.stringify({ ...report, sidecarId }) },
          },
        }),
      );
    }
    expect(await store().reports("green")).toEqual([report, { ...report, sidecarId: "s2" }]);
    expect(await store().reports("blue")).toEqual([]);
  });
});

describe("alarms in CloudWatch", () => {
  it("reads states, the transition's time, actions and what sets the floors", async () => {
    await aws.createAlarms([GUARD_ARN]);
    const alarms = cloudWatchAlarms(aws.cloudwatch, NAMES);
    const sinceMs = aws.clock.now();
    await aws.clock.advance(5_000);
    await aws.breach();
    const { guard, errors, unhealthy } = await alarms.read("green");
    expect(guard).toMatchObject({
      state: "ALARM",
      actionsEnabled: true,
      alarmActions: [GUARD_ARN],
    });
    expect(guard.transitionedMs).toBeGreaterThanOrEqual(sinceMs + 5_000);
    expect(await alarms.firstAlarmSince("green", sinceMs)).toBe(guard.transitionedMs);
    expect(await alarms.firstAlarmSince("green", (guard.transitionedMs ?? 0) + 1)).toBeNull();
    expect(errors).toMatchObject({
      state: "ALARM",
      periodSeconds: 60,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      threshold: 5,
    });
    expect(unhealthy).toMatchObject({ evaluationPeriods: 2, datapointsToAlarm: 2 });
  });

  it("an environment without its alarms is named as incomplete", async () => {
    const reading = cloudWatchAlarms(aws.cloudwatch, NAMES).read("green");
    await expect(reading).rejects.toMatchObject({ code: "incomplete-environment" });
  });
});

async function evidence(home = false): Promise<LinkEvidence> {
  const { cloudwatch, lambda, logs, clock } = aws;
  const sources = {
    cloudwatch,
    lambda,
    logs,
    clock,
    names: NAMES,
    alarms: cloudWatchAlarms(cloudwatch, NAMES),
    store: {
      read: () => Promise.reject(new Error("down")),
      replace: () => Promise.reject(new Error("down")),
      putReversion: () => Promise.reject(new Error("down")),
      reversions: () => Promise.resolve([]),
    },
    traffic: {
      read: () => Promise.resolve({ weights: allOn(home ? "blue" : "green"), sticky: false }),
      write: () => Promise.reject(new Error("not here")),
      healthyTargets: () => Promise.resolve(1),
    },
  };
  return gatherEvidence(sources, {
    slot: "green",
    home: "blue",
    sinceMs: aws.clock.now() - 10_000,
    knownReversionIds: [],
  });
}

describe("evidence of the broken link, read through AWS", () => {
  const THROWS = `export const handler = async () => { throw new Error("rehearsed"); };`;
  const WORKS = `export const handler = async () => ({ done: true });`;

  it("an alarm that stayed where it was", async () => {
    await aws.createGuard(WORKS, true);
    await aws.createAlarms([GUARD_ARN]);
    expect(brokenLink(await evidence())).toBe("alarm");
  });

  it.each([
    ["no action", [], true],
    ["another function's action", [`${GUARD_ARN}-other`], true],
    ["actions that are disabled", [GUARD_ARN], false],
  ])("%s", async (_what, actions, enabled) => {
    await aws.createGuard(WORKS, true);
    await aws.createAlarms(actions, enabled);
    await aws.breach();
    expect(brokenLink(await evidence())).toBe("alarm-action");
  });

  it("a function that does not permit the alarm, as the alarm's history confirms", async () => {
    await aws.createGuard(WORKS, false);
    await aws.createAlarms([GUARD_ARN]);
    await aws.breach();
    await aws.settled();
    const found = await evidence();
    expect(found).toMatchObject({ functionExists: true, invokePermitted: false });
    expect(found.failedActions).toEqual([expect.stringContaining(GUARD_ARN)]);
    expect(brokenLink(found)).toBe("permission");
  });

  it("a function that is not there", async () => {
    await aws.createAlarms([GUARD_ARN]);
    await aws.breach();
    const found = await evidence();
    expect(found.functionExists).toBe(false);
    expect(brokenLink(found)).toBe("function");
  });

  it("a function that throws says so in its log", async () => {
    await aws.createGuard(THROWS, true);
    await aws.createAlarms([GUARD_ARN]);
    await aws.breach();
    await aws.settled();
    let found = await evidence();
    // The process that runs it takes wall time of its own.
    while (!found.functionErrored) found = await evidence();
    expect(found).toMatchObject({ invokePermitted: true, failedActions: [] });
    expect(brokenLink(found)).toBe("function");
  });

  it("weights that are home leave the data plane", async () => {
    await aws.createAlarms([]);
    expect(brokenLink(await evidence(true))).toBe("data-plane");
  });
});
