import { describe, expect, test } from "vitest";
import type { FaultTable } from "../../sidecar/faultTable.ts";
import { type FaultLease, sidecarReportSchema, type SidecarReport } from "../../sidecar/lease.ts";
import { LeaseWatch } from "../../sidecar/leaseWatch.ts";

/** A slot's fault table in memory, and the tasks of the slot that look at it. */
class Slot implements FaultTable {
  held: FaultLease | null = null;
  readonly reports = new Map<string, SidecarReport>();
  readonly exits: number[] = [];
  unreachable = false;

  async lease(): Promise<FaultLease | null> {
    if (this.unreachable) throw new Error("no answer");
    return this.held;
  }

  async report(sidecarId: string): Promise<SidecarReport | null> {
    return this.reports.get(sidecarId) ?? null;
  }

  async putReport(report: SidecarReport): Promise<void> {
    if (this.unreachable) throw new Error("no answer");
    this.reports.set(report.sidecarId, sidecarReportSchema.parse(report));
  }

  /** Starts a task's sidecar, which looks once. */
  async startTask(sidecarId: string): Promise<LeaseWatch> {
    const watch = new LeaseWatch({
      table: this,
      slot: "green",
      sidecarId,
      pollMs: 60_000,
      crash: (exitCode) => this.exits.push(exitCode),
      log: () => {},
    });
    await watch.start();
    watch.stop();
    return watch;
  }
}

function crashLease(lastsMs = 60_000): FaultLease {
  return {
    schemaVersion: 1,
    slot: "green",
    leaseId: "l1",
    holder: "run",
    fault: { kind: "crash", exitCode: 137 },
    expiresAt: new Date(Date.now() + lastsMs).toISOString(),
  };
}

describe("a sidecar under a crash lease", () => {
  test("reports, then ends with the exit code", async () => {
    const slot = new Slot();
    slot.held = crashLease();
    await slot.startTask("a");
    expect(slot.exits).toEqual([137]);
    expect([...slot.reports.keys()]).toEqual(["crash-loop"]);
    expect(slot.reports.get("crash-loop")).toMatchObject({ leaseId: "l1", injected: 1 });
  });

  test("its successors keep the loop's beginning, and count", async () => {
    const slot = new Slot();
    slot.held = crashLease();
    await slot.startTask("a");
    const first = slot.reports.get("crash-loop") as SidecarReport;
    const began = "2026-01-01T00:00:00.000Z";
    slot.reports.set("crash-loop", { ...first, activeSince: began });
    await slot.startTask("b");
    await slot.startTask("c");
    expect(slot.exits).toHaveLength(3);
    expect(slot.reports.get("crash-loop")).toMatchObject({ activeSince: began, injected: 3 });
  });

  test("another drill's loop begins anew", async () => {
    const slot = new Slot();
    slot.held = { ...crashLease(), leaseId: "l0" };
    await slot.startTask("a");
    slot.held = crashLease();
    await slot.startTask("b");
    expect(slot.reports.get("crash-loop")).toMatchObject({ leaseId: "l1", injected: 1 });
  });

  test("the first task that stays up takes the loop's word back and speaks for itself", async () => {
    const slot = new Slot();
    slot.held = crashLease();
    await slot.startTask("a");
    slot.held = null;
    await slot.startTask("b");
    expect(slot.exits).toHaveLength(1);
    expect(slot.reports.get("crash-loop")).toMatchObject({ leaseId: null, activeSince: null });
    expect(slot.reports.get("crash-loop")?.freshForMs).toBeUndefined();
    expect(slot.reports.get("b")).toMatchObject({ leaseId: null });
  });

  test("ends by itself: an expired lease crashes nobody", async () => {
    const slot = new Slot();
    slot.held = crashLease(0);
    await slot.startTask("a");
    expect(slot.exits).toEqual([]);
    expect(slot.reports.get("a")).toMatchObject({ leaseId: null });
  });

  test("what cannot be reported is not done", async () => {
    const slot = new Slot();
    slot.held = crashLease();
    slot.putReport = async () => {
      throw new Error("throttled");
    };
    await slot.startTask("a");
    expect(slot.exits).toEqual([]);
  });

  test("without the table it serves", async () => {
    const slot = new Slot();
    slot.unreachable = true;
    expect((await slot.startTask("a")).lease).toBeNull();
    expect(slot.exits).toEqual([]);
  });
});

describe("a sidecar under a lease that is not about its responses", () => {
  test("what acts from outside is obeyed by none, so that nobody waits for its word", async () => {
    const slot = new Slot();
    slot.held = { ...crashLease(), fault: { kind: "outside" } };
    const watch = await slot.startTask("a");
    expect(watch.lease).toBeNull();
    expect(slot.reports.get("a")).toMatchObject({ leaseId: null, activeSince: null });
  });

  test("a slow start holds back who starts under it until its time, or its end", async () => {
    const slot = new Slot();
    slot.held = { ...crashLease(), fault: { kind: "slow-start", notReadyMs: 500 } };
    const watch = await slot.startTask("a");
    const startedMs = Date.now();
    expect(watch.holdsBack(startedMs, startedMs + 499)).toBe(true);
    expect(watch.holdsBack(startedMs, startedMs + 500)).toBe(false);
    expect(watch.holdsBack(startedMs - 500, startedMs)).toBe(false);
    const expiresMs = Date.parse(slot.held.expiresAt);
    expect(watch.holdsBack(expiresMs, expiresMs)).toBe(false);
    expect(slot.reports.get("a")).toMatchObject({ leaseId: "l1" });
  });
});
