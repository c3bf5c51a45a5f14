/**
 * What could not be written down when it was done: tried again, after everything else, for as long as
 * the guard's function lives. An outage of the record store that ends soon costs nothing then.
 */
import { messageOf } from "../base/errors.ts";
import { CALL_TIMEOUT_MS, withDeadline } from "./attempts.ts";
import type { GuardPorts } from "./handle.ts";
import type { EnvironmentRecord } from "./record.ts";
import type { Reversion } from "./reversion.ts";

/** Wall milliseconds before each try. */
const WAITS_MS = [1_000, 3_000, 12_000];
/** Since the call came, wall milliseconds: the function lives for 60 s. */
const UNTIL_MS = 40_000;

/**
 * Never throws: what is missing after this is the business of the look that is taken every minute.
 *
 * @param settle does what this record asks for; undefined: the store does not answer again
 * @returns what became of the reversion
 */
export async function recordLate(
  reversion: Reversion,
  settle: (record: EnvironmentRecord) => Promise<Reversion | undefined>,
  { store, now, sleep, log }: Pick<GuardPorts, "store" | "now" | "sleep" | "log">,
): Promise<Reversion> {
  const untilMs = Date.parse(reversion.receivedAt) + UNTIL_MS;
  for (const waitMs of WAITS_MS) {
    if (now() + waitMs > untilMs) break;
    await sleep(waitMs);
    try {
      const record = await withDeadline(store.read(), CALL_TIMEOUT_MS);
      const settled = await settle(record);
      if (!settled) continue;
      await withDeadline(store.putReversion(settled), CALL_TIMEOUT_MS);
      return settled;
    } catch (error) {
      log(`reverted, and still not recorded: ${messageOf(error)}`);
    }
  }
  return reversion;
}
