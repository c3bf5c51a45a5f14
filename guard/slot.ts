/** The two slots of every environment and the weights between them. */
export const Slot = { Blue: "blue", Green: "green" } as const;
export type Slot = (typeof Slot)[keyof typeof Slot];

export const SLOTS: readonly Slot[] = [Slot.Blue, Slot.Green];

/** Listener weights, integers from 0 to 999 (ELBv2's range); shares are relative to their sum. */
export type Weights = Readonly<Record<Slot, number>>;

export function otherSlot(slot: Slot): Slot {
  return slot === Slot.Blue ? Slot.Green : Slot.Blue;
}

/** All traffic on `slot`. */
export function allOn(slot: Slot): Weights {
  return slot === Slot.Blue ? { blue: 100, green: 0 } : { blue: 0, green: 100 };
}

export function sameWeights(a: Weights, b: Weights): boolean {
  return a.blue === b.blue && a.green === b.green;
}
