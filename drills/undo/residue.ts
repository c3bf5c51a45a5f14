/** What a drill may have left behind: the readings are judged purely, and unread is not clean. */
import { messageOf } from "../../base/errors.ts";
import { type EnvironmentRecord, Phase } from "../../guard/record.ts";
import { allOn, sameWeights, type Slot } from "../../guard/slot.ts";
import type { LiveTraffic } from "../../guard/traffic.ts";
import type { FaultLease, SidecarReport } from "../../sidecar/lease.ts";
import type { EnvironmentPorts } from "../ports.ts";
import { freshReports } from "../watch/sidecars.ts";

export interface Traces {
  readonly record: EnvironmentRecord;
  readonly live: LiveTraffic;
  readonly lease: FaultLease | null;
  readonly reports: readonly SidecarReport[];
  /** Of the slot. */
  readonly healthyTargets: number;
  readonly wallMs: number;
}

/** Everything of this run, or caused by it, that is still there, by name. */
export function residueOf(slot: Slot, leaseIds: readonly string[], traces: Traces): string[] {
  const { record, live, lease } = traces;
  const found: string[] = [];
  if (lease && leaseIds.includes(lease.leaseId)) {
    found.push(`lease ${lease.leaseId} on slot ${slot}, until ${lease.expiresAt}`);
  }
  for (const report of freshReports(traces.reports, traces.wallMs)) {
    if (report.leaseId && leaseIds.includes(report.leaseId)) {
      found.push(`sidecar ${report.sidecarId} still obeys lease ${report.leaseId}`);
    }
  }
  if (traces.healthyTargets === 0) found.push(`slot ${slot} has no healthy target`);
  if (!sameWeights(live.weights, allOn(record.stable))) {
    found.push(
      `weights blue ${live.weights.blue} / green ${live.weights.green}, ` +
        `the stable slot is ${record.stable}`,
    );
  }
  if (live.sticky) found.push("target-group stickiness is on");
  if (record.phase !== Phase.Idle)
    found.push(`rollout of slot ${record.candidate} is ${record.phase}`);
  if (record.latch) found.push(`latch on slot ${record.latch.slot} since ${record.latch.at}`);
  return found;
}

/** Reads the environment once and lists its residue; a reading that fails is residue by itself. */
export async function findResidue(
  ports: EnvironmentPorts,
  slot: Slot,
  leaseIds: readonly string[],
): Promise<string[]> {
  const { store, traffic, faults, clock } = ports;
  try {
    const [record, live, lease, reports, healthyTargets] = await Promise.all([
      store.read(),
      traffic.read(),
      faults.lease(slot),
      faults.reports(slot),
      traffic.healthyTargets(slot),
    ]);
    const wallMs = clock.wall();
    return residueOf(slot, leaseIds, { record, live, lease, reports, healthyTargets, wallMs });
  } catch (error) {
    return [`unknown: the environment could not be read (${messageOf(error)})`];
  }
}
