/** The lab's clock: one that runs by itself, or one that stands still until somebody moves it. */
import { type Clock, ManualClock, ScaledClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";

export interface ClockStatus {
  /** Whether the clock only moves through `POST /_lab/clock`. */
  readonly manual: boolean;
  /** Nominal seconds per wall second; 0 for a clock moved by hand. */
  readonly speed: number;
  /** With these two and the speed another process reads the same nominal time, unless `manual`. */
  readonly originNominalMs: number;
  readonly originWallMs: number;
  /** Nominal, ISO 8601. */
  readonly now: string;
}

export interface LabClock {
  readonly clock: Clock;
  readonly status: () => ClockStatus;
  /** Undefined for a clock that runs by itself. */
  readonly advance: HandClock["advance"] | undefined;
  /** Ends moves under way at their next nominal minute: they reject. */
  stop(): void;
}

export interface HandClock extends LabClock {
  /**
   * Moves that are asked for at the same time happen one after the other. Resolves with the nominal
   * time that was reached, once everything due until then has run.
   */
  readonly advance: (nominalSeconds: number) => Promise<number>;
}

/**
 * Wall time that nominal time waits for one piece of work: a health check's answer, a function, a
 * task's start. What takes longer goes on beside the clock, and the log names it.
 */
const PATIENCE_WALL_MS = 60_000;
/** A move is made in steps of this nominal length, so that a stopping lab can end it. */
const STEP_MS = 60_000;

export function runningClock(speed: number): LabClock {
  const clock = new ScaledClock(speed);
  return {
    clock,
    status: () => ({
      manual: false,
      speed,
      originNominalMs: clock.originNominalMs,
      originWallMs: clock.originWallMs,
      now: new Date(clock.now()).toISOString(),
    }),
    advance: undefined,
    stop: () => {},
  };
}

export function clockByHand(startMs: number, log: (line: string) => void): HandClock {
  const originWallMs = Date.now();
  const clock = new ManualClock(startMs, {
    patienceWallMs: PATIENCE_WALL_MS,
    onOverdue: (names) =>
      log(`the clock no longer waits for: ${names.join(", ")} (${PATIENCE_WALL_MS / 1000} s)`),
  });
  // The clock shows whole milliseconds; what fractions are left over counts for the next move.
  let exactMs = 0;
  let stopped = false;
  let last: Promise<unknown> = Promise.resolve();

  const move = async (nominalSeconds: number): Promise<number> => {
    exactMs += nominalSeconds * 1000;
    // A nanosecond makes up for what binary fractions lose.
    const targetMs = startMs + Math.floor(exactMs + 1e-6);
    do {
      if (stopped) throw new Error("the lab is stopping");
      await clock.advance(Math.min(STEP_MS, targetMs - clock.now()));
    } while (clock.now() < targetMs);
    return targetMs;
  };
  return {
    clock,
    status: () => ({
      manual: true,
      speed: 0,
      originNominalMs: startMs,
      originWallMs,
      now: new Date(clock.now()).toISOString(),
    }),
    advance: (nominalSeconds) => {
      const moved = last.then(() => move(nominalSeconds));
      // Whoever asked learns of a failure; the next move must not fail with it.
      last = moved.catch((error: unknown) =>
        log(`a move of the clock failed: ${messageOf(error)}`),
      );
      return moved;
    },
    stop: () => {
      stopped = true;
    },
  };
}
