/** Putting an environment back: each act is idempotent, does one thing, and names what it could not do. */
import { messageOf } from "../../base/errors.ts";
import { clearLatch, returnTraffic } from "../../guard/authority.ts";
import type { Slot } from "../../guard/slot.ts";
import type { FaultLease } from "../../sidecar/lease.ts";
import type { EnvironmentPorts } from "../ports.ts";
import { notOk } from "../../guard/alarms.ts";
import { freshReports, nextWordWithinMs } from "../watch/sidecars.ts";
import { pollUntil, sleepWall, wallOf } from "../wait.ts";

/** A sidecar's word holds for a while (15 s, a crash's longer): twice that, and it must be taken back. */
const WORDS_PER_REMOVAL = 2;
/** An AWS call that fails is tried again after this much wall time, and once more. */
const RETRY_WALL_MS = [1_000, 3_000];

/**
 * Removes the lease and waits until every sidecar of the slot says that it does not obey it. Only
 * this lease is touched. One that has expired needs no sidecar's word: it ended by itself. Nor does one
 * that none obeys.
 */
export async function removeFault(
  ports: EnvironmentPorts,
  { slot, leaseId, expiresAt, fault }: FaultLease,
): Promise<readonly string[]> {
  const { faults, clock, pollWallMs } = ports;
  await withRetries(ports, () => faults.removeLease(slot, leaseId));
  if (fault.kind === "outside") return [];
  const removedWallMs = clock.wall();
  const said = await faults.reports(slot).catch(() => []);
  const waitWallMs = WORDS_PER_REMOVAL * nextWordWithinMs(freshReports(said, removedWallMs));
  const untilMs = clock.toNominal(removedWallMs + waitWallMs);
  let pending = "no report was read";
  const confirmed = await pollUntil({ clock, pollWallMs, untilMs }, async () => {
    try {
      const fresh = freshReports(await faults.reports(slot), clock.wall());
      const obeying = fresh.filter((report) => report.leaseId === leaseId);
      const expired = clock.wall() >= Date.parse(expiresAt);
      if (obeying.length === 0 && (fresh.length > 0 || expired)) return true;
      pending =
        fresh.length === 0
          ? "no sidecar reports any more"
          : `sidecar ${obeying.map((report) => report.sidecarId).join(", ")} still obeys it`;
    } catch (error) {
      pending = messageOf(error);
    }
    return undefined;
  });
  return confirmed
    ? []
    : [`the end of lease ${leaseId} on slot ${slot} is unconfirmed: ${pending}`];
}

/**
 * All traffic to the stable slot, by the drill's own hand; the guard's latch stays. A drill shifts
 * without a rollout: traffic that one has moved since is another's, and left where it is.
 */
export async function bringTrafficHome(ports: EnvironmentPorts): Promise<readonly string[]> {
  const { store, traffic, clock } = ports;
  return withRetries(ports, async () => {
    const { rollout } = await store.read();
    if (rollout) return [`traffic, which rollout ${rollout.id} has taken over`];
    await returnTraffic({ store, traffic, ...wallOf(clock) });
    return [];
  });
}

/**
 * Waits until each of the slots has a healthy target and its alarms are OK, and clears the latch that
 * the drill caused.
 *
 * @param slots that the drill touched
 * @param waitMs nominal milliseconds that targets and alarms get
 */
export async function settle(
  ports: EnvironmentPorts,
  slots: readonly Slot[],
  waitMs: number,
): Promise<readonly string[]> {
  const { alarms, store, traffic, clock, pollWallMs } = ports;
  let shown = "not read";
  const untilMs = clock.now() + waitMs;
  const calm = await pollUntil({ clock, pollWallMs, untilMs }, async () => {
    try {
      const found = await Promise.all(
        slots.map(async (slot) => {
          const [read, healthy] = await Promise.all([
            alarms.read(slot),
            traffic.healthyTargets(slot),
          ]);
          return [...notOk(read), ...(healthy === 0 ? [`slot ${slot} has no healthy target`] : [])];
        }),
      );
      shown = found.flat().join(", ");
      if (shown !== "") return undefined;
      // A late minute of the fault may set an alarm off between the two looks: then it is waited for.
      await clearLatch({ store }, async (latched) => (await alarms.read(latched)).guard.state);
      return true;
    } catch (error) {
      shown = messageOf(error);
      return undefined;
    }
  });
  return calm ? [] : [`slot ${slots.join(" and ")} has not settled: ${shown}`];
}

/** For acts that are idempotent. */
export async function withRetries<T>(ports: EnvironmentPorts, act: () => Promise<T>): Promise<T> {
  for (const waitWallMs of RETRY_WALL_MS) {
    try {
      return await act();
    } catch {
      await sleepWall(ports.clock, waitWallMs);
    }
  }
  return act();
}
