import { expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { FaultLease } from "../../sidecar/lease.ts";
import { MemoryGrowth } from "../../sidecar/memoryGrowth.ts";

test("memory grows at the lease's rate, and is given back when the lease ends, or expires", async () => {
  const clock = new ManualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const leak: FaultLease = {
    schemaVersion: 1,
    slot: "green",
    leaseId: "l1",
    holder: "run",
    fault: { kind: "memory", mibPerSecond: 2 },
    expiresAt: "2026-01-01T00:01:00.000Z",
  };
  let lease: FaultLease | null = null;
  const memory = new MemoryGrowth(() => lease, clock);
  memory.start();
  await clock.advance(2_000);
  expect(memory.takenMib).toBe(0);
  lease = leak;
  await clock.advance(3_000);
  expect(memory.takenMib).toBe(6);
  lease = null;
  await clock.advance(1_000);
  expect(memory.takenMib).toBe(0);
  lease = leak;
  await clock.advance(54_000);
  expect(memory.takenMib).toBe(0);
  memory.stop();
});
