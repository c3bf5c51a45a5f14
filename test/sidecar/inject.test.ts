import { describe, expect, test } from "vitest";
import { type Effect, effectOn } from "../../sidecar/inject.ts";
import type { Fault, FaultLease, Only } from "../../sidecar/lease.ts";

const lease: FaultLease = {
  schemaVersion: 1,
  slot: "green",
  leaseId: "l1",
  holder: "run",
  fault: { kind: "errors", share: 0.3, status: 503 },
  expiresAt: "2026-01-01T00:01:00.000Z",
};
const during = Date.parse("2026-01-01T00:00:59.999Z");
const errors = { kind: "errors" as const, share: 0.3, status: 503 };
const checker = { userAgent: "ELB-HealthChecker/2.0" };
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
    const effect = effectOn(held, request, nowMs, draw);
    expect(effect).toEqual(status === null ? null : { kind: "respond", status });
  });

  test.each([
    ["below the share", browser, 0.299, { kind: "hold", addedMs: 1_500 }],
    ["at the share", browser, 0.3, null],
    ["the health checker is not held up", { userAgent: "ELB-HealthChecker/2.0" }, 0, null],
  ] as const)("latency, %s", (_story, request, draw, effect) => {
    const slow = { ...lease, fault: { kind: "latency" as const, share: 0.3, addedMs: 1_500 } };
    expect(effectOn(slow, request, during, draw)).toEqual(effect);
  });

  test.each([
    [{ kind: "resets" as const, share: 0.3 }, { kind: "reset" }],
    [
      { kind: "content" as const, share: 0.3, body: "x" },
      { kind: "respond", status: 200, body: "x" },
    ],
  ])("%j below its share, and nothing at it", (fault, effect) => {
    expect(effectOn({ ...lease, fault }, browser, during, 0.299)).toEqual(effect);
    expect(effectOn({ ...lease, fault }, browser, during, 0.3)).toBeNull();
  });

  test("a crash changes no response: it ends whoever would have given it", () => {
    const crash = { ...lease, fault: { kind: "crash" as const, exitCode: 1 } };
    expect(effectOn(crash, browser, during, 0)).toBeNull();
  });

  test("a slow start, memory and what acts from outside change no response", () => {
    const faults: Fault[] = [
      { kind: "slow-start", notReadyMs: 1 },
      { kind: "memory", mibPerSecond: 1 },
      { kind: "outside" },
    ];
    for (const fault of faults) {
      expect(effectOn({ ...lease, fault }, browser, during, 0)).toBeNull();
      expect(effectOn({ ...lease, fault }, checker, during, 0)).toBeNull();
    }
  });

  test.each<[Fault, Effect | null, Effect | null]>([
    [{ kind: "readiness", status: 503 }, { kind: "respond", status: 503 }, null],
    [{ kind: "black-hole" }, { kind: "swallow" }, { kind: "swallow" }],
    [
      { kind: "latency", share: 1, addedMs: 5, healthChecks: true },
      { kind: "hold", addedMs: 5 },
      { kind: "hold", addedMs: 5 },
    ],
    [{ kind: "latency", share: 1, addedMs: 5 }, null, { kind: "hold", addedMs: 5 }],
  ])("%j: health checks and clients", (fault, ofChecker, ofBrowser) => {
    expect(effectOn({ ...lease, fault }, checker, during, 0)).toEqual(ofChecker);
    expect(effectOn({ ...lease, fault }, browser, during, 0)).toEqual(ofBrowser);
  });

  const acme = { "x-tenant": "acme" };
  test.each<[Only, { url?: string; headers?: Record<string, string> }, boolean]>([
    [{ pathPrefix: "/basket" }, { url: "/basket/7?a=1" }, true],
    [{ pathPrefix: "/basket" }, { url: "/?next=/basket" }, false],
    [{ pathPrefix: "/basket" }, {}, false],
    [{ header: { name: "x-tenant", value: "acme" } }, { headers: acme }, true],
    [{ header: { name: "x-tenant", value: "acm" } }, { headers: acme }, false],
    [{ header: { name: "x-tenant", value: "acme" } }, {}, false],
    [{ pathPrefix: "/b", header: { name: "x-tenant", value: "acme" } }, { headers: acme }, false],
  ])("errors only where %j: %j", (only, about, isBroken) => {
    const narrow = { ...lease, fault: { ...errors, only } };
    const effect = effectOn(narrow, { ...browser, ...about }, during, 0);
    expect(effect).toEqual(isBroken ? { kind: "respond", status: 503 } : null);
  });
});
