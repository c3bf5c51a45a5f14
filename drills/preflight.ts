/** Before a drill: is the environment as it must be, and how long can detection take? */
import { environmentError } from "../base/errors.ts";
import { type EnvironmentRecord, Phase } from "../guard/record.ts";
import { allOn, otherSlot, sameWeights, type Slot, SLOTS } from "../guard/slot.ts";
import type { LiveTraffic } from "../guard/traffic.ts";
import type { FaultLease, SidecarReport } from "../sidecar/lease.ts";
import { notOk, type SlotAlarms } from "../guard/alarms.ts";
import { faultFloors } from "./faultFloors.ts";
import type { DrillRun, Plan } from "./run.ts";
import { freshReports } from "./sidecars.ts";
import { nominalSpan, pollUntil } from "./wait.ts";

export interface Readings {
  readonly record: EnvironmentRecord;
  readonly live: LiveTraffic;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  readonly alarms: Readonly<Record<Slot, SlotAlarms>>;
  readonly leases: readonly FaultLease[];
  readonly reports: Readonly<Record<Slot, readonly SidecarReport[]>>;
  readonly wallMs: number;
}

/** `blocking`: only somebody's act changes it. `passing`: may become right by itself. */
export interface Preflight {
  readonly blocking: readonly string[];
  readonly passing: readonly string[];
}

const SWEEP = "remove what a dead drill left with `backout drill sweep`";

export function assess(readings: Readings): Preflight {
  const { record, live, wallMs } = readings;
  const candidate = otherSlot(record.stable);
  const home = allOn(record.stable);
  const blocking: string[] = [];
  const passing: string[] = [];

  if (record.latch) {
    blocking.push(
      `slot ${record.latch.slot} is latched since ${record.latch.at} (${record.latch.reason}): ` +
        `clear it with \`backout env unlatch ${record.environment}\``,
    );
  }
  if (record.phase !== Phase.Idle) {
    blocking.push(`a rollout of slot ${record.candidate} is ${record.phase}: end it, or ${SWEEP}`);
  } else if (!sameWeights(live.weights, home)) {
    blocking.push(
      `the weights are ${show(live.weights)}, not all on the stable slot ${record.stable}: ` +
        `\`backout env rollback ${record.environment}\` brings them there`,
    );
  }
  for (const lease of readings.leases) {
    if (Date.parse(lease.expiresAt) <= wallMs) continue;
    blocking.push(
      `slot ${lease.slot} has a fault of run ${lease.holder} until ${lease.expiresAt}: ` +
        `wait until that drill ends, or ${SWEEP}`,
    );
  }

  for (const slot of SLOTS) {
    if (readings.healthyTargets[slot] === 0) passing.push(`slot ${slot} has no healthy target`);
    passing.push(...notOk(readings.alarms[slot]));
    for (const report of freshReports(readings.reports[slot], wallMs)) {
      if (report.leaseId) {
        passing.push(
          `sidecar ${report.sidecarId} of slot ${slot} still obeys lease ${report.leaseId}`,
        );
      }
    }
  }
  if (freshReports(readings.reports[candidate], wallMs).length === 0) {
    passing.push(`no fault sidecar of slot ${candidate} reports: is it part of the workload?`);
  }
  return { blocking, passing };
}

export interface PreflightBounds {
  /** Nominal milliseconds for things that may become right by themselves. */
  readonly waitMs: number;
  readonly sustainMs: number;
  readonly holdMs: number | undefined;
}

/** A health check or a sidecar's first report takes wall time, however fast the clock runs. */
const LEAST_WAIT_WALL_MS = 20_000;

/** @throws BackoutError `not-ready` that names everything that is not as it must be */
export async function preflight(run: DrillRun, bounds: PreflightBounds): Promise<Plan> {
  const { clock, pollWallMs } = run.ports;
  let problems: Preflight = { blocking: [], passing: [] };
  let readings: Readings | undefined;
  const waitMs = Math.max(bounds.waitMs, nominalSpan(clock, LEAST_WAIT_WALL_MS));
  const polling = { clock, pollWallMs, untilMs: clock.now() + waitMs, signal: run.signal };
  const ready = await pollUntil(polling, async () => {
    readings = await readAll(run);
    const found = assess(readings);
    if (found.passing.join("; ") !== problems.passing.join("; ") && found.passing.length > 0) {
      run.note(`waiting: ${found.passing.join("; ")}`);
    }
    problems = found;
    await run.look(otherSlot(readings.record.stable));
    if (found.blocking.length > 0) return false;
    return found.passing.length === 0 ? true : undefined;
  });
  if (!ready || !readings) {
    throw environmentError(
      "not-ready",
      `environment "${run.ports.environment}" is not ready for a drill: ` +
        [...problems.blocking, ...problems.passing].join("; "),
    );
  }
  return planOf(run, readings, bounds);
}

async function planOf(
  run: DrillRun,
  { record, alarms }: Readings,
  { sustainMs, holdMs }: PreflightBounds,
): Promise<Plan> {
  const candidate = otherSlot(record.stable);
  const { clock, metricDelayMs } = run.ports;
  const floors = faultFloors(run.fault, alarms[candidate], {
    deliveryDelayMs: metricDelayMs,
    onsetMs: run.fault.slowsByMs === 0 ? 0 : nominalSpan(clock, run.fault.slowsByMs),
    hasSentinel: run.ports.hasSentinel ?? false,
  });
  return {
    candidate,
    stable: record.stable,
    floors,
    sustainMs,
    holdMs: holdMs ?? Math.max(floors.detectWorst + 60_000, sustainMs),
    judging: {
      slowAfterMs: alarms[candidate].latency.threshold * 1000,
      slowsByMs: run.fault.slowsByMs,
    },
    knownReversionIds: (await run.ports.store.reversions()).map((entry) => entry.id),
  };
}

async function readAll({ ports }: DrillRun): Promise<Readings> {
  const { store, traffic, alarms, faults, clock } = ports;
  const [record, live, healthyTargets, shown, leases, reports] = await Promise.all([
    store.read(),
    traffic.read(),
    both((slot) => traffic.healthyTargets(slot)),
    both((slot) => alarms.read(slot)),
    both((slot) => faults.lease(slot)),
    both((slot) => faults.reports(slot)),
  ]);
  return {
    record,
    live,
    healthyTargets,
    alarms: shown,
    leases: [leases.blue, leases.green].filter((lease) => lease !== null),
    reports,
    wallMs: clock.wall(),
  };
}

async function both<T>(read: (slot: Slot) => Promise<T>): Promise<Record<Slot, T>> {
  const [blue, green] = await Promise.all([read("blue"), read("green")]);
  return { blue, green };
}

function show(weights: Readonly<Record<Slot, number>>): string {
  return `blue ${weights.blue} / green ${weights.green}`;
}
