/** Looking at what the guard does, twice a second of wall time, until there is no more to see. */
import type { Cancel, Clock } from "../../base/clock.ts";

const LOOK_WALL_MS = 500;

export interface LookingOn {
  /** `end` was called: the drill may be putting things back by now. */
  isEnded(): boolean;
  /** Looks no more. */
  end(): void;
}

/** A look that throws is taken again; the first one comes after a pause. */
export function lookOn(clock: Clock, look: () => Promise<void>, isDone: () => boolean): LookingOn {
  let ended = false;
  let cancel: Cancel | undefined;
  const again = async (): Promise<void> => {
    await look().catch(() => {});
    if (!ended && !isDone()) arm();
  };
  const arm = (): void => {
    const inMs = clock.toNominal(clock.wall() + LOOK_WALL_MS) - clock.now();
    cancel = clock.schedule(clock.now() + inMs, again);
  };
  arm();
  return {
    isEnded: () => ended,
    end: () => {
      ended = true;
      cancel?.();
    },
  };
}
