/**
 * Whether what the guard did has been written down, though something kept it from that: the traffic is
 * home, the record is latched, and its history has an entry of the reversion.
 */
import { Outcome, type Reversion } from "../../guard/reversion.ts";
import type { Slot } from "../../guard/slot.ts";
import { lookOn } from "./lookOn.ts";
import type { StepPorts } from "./step.ts";

export interface CatchingUp {
  /** Traffic has left the slot. */
  isHome(): boolean;
  /** The entry that tells of it; undefined while the record does not know. */
  entry(): Reversion | undefined;
  /** Looks no more. */
  end(): void;
}

/**
 * Looks until the record knows.
 *
 * @param onHome what is done once the traffic is home; tried again when it throws
 */
export async function catchingUp(
  { store, traffic, clock }: StepPorts,
  slot: Slot,
  onHome: () => Promise<void> = async () => {},
): Promise<CatchingUp> {
  const known = new Set((await store.reversions()).map(({ id }) => id));
  let isHome = false;
  let isDone = false;
  let entry: Reversion | undefined;

  const look = async (): Promise<void> => {
    isHome ||= (await traffic.read()).weights[slot] === 0;
    if (!isHome) return;
    if (!isDone) await onHome();
    isDone = true;
    const [record, entries] = await Promise.all([store.read(), store.reversions()]);
    if (record.latch?.slot !== slot) return;
    entry = entries.find(({ id, outcome, alarm }) => {
      const tells = outcome === Outcome.Reverted || outcome === Outcome.AlreadyHome;
      return tells && alarm.slot === slot && !known.has(id);
    });
  };
  const looking = lookOn(clock, look, () => entry !== undefined);
  return {
    isHome: () => isHome,
    entry: () => entry,
    end: () => looking.end(),
  };
}

/** Of a step that is about this: null while all is well, or may still become so. */
export function neverCaughtUp(watch: CatchingUp): string | null {
  return watch.isHome() && !watch.entry()
    ? "the traffic came home, and the record did not catch up"
    : null;
}
