/**
 * To what a recovery is owed: the fault must still have acted once recovery had been sustained, by the
 * word of everything that it is made of. A fault that ended by itself credits nobody.
 */
import type { Slot } from "../../guard/slot.ts";
import type { DrillRun } from "../run.ts";
import { faultActiveSince, nextWordWithinMs } from "../watch/sidecars.ts";
import { pollUntil } from "../wait.ts";

/**
 * Null when it is not known. A push on a signal is over at once: of it the mark that it left is asked
 * for, and that no response went bad, which might have become good by itself.
 *
 * @param sustainedMs nominal time at which recovery had been sustained
 */
export async function actedThroughout(
  run: DrillRun,
  slot: Slot,
  sustainedMs: number,
): Promise<boolean | null> {
  const { fault, leaseId, acting, ports } = run;
  if (leaseId === undefined) return null;
  if (fault.attribution === "mark" && run.has("impact.first")) return null;
  const { clock, pollWallMs, faults } = ports;
  const sustainedWallMs = clock.toWall(sustainedMs);
  const bySidecars = fault.effect.kind !== "outside";
  const said = bySidecars ? await faults.reports(slot).catch(() => []) : [];
  const waitWallMs = Math.max(
    bySidecars ? nextWordWithinMs(said) : 0,
    ...acting.map((step) => step.wordWithinMs),
  );
  const look = async (): Promise<boolean | undefined> => {
    const answers = await Promise.all([
      ...(bySidecars ? [sidecarsSay(run, slot, leaseId, sustainedWallMs)] : []),
      ...acting.map((step) => step.actedSince(sustainedWallMs).catch(() => null)),
    ]);
    if (answers.includes(false)) return false;
    return answers.length > 0 && answers.every((answer) => answer === true) ? true : undefined;
  };
  const untilMs = clock.toNominal(clock.wall() + waitWallMs);
  return (await pollUntil({ clock, pollWallMs, untilMs, signal: run.signal }, look)) ?? null;
}

async function sidecarsSay(
  { ports }: DrillRun,
  slot: Slot,
  leaseId: string,
  sinceWallMs: number,
): Promise<boolean | null> {
  const reports = await ports.faults.reports(slot).catch(() => []);
  return faultActiveSince(reports, leaseId, sinceWallMs, ports.clock.wall());
}
