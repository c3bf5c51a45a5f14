/** Repeats a target's health check on the nominal interval until it is stopped. */
import type { Cancel, Clock } from "../../base/clock.ts";
import type { CheckOutcome } from "./health.ts";

export interface CheckPlan {
  /** Read before each wait, so that a changed interval holds from the next check. */
  intervalMs(): number;
  check(signal: AbortSignal): Promise<CheckOutcome>;
  onOutcome(outcome: CheckOutcome): void;
}

/** The first check runs at once; one that outlasts the interval delays the next. */
export function checkRepeatedly(clock: Clock, plan: CheckPlan): Cancel {
  const stop = new AbortController();
  let cancelTimer: Cancel | undefined;
  const arm = (atMs: number): void => {
    cancelTimer = clock.schedule(atMs, async () => {
      const outcome = await plan.check(stop.signal);
      if (stop.signal.aborted) return;
      plan.onOutcome(outcome);
      arm(Math.max(atMs + plan.intervalMs(), clock.now()));
    });
  };
  arm(clock.now());
  return () => {
    cancelTimer?.();
    stop.abort();
  };
}
