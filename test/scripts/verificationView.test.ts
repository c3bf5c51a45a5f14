import { describe, expect, test } from "vitest";
import { initialRecord, latched, shiftBegun, shiftDone } from "../../guard/record.ts";
import { homecomingOf } from "../../guard/verification/homecoming.ts";
import { begun, looked } from "../../guard/verification/verification.ts";
import { renderVerificationStatus, verificationStatus } from "../../scripts/verificationView.ts";
import { memoryVerifications } from "../guard/verification/memory.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00.000Z");
const AT = new Date(NOW_MS).toISOString();
const shifted = shiftDone(
  shiftBegun(initialRecord("checkout"), "green", { openWriteUntil: null, armedAt: null }),
);
const reverted = latched(shifted, "green", "blue", { id: "r1", reason: "errors", at: AT });
const first = begun(homecomingOf(reverted)!, NOW_MS, 1);
const GOOD = { name: "weights", outcome: "good", says: "all traffic is on slot blue" } as const;
const BAD = { name: "alarm", outcome: "bad", says: "checkout-blue is in ALARM" } as const;

describe("`env status`", () => {
  const store = memoryVerifications();
  const shown = async (record = reverted, nowMs = NOW_MS, latch: typeof record.latch = null) =>
    renderVerificationStatus(await verificationStatus(store, record, nowMs), latch, nowMs);

  test("says nothing of what never was", async () => {
    expect(await shown(initialRecord("checkout"))).toEqual([]);
  });

  test("says that nobody has looked at the last reversion, not how the one before it was", async () => {
    store.verification = { ...first, id: "r0", outcome: "good", final: true };
    const [last, verdict] = await shown();
    const what = "  last reversion: slot green to slot blue at 2026-01-01 00:00:00Z";
    expect(last).toBe(`${what}: errors`);
    // The latch, which is shown above it, has said why.
    expect((await shown(reverted, NOW_MS, reverted.latch))[0]).toBe(what);
    expect(verdict).toBe("    not verified: the guard has not looked yet");
    expect((await verificationStatus(store, reverted, NOW_MS)).lastReversion).toMatchObject({
      id: "r1",
      verification: null,
    });
  });

  test.each([
    ["verified", looked(first, [GOOD], NOW_MS + 60_000), "    verified (seen 1 m ago)"],
    [
      "bad so far",
      looked(first, [GOOD, BAD], NOW_MS + 60_000),
      "    not verified yet: bad (seen 1 m ago, looked at for 13 m more)",
    ],
    [
      "bad to the end",
      looked(first, [GOOD, BAD], NOW_MS + 900_000),
      "    NOT verified: bad (last seen 0 s ago)",
    ],
  ])("shows one that is %s, with its checks", async (_what, verification, verdict) => {
    store.verification = verification;
    const nowMs = Math.max(NOW_MS + 120_000, Date.parse(verification.lookedAt));
    const lines = await shown(reverted, nowMs);
    expect(lines).toContain(verdict);
    expect(lines.some((line) => /weights +good +all traffic is on slot blue/.test(line))).toBe(
      true,
    );
  });

  test("shows the way back as long as what was seen is fresh and there is one", async () => {
    store.verification = undefined;
    store.note = {
      schemaVersion: 1,
      home: "blue",
      fitness: "unfit",
      why: "schema: answered 503",
      at: AT,
      checks: [],
    };
    expect(await shown(shifted)).toEqual([
      "  way back: slot blue is NOT fit (seen 0 s ago): schema: answered 503",
    ]);
    expect(await shown(shifted, NOW_MS + 181_000)).toEqual([]);
    expect(await shown(initialRecord("checkout"))).toEqual([]);
  });
});
