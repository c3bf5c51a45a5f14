/** A helper process of the recovery bench: one seeded run at a time. */
import { recover, type SituationName } from "../world/recovery.ts";
import type { Signals } from "../world/world.ts";
import { answer } from "./helper.ts";

export interface RunOrder {
  readonly situation: SituationName;
  readonly signals: Signals;
  readonly seed: number;
}

answer(({ situation, signals, seed }: RunOrder) => recover(situation, signals, seed));
