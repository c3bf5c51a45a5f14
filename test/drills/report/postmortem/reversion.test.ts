/** A real reversion's draft, byte for byte, and what each thing on record makes of it. */
import { describe, expect, it } from "vitest";
import { findReversion } from "../../../../drills/report/postmortem/findReversion.ts";
import type { Minute } from "../../../../drills/report/postmortem/minutes.ts";
import { troubleIn } from "../../../../drills/report/postmortem/minutes.ts";
import { reversionIncident } from "../../../../drills/report/postmortem/ofReversion.ts";
import { renderPostmortem } from "../../../../drills/report/postmortem/render.ts";
import type { ReversionSight } from "../../../../drills/report/postmortem/sight.ts";
import { type EnvironmentRecord, initialRecord, latched } from "../../../../guard/record.ts";
import { type Reversion, reversionSchema } from "../../../../guard/reversion.ts";
import type { Verification } from "../../../../guard/verification/verification.ts";
import { slotAlarms } from "../../../guard/slotAlarms.ts";

const OBJECTIVE = { percent: 99.9, windowMs: 30 * 86_400_000, assumed: [] } as const;
const ID = "20260314T090203Z-4f9a1c";
const NOON = Date.parse("2026-03-14T09:00:00.000Z");

function reversion(changed: Partial<Reversion> = {}): Reversion {
  return reversionSchema.parse({
    schemaVersion: 1,
    id: ID,
    environment: "checkout",
    outcome: "reverted",
    path: "primary",
    why: "slot green alarms while it is the candidate (baking)",
    alarm: {
      name: "checkout-green",
      slot: "green",
      stateAt: "2026-03-14T09:02:00.000+0000",
      reason:
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green-errors transitioned to ALARM",
    },
    receivedAt: "2026-03-14T09:02:00.200Z",
    decidedAt: "2026-03-14T09:02:00.500Z",
    writtenAt: "2026-03-14T09:02:00.600Z",
    verifiedAt: "2026-03-14T09:02:00.700Z",
    weightsBefore: { blue: 80, green: 20 },
    weightsAfter: { blue: 100, green: 0 },
    explanation: {
      at: "2026-03-14T09:02:00.900Z",
      verdict: "errors is in ALARM and reverts alone",
      policy: "",
      votesNeeded: null,
      sentinel: null,
      problem: null,
      signals: [
        {
          signal: "errors",
          alarm: "checkout-green-errors",
          state: "ALARM",
          reason: "Threshold Crossed",
          value: 31.25,
          threshold: 5,
          unit: "%",
          breaches: "above",
          role: "immediate",
          votes: null,
        },
      ],
    },
    ...changed,
  });
}

/** Latched by it, the rollout of release shop:2 over. */
function record(one = reversion()): EnvironmentRecord {
  const before = {
    ...initialRecord("checkout"),
    version: 7,
    candidate: "green" as const,
    history: [
      {
        release: "shop:2",
        slot: "green" as const,
        taskDefinition: null,
        promotedAt: null,
        bad: null,
      },
    ],
  };
  const because = { id: one.id, reason: one.why, at: one.decidedAt };
  const after = latched(before, "green", "blue", because);
  return {
    ...after,
    history: before.history.map((entry) => ({
      ...entry,
      bad: { why: one.why, at: one.decidedAt },
    })),
  };
}

const VERIFIED: Verification = {
  schemaVersion: 1,
  version: 2,
  id: ID,
  kind: "reversion",
  left: "green",
  home: "blue",
  why: "",
  at: "2026-03-14T09:02:00.500Z",
  since: "2026-03-14T09:02:30.000Z",
  lookedAt: "2026-03-14T09:05:30.000Z",
  outcome: "good",
  checks: [{ name: "weights", outcome: "good", says: "all traffic is on slot blue" }],
  final: true,
  told: null,
};

function minute(at: number, blue: number, green: number, failed: number): Minute {
  return { atMs: NOON + at * 60_000, requests: { blue, green }, failed };
}

const MINUTES = [
  minute(-1, 1_000, 0, 0),
  minute(0, 800, 200, 0),
  minute(1, 790, 210, 60),
  minute(2, 1_000, 0, 0),
];

function sight(changed: Partial<ReversionSight> = {}): ReversionSight {
  const one = changed.reversion ?? reversion();
  return {
    reversion: one,
    all: [one],
    record: record(one),
    verification: VERIFIED,
    minutes: MINUTES,
    alarms: slotAlarms("green"),
    deliveryDelayMs: 0,
    clock: { speed: 1, toNominal: (ms) => ms },
    ...changed,
  };
}

function commands(one: ReversionSight): string[] {
  return reversionIncident(one).actions.flatMap((action) => action.commands);
}

const texts = (found: readonly { readonly text: string }[]): string =>
  found.map(({ text }) => text).join("\n");

describe("the draft of a real reversion", () => {
  it("with metrics", async () => {
    const text = renderPostmortem({ incident: reversionIncident(sight()), objective: OBJECTIVE });
    await expect(text).toMatchFileSnapshot("golden/reversion.md");
  });

  it("counts users' requests of the bad minutes, and detection from the first of them", () => {
    const { impact, detection, intervals } = reversionIncident(sight());
    expect(impact).toMatchObject({ requests: 1_000, failed: 60, slow: null, spanMs: 60_000 });
    expect(detection).toMatchObject({
      actual: { leastMs: 0, mostMs: 60_000 },
      floorMs: 0,
      worstMs: 180_000,
    });
    expect(intervals.map(({ ms }) => ms)).toEqual([30_000, 500, 200, 0]);
  });

  it.each([
    [
      "the metrics did not answer",
      { minutes: { problem: "throttled" } },
      /metrics did not answer: throttled/,
    ],
    ["the metrics are gone", { minutes: [] }, /no minute of it any more/],
    [
      "nothing failed: it was slow",
      { minutes: [minute(1, 5, 5, 0)] },
      /counted no failed one of slot green/,
    ],
  ] as const)("its impact is said to be unknown when %s", (_, changed, says) => {
    const incident = reversionIncident(sight(changed));
    expect(incident.impact).toHaveProperty("unknown", expect.stringMatching(says));
    expect(incident.detection.actual).toBeNull();
    const text = renderPostmortem({ incident, objective: OBJECTIVE });
    expect(text).toContain("Not known. ");
    expect(text).not.toContain("error budget");
  });

  it("a clock at 20 x: the guard's wall stamps are put where CloudWatch's are", () => {
    const clock = { speed: 20, toNominal: (ms: number) => NOON + 120_000 + (ms - NOON) * 20 };
    const one = reversion({
      receivedAt: iso(10),
      decidedAt: iso(50),
      writtenAt: iso(60),
      verifiedAt: iso(75),
    });
    const { intervals } = reversionIncident(sight({ reversion: one, clock }));
    expect(intervals.map(({ ms }) => ms)).toEqual([30_000, 1_000, 500, 0]);
  });

  it("a clock moved by hand: no wall stamp has a place in it, and nothing is made up", () => {
    const clock = { speed: 0, toNominal: (ms: number) => ms };
    const { intervals, timeline, unknown } = reversionIncident(sight({ clock }));
    expect(intervals.slice(1).map(({ ms }) => ms)).toEqual([null, null, null]);
    expect(timeline.map(({ source }) => source)).not.toContain("guard, its machine's clock");
    expect(texts(unknown)).toContain("How long detection, decision and reversion took");
  });

  it("a decision before its alarm is an error of clocks, never a short time", () => {
    const one = reversion({ decidedAt: "2026-03-14T09:01:59.000Z" });
    const { intervals, unknown } = reversionIncident(sight({ reversion: one }));
    expect(intervals[1]).toMatchObject({ name: "decide", ms: null });
    expect(texts(unknown)).toContain("the guard's clock and CloudWatch's disagree");
  });
});

describe("what is found and asked for", () => {
  const earlier = reversion({
    id: "20260314T090103Z-000000",
    outcome: "refused",
    decidedAt: "2026-03-14T09:01:03.000Z",
    why: "slot blue has no healthy target",
  });
  it.each([
    ["well", {}, "slot green had 20 % of the new requests"],
    ["well", {}, "without anybody's help, 700 ms after the alarm"],
    ["luck", {}, "second way home was not needed"],
    [
      "luck",
      {
        reversion: reversion({
          path: "watchdog",
          alarm: { ...reversion().alarm, stateAt: "2026-03-14T09:02:00.100Z" },
        }),
      },
      "nothing but the second one",
    ],
    ["luck", { minutes: [minute(-1, 5_000, 0, 0), ...MINUTES] }, "Traffic happened to be low"],
    ["luck", {}, "Detection was near its best case"],
    [
      "poorly",
      { all: [earlier, reversion()] },
      "An earlier call moved nothing (refused): slot blue has no healthy target",
    ],
    [
      "poorly",
      { reversion: reversion({ outcome: "failed", why: "throttled" }) },
      "did not come home: throttled",
    ],
    ["unknown", { verification: null }, "Whether all was well afterwards"],
    ["unknown", { record: initialRecord("checkout") }, "Which release it was"],
    ["unknown", { record: initialRecord("checkout") }, "When the latch was cleared"],
    ["actions", {}, "what in release shop:2 made these signals bad"],
    [
      "actions",
      { verification: { ...VERIFIED, outcome: "bad" as const } },
      "Look at the slot that has the traffic now",
    ],
    [
      "actions",
      { reversion: reversion({ path: "reconcile" }) },
      "Find out why the first way home did not act",
    ],
    [
      "actions",
      { reversion: reversion({ outcome: "refused" }) },
      "Make sure that the traffic is where it should be",
    ],
  ] as const)("%s: %#", (where, changed, says) => {
    expect(texts(reversionIncident(sight(changed))[where])).toContain(says);
  });

  it("the latch is to be cleared only where it still is", () => {
    expect(commands(sight())).toContain("backout env unlatch checkout");
    expect(commands(sight({ record: { ...record(), latch: null } }))).not.toContain(
      "backout env unlatch checkout",
    );
  });
});

describe("which minutes are the trouble", () => {
  it.each([
    ["none", [minute(0, 1, 1, 0)], null],
    ["one", [minute(0, 1, 1, 0), minute(1, 1, 1, 1)], [1, 2]],
    ["gaps of five minutes are one trouble", [minute(0, 1, 1, 1), minute(5, 1, 1, 1)], [0, 6]],
    ["after six minutes it is another one", [minute(0, 1, 1, 1), minute(6, 1, 1, 1)], [6, 7]],
    ["in whatever order they came", [minute(2, 1, 1, 1), minute(1, 1, 1, 1)], [1, 3]],
  ] as const)("%s", (_, minutes, span) => {
    const trouble = troubleIn(minutes);
    const found = trouble && [trouble.firstMs, trouble.untilMs].map((ms) => (ms - NOON) / 60_000);
    expect(found).toEqual(span);
  });
});

describe("which reversion is meant", () => {
  const told = reversion({
    id: "20260315T090203Z-000000",
    outcome: "notified",
    decidedAt: "2026-03-15T09:02:03.000Z",
  });
  const all = [reversion(), told];
  it.each([
    ["its id", ID, ID],
    ["one that only told people, by its id", told.id, told.id],
    ["the release that it left", "shop:2", ID],
    ["the newest that was more than a notice", "latest", ID],
  ])("%s", (_, wanted, id) => expect(findReversion(all, record(), wanted).id).toBe(id));

  it.each([
    [all, "20260314T090203Z-4f9a1d", `the nearest: ${ID}`],
    [[], "latest", "its record holds none"],
  ])("refuses an unknown one, and says what there is: %#", (there, wanted, says) => {
    expect(() => findReversion(there, record(), wanted)).toThrow(says);
  });
});

function iso(ms: number): string {
  return new Date(NOON + ms).toISOString();
}
