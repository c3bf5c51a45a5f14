/** Breaking the candidate: the intent on disk, then the lease and the steps, then the word for it. */
import { environmentError } from "../base/errors.ts";
import { hexId } from "../base/ids.ts";
import type { Clock } from "../base/clock.ts";
import type { Fault, FaultLease } from "../sidecar/lease.ts";
import type { Plan } from "./preflight/plan.ts";
import { Source } from "./verdict/record.ts";
import { removeFault, withRetries } from "./undo/restore.ts";
import type { DrillRun } from "./run.ts";
import { activeSinceMs, faultActive } from "./watch/sidecars.ts";
import type { PlannedStep, Step, StepScene } from "./steps/step.ts";
import { nominalSpan, pollUntil } from "./wait.ts";

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
 * @throws BackoutError `not-injectable` with everything that stands against a step, before anything is
 *   written; `journal-not-written` when an entry of this run was not kept; `slot-leased`; `fault-not-active` when not every sidecar obeys the lease
 */
export async function inject(run: DrillRun, plan: Plan, ttlMs: number | undefined): Promise<void> {
  const { clock, faults, environment } = run.ports;
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
    fault: inWallTime(run.fault.effect, clock),
    expiresAt: new Date(expiresWallMs).toISOString(),
  };
  const steps = await prepared(run, { runId: run.id, leaseId, candidate: slot, expiresWallMs });
  // A disk that took less than all of it may take the intent and lose the undo's story.
  if (run.notJournaled !== undefined) throw run.notJournaled;
  run.leaseId = leaseId;
  const data = steps.map(({ step }) => step.data);
  run.stepData = data;
  await run.journal("lease.intent", { environment, lease, steps: data });
  run.undos.push({
    name: `lease ${leaseId} on slot ${slot}`,
    of: "fault",
    run: () => removeFault(run.ports, lease),
  });
  for (const { step } of steps) {
    run.undos.push({
      name: step.name,
      of: "fault",
      run: () => withRetries(run.ports, () => step.undo(run.ports)),
    });
  }

  for (const { step } of steps.filter(({ isFirst }) => isFirst)) await begin(run, step);
  await faults.putLease(lease);
  run.tryJournal("lease.placed", { leaseId });
  const obeyedWallMs = lease.fault.kind === "outside" ? null : await obeyed(run, slot, leaseId);
  for (const { step } of steps.filter(({ isFirst }) => !isFirst)) await begin(run, step);

  // The fault is whole once the last of its parts acts.
  const last = Math.max(obeyedWallMs ?? 0, ...run.acting.map(({ sinceWallMs }) => sinceWallMs));
  const source = last === obeyedWallMs ? Source.Sidecar : Source.Runner;
  run.stamp("fault.injected", source, { wallMs: last });
}

async function prepared(
  run: DrillRun,
  scene: StepScene,
): Promise<{ readonly step: Step; readonly isFirst: boolean }[]> {
  const prepare = async (planned: PlannedStep) => ({
    result: await planned.prepare(run.ports, scene),
    isFirst: planned.first === true,
  });
  const all = await Promise.all(run.fault.steps.map(prepare));
  const problems = all.flatMap(({ result }) => ("problems" in result ? result.problems : []));
  if (problems.length > 0) {
    throw environmentError("not-injectable", `nothing was injected: ${problems.join("; ")}`);
  }
  return all.flatMap(({ result, isFirst }) =>
    "step" in result ? [{ step: result.step, isFirst }] : [],
  );
}

async function begin(run: DrillRun, step: Step): Promise<void> {
  run.acting.push(await step.begin(run.ports));
  run.tryJournal("step.begun", { step: step.data });
}

/** Wall time at which the first sidecar began to obey, once all of them do. */
async function obeyed(run: DrillRun, slot: Plan["candidate"], leaseId: string): Promise<number> {
  const { clock, pollWallMs } = run.ports;
  const untilMs = clock.toNominal(clock.wall() + OBEY_WAIT_WALL_MS);
  const polling = { clock, pollWallMs, untilMs, signal: run.signal };
  const sinceWallMs = await pollUntil(polling, async () => {
    const reports = (await run.look(slot)).reports ?? [];
    // Not before every one obeys: the fault would seem to end while the last one still begins.
    if (faultActive(reports, leaseId, clock.wall()) !== true) return undefined;
    return activeSinceMs(reports, leaseId) ?? undefined;
  });
  if (sinceWallMs !== undefined) return sinceWallMs;
  throw environmentError(
    "fault-not-active",
    `not every sidecar of slot ${slot} obeyed the fault within ${OBEY_WAIT_WALL_MS / 1000} s`,
    "check that the slot's tasks run the fault sidecar and may read the fault table",
  );
}

/** A start is waiting, as a task's launch is, and not work: sidecars read no clock but the wall. */
function inWallTime(effect: Fault, clock: Clock): Fault {
  if (effect.kind !== "slow-start") return effect;
  const nominalPerWallMs = nominalSpan(clock, 1_000) / 1_000;
  const notReadyMs = Math.max(1, Math.round(effect.notReadyMs / nominalPerWallMs));
  return { ...effect, notReadyMs };
}
