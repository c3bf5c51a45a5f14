/**
 * What no run could ever bring, said before one is begun: a fault that no alarm sees with these figures,
 * and an objective or a hold below what detection alone needs at best.
 */
import { BackoutError, usageError } from "../../base/errors.ts";
import type { ChosenFault } from "../faults/fault.ts";
import { DrillRun } from "../run.ts";
import type { DrillPorts } from "../ports.ts";
import type { DrillOptions } from "../runner.ts";
import { planOf } from "./planning.ts";
import { readAll } from "./preflight.ts";

const IMPOSSIBLE = new Set(["undetectable-fault", "objective-below-floor"]);

/**
 * Reads only. What else stands against the drill is its preflight's to say.
 *
 * @throws BackoutError of kind usage: `undetectable-fault` or `objective-below-floor`, with the figure
 */
export async function refuseImpossible(
  fault: ChosenFault,
  options: Omit<DrillOptions, "signal" | "onEvent">,
  ports: DrillPorts,
): Promise<void> {
  const none = new AbortController().signal;
  const run = new DrillRun("planned", { ...fault, name: options.drill }, ports, none, () => {});
  const { sustainMs = 60_000, holdMs, objectiveTotalMs } = options;
  const bounds = { waitMs: 0, sustainMs, holdMs, objectiveTotalMs, caps: {} };
  try {
    await planOf(run, await readAll(ports), bounds);
  } catch (error) {
    if (!(error instanceof BackoutError) || !IMPOSSIBLE.has(error.code)) return;
    throw usageError(error.code, error.message, error.fix);
  }
}
