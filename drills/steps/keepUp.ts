/** An act that only lasts while the runner repeats it: it ends with the runner, and at its expiry. */
import type { Cancel, Clock } from "../../base/clock.ts";
import type { Acting } from "./step.ts";

export interface KeepUpOptions {
  readonly clock: Clock;
  /** Nominal milliseconds from one act to the next. */
  readonly everyMs: number;
  /** Wall milliseconds since the epoch. */
  readonly untilWallMs: number;
  readonly act: () => Promise<void>;
}

/** An act that fails so often in a row has ended. */
const FAILURES = 3;

/** Acts once before it returns. @throws what the first act throws */
export async function keepUp(options: KeepUpOptions): Promise<Acting> {
  const { clock, everyMs, untilWallMs, act } = options;
  const sinceWallMs = clock.wall();
  await act();
  let doneWallMs = clock.wall();
  let failures = 0;
  let stopped = false;
  let cancel: Cancel | undefined;
  const isOver = (): boolean => failures >= FAILURES || clock.wall() >= untilWallMs;
  const again = async (): Promise<void> => {
    if (stopped || isOver()) return;
    const begunWallMs = clock.wall();
    try {
      await act();
      doneWallMs = begunWallMs;
      failures = 0;
    } catch {
      failures++;
    }
    arm();
  };
  const arm = (): void => {
    if (!stopped) cancel = clock.schedule(clock.now() + everyMs, again);
  };
  arm();
  return {
    sinceWallMs,
    isOver,
    actedSince: async (wallMs) => (isOver() ? false : doneWallMs >= wallMs ? true : null),
    wordWithinMs: (1 + FAILURES) * (clock.toWall(clock.now() + everyMs) - clock.wall()),
    end: () => {
      stopped = true;
      cancel?.();
    },
  };
}
