/** Finishes what dead runs left: their leases, their traffic, their latch, and their place in the journal. */
import { z } from "zod";
import { BackoutError } from "../../base/errors.ts";
import { Phase } from "../../guard/record.ts";
import { Slot, SLOTS } from "../../guard/slot.ts";
import { type FaultLease, leaseSchema } from "../../sidecar/lease.ts";
import { NO_FAULT_SIDECAR } from "../faultStore.ts";
import { Attempts } from "./attempts.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalEntry } from "../journal/journalEntry.ts";
import { unfinishedRuns } from "../journal/journalVerify.ts";
import type { EnvironmentPorts } from "../ports.ts";
import { findResidue } from "./residue.ts";
import { bringTrafficHome, removeFault, settle, withRetries } from "./restore.ts";
import { touchedSlots } from "./touched.ts";
import { restoreStep } from "../steps/restore.ts";

export interface SweepPorts extends EnvironmentPorts {
  readonly journal: Journal;
}

export interface SweptRun {
  readonly runId: string;
  readonly environment: string;
  /** `swept`: nothing is left. `stuck`: see residue. `elsewhere`: another environment's run, or alive. */
  readonly outcome: "swept" | "stuck" | "elsewhere";
  readonly residue: readonly string[];
}

/**
 * Sweeps every run of this environment that the journal shows as begun and not ended. Holding the
 * journal's lock, no such run can be alive. Safe to repeat: what is gone stays gone, and a run that
 * could be swept is not looked at again.
 *
 * @param alarmWaitMs nominal milliseconds that the alarms get to become OK. Default 600000.
 */
export async function sweep(ports: SweepPorts, alarmWaitMs = 600_000): Promise<SweptRun[]> {
  const results: SweptRun[] = [];
  for (const runId of unfinishedRuns(ports.journal.entries())) {
    const traces = tracesOf(runId, ports.journal.entries());
    const { environment } = traces;
    const holder = await ports.journal.liveHolder?.(runId);
    if (environment !== ports.environment || (holder !== undefined && holder !== null)) {
      results.push({ runId, environment, outcome: "elsewhere", residue: [] });
      continue;
    }
    const residue = await sweepRun(ports, traces, alarmWaitMs);
    if (residue.length === 0) {
      ports.journal.append(runId, "swept", { environment, residue });
      await ports.journal.flush?.();
    }
    const outcome = residue.length === 0 ? "swept" : "stuck";
    results.push({ runId, environment, outcome, residue });
  }
  return results;
}

/**
 * What a drill that this journal does not know has left, or is doing now: in words, empty when there
 * is nothing. Reads only.
 */
export async function strangersTraces(ports: EnvironmentPorts): Promise<string[]> {
  const { store, faults, clock } = ports;
  const [record, ...leases] = await Promise.all([
    store.read(),
    ...SLOTS.map((slot) => faults.lease(slot).catch(noneWithoutTable)),
  ]);
  const live = leases.filter((lease) => lease && Date.parse(lease.expiresAt) > clock.wall());
  return [
    ...(record.phase === Phase.Idle
      ? []
      : [`a rollout of slot ${record.candidate} is ${record.phase}`]),
    ...live.flatMap((lease) =>
      lease
        ? [`run ${lease.holder} holds a fault on slot ${lease.slot} until ${lease.expiresAt}`]
        : [],
    ),
  ];
}

function noneWithoutTable(error: unknown): null {
  if (error instanceof BackoutError && error.code === NO_FAULT_SIDECAR) return null;
  throw error;
}

interface RunTraces {
  readonly environment: string;
  /** The slot it meant to move traffic to; null when it came to no such point. */
  readonly candidate: Slot | null;
  readonly leases: readonly FaultLease[];
  /** Of those leases, as data. */
  readonly steps: readonly unknown[];
}

const started = z.looseObject({ environment: z.string() });
const trafficIntent = z.looseObject({ candidate: z.enum(Slot) });
const leaseIntent = z.looseObject({
  lease: leaseSchema,
  steps: z.array(z.unknown()).default([]),
});

function tracesOf(runId: string, entries: readonly JournalEntry[]): RunTraces {
  const own = entries.filter((entry) => entry.runId === runId);
  const start = own.find((entry) => entry.type === "run.started");
  const intent = own.find((entry) => entry.type === "traffic.intent");
  const intents = own
    .filter((entry) => entry.type === "lease.intent")
    .map((entry) => leaseIntent.parse(entry));
  return {
    environment: start ? started.parse(start).environment : "",
    candidate: intent ? trafficIntent.parse(intent).candidate : null,
    leases: intents.map(({ lease }) => lease),
    steps: intents.flatMap(({ steps }) => steps),
  };
}

async function sweepRun(
  ports: SweepPorts,
  { candidate, leases, steps }: RunTraces,
  alarmWaitMs: number,
): Promise<string[]> {
  if (candidate === null) return [];
  const leaseIds = leases.map((lease) => lease.leaseId);
  const attempts = new Attempts();
  for (const data of steps.toReversed()) {
    await attempts.try("a step of the fault", () =>
      withRetries(ports, async () => restoreStep(data).undo(ports)),
    );
  }
  for (const lease of leases) {
    await attempts.try(`lease ${lease.leaseId}`, () => removeFault(ports, lease));
  }
  const left = await findResidue(ports, candidate, leaseIds);
  if (left.length > 0) {
    await attempts.try(`traffic on slot ${candidate}`, () => bringTrafficHome(ports));
  }
  await attempts.try(`alarms and latch of slot ${candidate}`, () =>
    settle(ports, touchedSlots(candidate, steps), alarmWaitMs),
  );
  return [...new Set([...attempts.left, ...(await findResidue(ports, candidate, leaseIds))])];
}
