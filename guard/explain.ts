/** Reads why an alarm was as it was and writes it down: after the weights, with a deadline, or not at all. */
import { messageOf } from "../base/errors.ts";
import { CALL_TIMEOUT_MS, withDeadline } from "./attempts.ts";
import { writeRecord } from "./authority.ts";
import type { Explanation } from "./explanation.ts";
import type { GuardPorts } from "./handle.ts";
import { explained } from "./record.ts";
import type { Reversion } from "./reversion.ts";
import type { Slot } from "./slot.ts";
import { type Caller, explanationOf } from "./verdict.ts";

/** Never throws: signals that cannot be read in time are explained as that. Null when none are asked. */
export async function explain(
  caller: Caller & { readonly slot: Slot },
  { signals, now }: Pick<GuardPorts, "signals" | "now">,
): Promise<Explanation | null> {
  if (!signals) return null;
  const alarms = await withDeadline(signals(caller.slot), CALL_TIMEOUT_MS).catch(
    (error: unknown) => ({ problem: `its signals could not be read: ${messageOf(error)}` }),
  );
  return explanationOf(caller, alarms, new Date(now()).toISOString());
}

/** To the latch that this reversion set, if it is still there and nobody explained it. */
export async function recordExplanation(
  { id, explanation }: Reversion,
  { store, log }: Pick<GuardPorts, "store" | "log">,
): Promise<void> {
  if (!explanation) return;
  const write = async (): Promise<void> => {
    const { latch } = await store.read();
    if (latch?.reversionId !== id || latch.explanation !== null) return;
    await writeRecord(store, (current) => explained(current, id, explanation));
  };
  await withDeadline(write(), 2 * CALL_TIMEOUT_MS).catch((error: unknown) =>
    log(`the latch was not explained: ${messageOf(error)}`),
  );
}
