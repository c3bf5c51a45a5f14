/** A schedule as the daemon and the preview know it: every default filled in, every text parsed. */
import type { Timing } from "./occurrences.ts";
import type { DateRange, Window } from "./windows.ts";

/**
 * What a fire does while a drill runs in its environment: `forbid` waits for its end until the start
 * deadline; `replace` interrupts it, waits until everything is undone, and starts; `allow` starts
 * beside it, and the drill's own preflight refuses what cannot run beside another.
 */
export const Concurrency = { Forbid: "forbid", Replace: "replace", Allow: "allow" } as const;
export type Concurrency = (typeof Concurrency)[keyof typeof Concurrency];

/** A metric that must be below a bound over its newest whole period. */
export interface LowTraffic {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Average" | "Maximum" | "Minimum" | "SampleCount";
  readonly periodSeconds: number;
  readonly below: number;
  /** Whether a period without datapoints lets a drill start. */
  readonly noData: "block" | "allow";
}

export interface ScheduledDrill {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Schedule {
  readonly name: string;
  readonly environments: readonly string[];
  /** Run one after the other. */
  readonly drills: readonly ScheduledDrill[];
  readonly timing: Timing;
  /** Null: at any time of day. */
  readonly windows: {
    readonly kind: "allowed" | "blocked";
    readonly list: readonly Window[];
  } | null;
  readonly blockedDates: readonly DateRange[];
  readonly jitterMs: number;
  /** How long after its time, jitter included, a fire may still start. */
  readonly startDeadlineMs: number;
  readonly concurrency: Concurrency;
  readonly paused: boolean;
  /** Between the end of one drill in an environment and the start of the next. */
  readonly minimumRestMs: number;
  readonly lowTraffic: LowTraffic | null;
  /** Names of alarms of which each must be OK. */
  readonly blockingAlarms: readonly string[];
  /** Undefined: the file does not say, and the caller has a default. */
  readonly requestsPerSecond: number | undefined;
}
