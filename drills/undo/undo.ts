/** Undoing a run: every undo is tried, newest first, even when another fails; then the proof. */
import { Attempts } from "./attempts.ts";
import { Source } from "../verdict/record.ts";
import { findResidue } from "./residue.ts";
import { settle } from "./restore.ts";
import { touchedSlots } from "./touched.ts";
import type { Plan } from "../preflight/plan.ts";
import type { DrillRun } from "../run.ts";

/**
 * Returns what is left, by name; empty when nothing is. Ignores the run's signal.
 *
 * @param alarmWaitMs nominal milliseconds that the alarms get to become OK again
 */
export async function undoAll(
  run: DrillRun,
  plan: Plan | undefined,
  alarmWaitMs: number,
): Promise<string[]> {
  // Nothing was done, so nothing can be left.
  if (!plan || run.undos.length === 0) return [];
  const attempts = new Attempts();
  const attempt = async (name: string, act: () => Promise<readonly string[]>): Promise<void> => {
    await attempts.try(name, act);
    run.tryJournal("undo", { name, left: [...attempts.left] });
  };
  const { clock } = run.ports;
  for (const step of run.acting) step.end();
  for (const undo of run.undos.filter((one) => one.of === "fault").toReversed()) {
    await attempt(undo.name, () => undo.run());
  }
  if (attempts.left.length === 0 && run.has("fault.injected")) {
    run.stamp("fault.removed", Source.Runner, { nominalMs: clock.now() });
  }
  for (const undo of run.undos.filter((one) => one.of === "traffic").toReversed()) {
    await attempt(undo.name, () => undo.run());
  }
  await attempt(`alarms and latch of slot ${plan.candidate}`, () =>
    settle(run.ports, touchedSlots(plan.candidate, run.stepData), alarmWaitMs),
  );
  const leaseIds = run.leaseId === undefined ? [] : [run.leaseId];
  const found = await findResidue(run.ports, plan.candidate, leaseIds);
  const residue = [...new Set([...attempts.left, ...found])];
  if (residue.length === 0) {
    run.stamp("residue.none", Source.Runner, { nominalMs: clock.now() });
  }
  return residue;
}
