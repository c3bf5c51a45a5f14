import { describe, expect, test } from "vitest";
import { effectOn } from "../../sidecar/inject.ts";
import type { FaultLease } from "../../sidecar/lease.ts";

const lease: FaultLease = {
  schemaVersion: 1,
  slot: "green",
  leaseId: "l1",
  holder: "run",
  fault: { kind: "errors", share: 0.3, status: 503 },
  expiresAt: "2026-01-01T00:01:00.000Z",
};
const during = Date.parse("2026-01-01T00:00:59.999Z");
const browser = { userAgent: "Mozilla/5.0" };

describe("what a lease does to a request", () => {
  test.each([
    ["a draw below the share is broken", lease, browser, during, 0.299, 503],
    ["a draw at the share passes", lease, browser, during, 0.3, null],
    ["a client without a name is a client", lease, { userAgent: undefined }, during, 0, 503],
    ["the health checker passes", lease, { userAgent: "ELB-HealthChecker/2.0" }, during, 0, null],
    ["a lease ends by itself", lease, browser, during + 1, 0, null],
    ["no lease, no effect", null, browser, during, 0, null],
  ] as const)("%s", (_story, held, request, nowMs, draw, status) => {
    expect(effectOn(held, request, nowMs, draw)?.status ?? null).toBe(status);
  });
});
