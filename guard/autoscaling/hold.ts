/**
 * Keeps Application Auto Scaling from undoing what a rollout needs. A slot without traffic looks
 * idle to its policies, which would scale it in: its minimum holds its tasks, and is the person's own
 * again afterwards.
 */
import { messageOf } from "../../base/errors.ts";
import type { EnvironmentRecord } from "../record.ts";
import type { RecordStore } from "../recordStore.ts";
import { otherSlot, type Slot, SLOTS } from "../slot.ts";
import type { SlotService } from "../slotServices.ts";
import { type Held, holding, NOTHING_HELD, ownMinimum } from "./minimums.ts";
import type { Bounds, ScalableTargets } from "./scalableTargets.ts";

export type BothBounds = Readonly<Record<Slot, Bounds | null>>;

/** What to hold in one slot: the minimum, and what the record says before that is set. */
export interface Hold {
  readonly slot: Slot;
  readonly min: number;
  readonly held: NonNullable<Held>;
}

/** @returns nothing for slots that nobody scales, and where no targets can be looked at */
export async function lookAtBounds(targets: ScalableTargets | undefined): Promise<BothBounds> {
  return (await targets?.look()) ?? NOTHING_HELD;
}

/** As many tasks as are wanted and the person allows, but one at least. */
export function allowedTasks(wanted: number, bounds: Bounds | null): number {
  return Math.max(1, Math.min(wanted, bounds?.max ?? wanted));
}

/**
 * What to hold while a rollout goes to `candidate`: it gets `wanted` tasks, and the stable slot,
 * whose traffic falls step by step, keeps those it has for the way back.
 */
export function holdsForRollout(
  record: EnvironmentRecord,
  candidate: Slot,
  wanted: number,
  stableDesired: number,
  bounds: BothBounds,
): Hold[] {
  const counts = { [candidate]: wanted, [otherSlot(candidate)]: stableDesired };
  return SLOTS.flatMap((slot) => {
    const limits = bounds[slot];
    const count = counts[slot] ?? 0;
    // Above the maximum already, by a person's hand: a change of the target would lower it.
    if (!limits || count > limits.max || limits.min >= count) return [];
    return [{ slot, min: count, held: holding(limits, record.minimums[slot], [count]) }];
  });
}

/**
 * What a slot that nobody needs is held at: no more than `count` tasks. `desired` is what it gets
 * back should somebody need it after all.
 */
export function holdAtRest(
  record: EnvironmentRecord,
  slot: Slot,
  count: number,
  desired: number,
  bounds: Bounds,
): Hold {
  const before = record.minimums[slot];
  const min = Math.min(ownMinimum(bounds, before), count);
  const back = Math.min(desired, bounds.max);
  return { slot, min, held: holding(bounds, before, [min, back]) };
}

export function withHolds(record: EnvironmentRecord, holds: readonly Hold[]): EnvironmentRecord {
  const minimums = { ...record.minimums };
  for (const { slot, held } of holds) minimums[slot] = held;
  return { ...record, minimums };
}

export interface HoldPorts {
  readonly targets: ScalableTargets;
  readonly look: (slot: Slot) => Promise<Pick<SlotService, "desired">>;
  readonly store: RecordStore;
  readonly log: (line: string) => void;
}

/**
 * Gives a slot its own minimum back, or at rest the lower of that and `atMost`. Forgets it in a
 * later call, once it is seen to be back. Never lowers the slot's count.
 */
export async function settleMinimum(
  record: EnvironmentRecord,
  slot: Slot,
  atMost: number,
  { targets, look, store, log }: HoldPorts,
): Promise<void> {
  const before = record.minimums[slot];
  if (!before) return;
  try {
    const [bounds, { desired }] = await Promise.all([targets.look(), look(slot)]);
    const limits = bounds[slot];
    const own = limits ? ownMinimum(limits, before) : 0;
    const min = Math.min(own, atMost);
    if (!limits || (limits.min === min && min === own)) {
      await store.replace(record, { ...record, minimums: { ...record.minimums, [slot]: null } });
      return;
    }
    if (limits.min === min || desired > limits.max) return;
    const hold = { slot, min, held: holding(limits, before, [min]) };
    if (!(await store.replace(record, withHolds(record, [hold])))) return;
    log(`slot ${slot}: its minimum capacity is ${min} again, not ${limits.min}`);
    await targets.setMinimum(slot, min);
  } catch (error) {
    log(`the minimum capacity of slot ${slot} could not be set: ${messageOf(error)}`);
  }
}

/**
 * How many of the tasks that a slot without traffic is to get it may have, and what keeps them there:
 * called after they were asked for, so that none of another release is started first.
 */
export async function tasksToHold(
  slot: Slot,
  wanted: number,
  { targets, store }: Pick<HoldPorts, "store"> & { readonly targets?: ScalableTargets },
): Promise<{ readonly tasks: number; readonly hold: () => Promise<void> }> {
  const limits = (await lookAtBounds(targets))[slot];
  const tasks = allowedTasks(wanted, limits);
  if (!targets || !limits || limits.min >= tasks || tasks > limits.max) {
    return { tasks, hold: async () => {} };
  }
  const hold = async (): Promise<void> => {
    for (;;) {
      const record = await store.read();
      const held = holding(limits, record.minimums[slot], [tasks]);
      if (await store.replace(record, withHolds(record, [{ slot, min: tasks, held }]))) break;
    }
    await targets.setMinimum(slot, tasks);
  };
  return { tasks, hold };
}
