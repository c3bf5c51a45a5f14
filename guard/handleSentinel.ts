/** The guard, called by a candidate's sentinel: the same decisions as for an alarm, on other evidence. */
import { act, type GuardPorts } from "./handle.ts";
import { environmentNames } from "./names.ts";
import { type Reversion, ReversionPath } from "./reversion.ts";
import { sentinelEventSchema } from "./sentinelEvent.ts";

/**
 * Reverts when the slot is still the candidate of the shift that the evidence is about. Unlike an
 * alarm, a sentinel moves nothing while the record cannot be read: it says that a slot is worse than
 * the stable one, and only the record knows which that is.
 *
 * @throws when the event is no sentinel's; otherwise as `handleAlarm`
 */
export async function handleSentinel(event: unknown, ports: GuardPorts): Promise<Reversion> {
  const { slot, shift, evidence, at } = sentinelEventSchema.parse(event);
  const name = environmentNames(ports.environment).sentinel[slot];
  const alarm = { name, slot, shift, state: "ALARM", stateAt: at, reason: evidence.why, evidence };
  return act(alarm, ReversionPath.Sentinel, ports);
}
