/** Whether an environment would revert on what a drill breaks: its policy may ask for more than one signal. */
import { environmentError } from "../../base/errors.ts";
import type { SlotAlarms } from "../../guard/alarms.ts";
import { DEFAULT_POLICY, revertsAlone, roleWords } from "../../guard/signalPolicy.ts";
import { ALL_SIGNALS } from "../../guard/signals.ts";

/**
 * A drill breaks one signal at a time, so that one must revert alone. What is no signal of an alarm
 * is no matter of the policy.
 *
 * @throws BackoutError `undetectable-fault` when it only votes, or is only investigated
 */
export function refuseUnlessReverting(
  fault: { readonly name: string; readonly breaks: string },
  { policy = DEFAULT_POLICY }: Pick<SlotAlarms, "policy">,
): void {
  const signal = ALL_SIGNALS.find((one) => one === fault.breaks);
  if (signal === undefined || revertsAlone(policy, signal)) return;
  const role = roleWords(policy.roles[signal], policy.votesNeeded);
  throw environmentError(
    "undetectable-fault",
    `${fault.name} trips signal ${signal}, which ${role} here: alone it reverts nothing, and a ` +
      "drill breaks one signal",
    "choose another fault, or let the signal revert alone (guard.policy)",
  );
}
