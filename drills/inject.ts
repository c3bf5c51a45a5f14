/** Breaking the candidate: the intent on disk, then the lease, then the sidecar's own word for it. */
import { environmentError } from "../base/errors.ts";
import { hexId } from "../base/ids.ts";
import type { FaultLease } from "../sidecar/lease.ts";
import { Source } from "./record.ts";
import { removeFault } from "./restore.ts";
import type { DrillRun, Plan } from "./run.ts";
import { activeSinceMs, faultActive } from "./sidecars.ts";
import { pollUntil } from "./wait.ts";

/**
 * A sidecar looks at the lease every second by default; what one that is gone said last, that it
 * obeys nothing, holds for 15 s.
 */
const OBEY_WAIT_WALL_MS = 20_000;
/** Removing takes wall time: without it the fault would end by itself while it is being removed. */
const TTL_MARGIN_WALL_MS = 30_000;

/**
 * How long the fault acts at most, nominal: the hold, twice the sustain time for a reversion that
 * comes late in it, and a minute for the readings in between.
 */
export function leaseSpanMs(plan: Pick<Plan, "holdMs" | "sustainMs">): number {
  return plan.holdMs + 2 * plan.sustainMs + 60_000;
}

/**
 * @param ttlMs nominal milliseconds until the fault ends by itself; the default outlasts the hold
 * @throws BackoutError `slot-leased`; `fault-not-active` when not every sidecar obeys the lease
 */
export async function inject(run: DrillRun, plan: Plan, ttlMs: number | undefined): Promise<void> {
  const { clock, faults, pollWallMs } = run.ports;
  const slot = plan.candidate;
  const leaseId = hexId(16);
  const expiresWallMs =
    ttlMs === undefined
      ? clock.toWall(clock.now() + leaseSpanMs(plan)) + TTL_MARGIN_WALL_MS
      : clock.toWall(clock.now() + ttlMs);
  const lease: FaultLease = {
    schemaVersion: 1,
    slot,
    leaseId,
    holder: run.id,
    fault: run.fault.effect,
    expiresAt: new Date(expiresWallMs).toISOString(),
  };
  run.leaseId = leaseId;
  run.journal("lease.intent", { environment: run.ports.environment, lease });
  run.undos.push({
    name: `lease ${leaseId} on slot ${slot}`,
    async run() {
      const left = await removeFault(run.ports, lease);
      if (left.length === 0 && run.has("fault.injected")) {
        run.stamp("fault.removed", Source.Runner, { nominalMs: clock.now() });
      }
      return left;
    },
  });
  await faults.putLease(lease);
  run.tryJournal("lease.placed", { leaseId });

  const untilMs = clock.toNominal(clock.wall() + OBEY_WAIT_WALL_MS);
  const polling = { clock, pollWallMs, untilMs, signal: run.signal };
  const sinceWallMs = await pollUntil(polling, async () => {
    const reports = (await run.look(slot)).reports ?? [];
    // Not before every one obeys: the fault would seem to end while the last one still begins.
    if (faultActive(reports, leaseId, clock.wall()) !== true) return undefined;
    return activeSinceMs(reports, leaseId) ?? undefined;
  });
  if (sinceWallMs === undefined) {
    throw environmentError(
      "fault-not-active",
      `not every sidecar of slot ${slot} obeyed the fault within ${OBEY_WAIT_WALL_MS / 1000} s`,
      "check that the slot's tasks run the fault sidecar and may read the fault table",
    );
  }
  run.stamp("fault.injected", Source.Sidecar, { wallMs: sinceWallMs });
}
