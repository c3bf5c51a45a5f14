/** One fire's drills through the same runner as `drill run`, one after the other. */
import { messageOf } from "../../base/errors.ts";
import type { DrillConnection } from "../connect.ts";
import { Verdict } from "../verdict/record.ts";
import { runDrill } from "../runner.ts";
import { WATCHED_BASELINE_MS } from "../definition/definition.ts";
import type { FireResult } from "./daemon.ts";
import type { Fire } from "./decide.ts";

/** Worst first: after what was left behind or cut short nothing more is broken. */
const WORST_FIRST: readonly Verdict[] = [
  Verdict.StuckOnRemoval,
  Verdict.Interrupted,
  Verdict.Error,
  Verdict.NotRun,
  Verdict.Failed,
  Verdict.Inconclusive,
  Verdict.Passed,
];
const ENDS_THE_FIRE: ReadonlySet<Verdict> = new Set([Verdict.StuckOnRemoval, Verdict.Interrupted]);

/**
 * Runs them until one leaves residue or `signal` is aborted. An environment that cannot be reached is
 * an outcome, no error: the next fire finds it again, or does not.
 *
 * @param connect opens the fire's environment; it is closed again
 */
export async function runFire(
  { schedule }: Fire,
  signal: AbortSignal,
  connect: () => Promise<DrillConnection>,
): Promise<FireResult> {
  const runs: string[] = [];
  const verdicts: Verdict[] = [];
  let connection: DrillConnection | undefined;
  try {
    connection = await connect();
    // Without requests of its own a drill sees what the load balancer counts, minute by minute.
    const watched = connection.requestsPerSecond === 0 ? { baselineMs: WATCHED_BASELINE_MS } : {};
    for (const { name, parameters } of schedule.drills) {
      if (signal.aborted) return { outcome: Verdict.Interrupted, runs };
      const record = await runDrill({ drill: name, parameters, signal, ...watched }, connection);
      runs.push(record.id);
      verdicts.push(record.verdict);
      if (ENDS_THE_FIRE.has(record.verdict)) break;
    }
  } catch (error) {
    return { outcome: `error: ${messageOf(error)}`, runs };
  } finally {
    connection?.close();
  }
  return { outcome: WORST_FIRST.find((one) => verdicts.includes(one)) ?? Verdict.NotRun, runs };
}
