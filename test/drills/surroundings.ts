/** What lies around the simulated slots: their alarm's state, tasks, health check, and AWS's own faults. */
import type { Clock } from "../../base/clock.ts";
import type { Experiments } from "../../drills/outside/experiments.ts";
import type { ApiFaultOrder, Outside } from "../../drills/outside/outside.ts";
import { FakeMachinery } from "./machinery.ts";

export interface SurroundingsOptions {
  readonly clock: Pick<Clock, "now">;
  /** A matcher that was changed stays. */
  readonly matcherStuck: () => boolean;
  readonly isDown: () => boolean;
  /** Sets the alarm's state by hand. */
  readonly onAlarmState: (state: "OK" | "ALARM") => void;
  readonly onPoints: (count: number) => void;
  /** A task of slot green is stopped. @default nobody is told */
  readonly onStop?: () => void;
  /** Given: it is AWS itself, and no lab. */
  readonly experiments?: Experiments | undefined;
}

const HEALTHY = "200-399";

export class Surroundings {
  readonly #options: SurroundingsOptions;
  /** Of slot green, the candidate. */
  matcher = HEALTHY;
  /** Of slot blue, the stable one. */
  homeMatcher = HEALTHY;
  readonly machinery: FakeMachinery;
  reason = "";
  readonly apiFaults = new Map<number, ApiFaultOrder>();
  readonly marks: { readonly reason: string; readonly atMs: number }[] = [];
  stops = 0;
  stoppedMs = -Infinity;

  constructor(options: SurroundingsOptions) {
    this.#options = options;
    this.machinery = new FakeMachinery(options.clock);
  }

  get homeIsUnfit(): boolean {
    return this.homeMatcher !== HEALTHY;
  }

  get checksFail(): boolean {
    return this.matcher !== HEALTHY;
  }

  outside(): Outside {
    const { clock, matcherStuck, isDown, onAlarmState, onPoints, onStop, experiments } =
      this.#options;
    return {
      target: experiments ? "aws" : "lab",
      guardRole: "checkout-guard",
      machinery: this.machinery,
      setAlarmState: async (_alarm, state, reason) => {
        this.reason = reason;
        if (state === "ALARM") this.marks.push({ reason, atMs: clock.now() });
        onAlarmState(state);
      },
      wentToAlarmBy: async (_alarm, mark, sinceMs) =>
        this.marks.some(({ reason, atMs }) => reason.includes(mark) && atMs >= sinceMs),
      putFailedRequests: async (_slot, count) => onPoints(count),
      runningTasks: async () => (isDown() ? [] : ["task-1"]),
      stopTask: async () => {
        this.stops++;
        this.stoppedMs = clock.now();
        onStop?.();
      },
      healthCheck: async (slot) => ({
        matcher: slot === "green" ? this.matcher : this.homeMatcher,
        intervalSeconds: 10,
        timeoutSeconds: 5,
        unhealthyThreshold: 2,
      }),
      setMatcher: async (slot, matcher) => {
        const isChanged = this.checksFail || this.homeIsUnfit;
        if (isChanged && matcherStuck()) throw new Error("AccessDenied: ModifyTargetGroup");
        if (slot === "green") this.matcher = matcher;
        else this.homeMatcher = matcher;
      },
      experiments,
      apiFaults: {
        add: async (order) => void this.apiFaults.set(order.seed, order),
        clear: async (seed) => void this.apiFaults.delete(seed),
        isActive: async (seed) => this.apiFaults.has(seed),
      },
    };
  }
}
