/** Writes down a reversion that is done and that nobody wrote down (`unwritten.ts`). */
import { explain, recordExplanation } from "../explain.ts";
import { type Alarm, beginning, conclude, type GuardPorts } from "../handle.ts";
import { READ_BACK_MS } from "../move.ts";
import { environmentNames } from "../names.ts";
import { type EnvironmentRecord, latched } from "../record.ts";
import { Outcome, type Reversion, ReversionPath } from "../reversion.ts";
import { leftUnwritten } from "./unwritten.ts";

/**
 * The slot is latched, and the other one stable again. Moves no weights.
 * Null when there was nothing to write down, or somebody else wrote the record first.
 *
 * @param record as it was before the weights were looked at again: weights read beside it may be older
 *   than it, and a listener may go on for a while to show those of before
 */
export async function writeDown(
  record: EnvironmentRecord,
  why: string,
  ports: GuardPorts,
): Promise<Reversion | null> {
  await ports.sleep(READ_BACK_MS);
  const { weights } = await ports.traffic.read();
  const slot = leftUnwritten(record, weights);
  const home = record.previous?.slot;
  if (!slot || !home) return null;
  const name = environmentNames(ports.environment).guardAlarm[slot];
  const alarm: Alarm = { name, slot, state: "", stateAt: "", reason: "" };
  const found: Reversion = {
    ...beginning(alarm, ReversionPath.Reconcile, ports),
    outcome: Outcome.AlreadyHome,
    why,
    weightsBefore: weights,
    weightsAfter: weights,
  };
  const { id, decidedAt: at } = found;
  const written = await ports.store.replace(
    record,
    latched(record, slot, home, { id, reason: why, at }),
  );
  if (!written) return null;
  const concluded = await conclude({ ...found, explanation: await explain(alarm, ports) }, ports);
  await recordExplanation(concluded, ports);
  return concluded;
}
