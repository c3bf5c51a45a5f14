/** Before a drill: is the environment as it must be, and how long can detection take? */
import { environmentError } from "../../base/errors.ts";
import { type EnvironmentRecord, Phase } from "../../guard/record.ts";
import { allOn, otherSlot, sameWeights, type Slot, SLOTS } from "../../guard/slot.ts";
import type { LiveTraffic } from "../../guard/traffic.ts";
import type { FaultLease, SidecarReport } from "../../sidecar/lease.ts";
import { notOk, type SlotAlarms } from "../../guard/alarms.ts";
import type { Caps } from "./blastRadius.ts";
import { notCarried } from "./carried.ts";
import { refuseUnlessReverting } from "./policyReach.ts";
import type { Plan } from "./plan.ts";
import { type ReadinessFacts, readinessProblems, tooFewRequests } from "./readiness.ts";
import type { DrillRun } from "../run.ts";
import { freshReports } from "../watch/sidecars.ts";
import { nominalSpan, pollUntil } from "../wait.ts";
import { planOf } from "./planning.ts";

export interface Readings {
  readonly record: EnvironmentRecord;
  readonly live: LiveTraffic;
  readonly healthyTargets: Readonly<Record<Slot, number>>;
  readonly alarms: Readonly<Record<Slot, SlotAlarms>>;
  readonly leases: readonly FaultLease[];
  readonly reports: Readonly<Record<Slot, readonly SidecarReport[]>>;
  readonly wallMs: number;
  /** Left out: the ports do not say. */
  readonly readiness?: ReadinessFacts;
}

/** `blocking`: only somebody's act changes it. `passing`: may become right by itself. */
export interface Preflight {
  readonly blocking: readonly string[];
  readonly passing: readonly string[];
}

const SWEEP = "remove what a dead drill left with `backout drill sweep`";

/** @param evenIfUnarmed a way home that is seen to be cut is no problem */
export function assess(readings: Readings, evenIfUnarmed = false): Preflight {
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
  if (readings.readiness) {
    const found = readinessProblems(readings.readiness);
    blocking.push(...found.blocking, ...(evenIfUnarmed ? [] : found.unarmed));
    passing.push(...found.passing);
  }
  return { blocking, passing };
}

export interface PreflightBounds {
  /** Nominal milliseconds for things that may become right by themselves. */
  readonly waitMs: number;
  readonly sustainMs: number;
  readonly holdMs: number | undefined;
  readonly objectiveTotalMs: number | undefined;
  readonly caps: Caps;
  /** @default false: an environment whose way home is seen to be cut is refused */
  readonly evenIfUnarmed?: boolean;
}

/** A health check or a sidecar's first report takes wall time, however fast the clock runs. */
const LEAST_WAIT_WALL_MS = 20_000;

/**
 * @throws BackoutError `not-ready` that names everything that is not as it must be;
 *   `not-carried` when the environment lacks what the drill needs; `undetectable-fault` when its
 *   policy would not revert on this fault, or no alarm ever sees it; `blast-radius`;
 *   `objective-below-floor`
 */
export async function preflight(run: DrillRun, bounds: PreflightBounds): Promise<Plan> {
  const { clock, pollWallMs } = run.ports;
  let problems: Preflight = { blocking: [], passing: [] };
  let readings: Readings | undefined;
  const waitMs = Math.max(bounds.waitMs, nominalSpan(clock, LEAST_WAIT_WALL_MS));
  const polling = { clock, pollWallMs, untilMs: clock.now() + waitMs, signal: run.signal };
  const ready = await pollUntil(polling, async () => {
    readings = await readAll(run.ports);
    const alarms = readings.alarms[otherSlot(readings.record.stable)];
    refuseUncarried(run, alarms);
    refuseUnlessReverting(run.fault, alarms);
    const found = withTraffic(run, readings, assess(readings, bounds.evenIfUnarmed));
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

function refuseUncarried({ fault, ports }: DrillRun, alarms: SlotAlarms): void {
  const reason = notCarried(fault, ports.outside.target, alarms);
  if (reason !== null) throw environmentError("not-carried", reason);
}

/** A load that is too thin for the alarm stays too thin. */
export function withTraffic(
  { fault, ports }: Pick<DrillRun, "fault" | "ports">,
  { readiness }: Readings,
  found: Preflight,
): Preflight {
  const { clock, requestsPerSecond } = ports;
  // How many requests users send, the baseline shows.
  if (!readiness || requestsPerSecond === undefined || requestsPerSecond === 0) return found;
  // What is only pushed into a signal asks for no traffic.
  if (fault.impact === "never") return found;
  const nominalMs = nominalSpan(clock, 60_000);
  const tooFew = tooFewRequests(readiness, fault.breaks, (requestsPerSecond * 60_000) / nominalMs);
  return tooFew === null ? found : { ...found, blocking: [...found.blocking, tooFew] };
}

/** Everything that preflight looks at, read once. */
export async function readAll(ports: DrillRun["ports"]): Promise<Readings> {
  const { store, traffic, alarms, faults, clock } = ports;
  const [record, live, healthyTargets, shown, leases, reports] = await Promise.all([
    store.read(),
    traffic.read(),
    both((slot) => traffic.healthyTargets(slot)),
    both((slot) => alarms.read(slot)),
    both((slot) => faults.lease(slot)),
    both((slot) => faults.reports(slot)),
  ]);
  const readiness = await ports.readiness?.read(otherSlot(record.stable));
  return {
    record,
    live,
    healthyTargets,
    alarms: shown,
    leases: [leases.blue, leases.green].filter((lease) => lease !== null),
    reports,
    wallMs: clock.wall(),
    ...(readiness ? { readiness } : {}),
  };
}

async function both<T>(read: (slot: Slot) => Promise<T>): Promise<Record<Slot, T>> {
  const [blue, green] = await Promise.all([read("blue"), read("green")]);
  return { blue, green };
}

function show(weights: Readonly<Record<Slot, number>>): string {
  return `blue ${weights.blue} / green ${weights.green}`;
}
