/** Looks at the environment while something else is under way, for those who watch and for the journal. */
import type { Plan } from "../preflight/plan.ts";
import type { DrillRun } from "../run.ts";
import { sleepWall } from "../wait.ts";

/**
 * Does `work` and looks at the drilled slot meanwhile, at the pace of the ports, and a last time a pace
 * after it; no look is under way when it returns. Without a plan there is nothing to look at.
 */
export async function lookingOn<T>(
  run: DrillRun,
  plan: Plan | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!plan) return work();
  const { clock, pollWallMs } = run.ports;
  const over = new AbortController();
  const looks = (async () => {
    while (!over.signal.aborted) {
      await run.look(plan.candidate);
      await sleepWall(clock, pollWallMs, over.signal).catch(() => {});
    }
  })();
  try {
    return await work();
  } finally {
    over.abort();
    await looks;
    await sleepWall(clock, pollWallMs);
    await run.look(plan.candidate, { last: true });
  }
}
