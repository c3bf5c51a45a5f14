import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drillRecordSchema, TIMELINE_EVENTS } from "../../drills/verdict/record.ts";
import { type Sandbox, sandbox } from "./command.ts";

describe("every way in which a release goes bad reverts", { timeout: 120_000 }, () => {
  let box: Sandbox;
  beforeEach(() => {
    box = sandbox();
  });
  afterEach(() => box.remove());

  const demo = async (fault: string) => {
    const { code, stdout } = await box.run("demo", "--json", "--speed", "40", "--fault", fault);
    return { code, record: drillRecordSchema.parse(JSON.parse(stdout)) };
  };
  const REVERTED = {
    verdict: "passed",
    recovery: "reverted",
    residue: [],
    traffic: { weightsBefore: { blue: 0, green: 100 }, weightsAfter: { blue: 100, green: 0 } },
  };

  test("slow responses: the p99 alarm sees what no error shows", async () => {
    const { code, record } = await demo("bad-release-latency");
    expect(record).toMatchObject({ ...REVERTED, drill: "bad-release-latency" });
    expect(code).toBe(0);
    expect(record.timeline.map((event) => event.event)).toEqual(TIMELINE_EVENTS);
    expect(record.traffic.slow).toBeGreaterThan(20);
    expectFloorHolds(record);
  });

  test("a crash loop: the alarm sees that nobody is there, and the slot comes back", async () => {
    const { code, record } = await demo("bad-release-crash");
    expect(record).toMatchObject({ ...REVERTED, drill: "bad-release-crash" });
    expect(code).toBe(0);
    expect(record.timeline.map((event) => event.event)).toEqual(TIMELINE_EVENTS);
    expect(record.traffic.errors).toBeGreaterThan(20);
    expectFloorHolds(record);
  });
});

/** What the alarms cannot do they must not be seen to do; the other bound is a busy machine's. */
function expectFloorHolds(record: ReturnType<typeof drillRecordSchema.parse>): void {
  expect(record.durations.detect).toBeGreaterThanOrEqual(record.floors.detect ?? Infinity);
}
