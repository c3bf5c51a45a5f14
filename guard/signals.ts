/** What an environment judges of a slot: the signals, each a metric alarm, and how they are read. */

/** What a guard alarm listens to: share of failures, no healthy host, p99, p99 against the other slot. */
export const SIGNALS = ["errors", "unhealthy", "latency", "latencyRatio"] as const;
export type Signal = (typeof SIGNALS)[number];

/** The same failures and p99, every ten seconds; only where the environment has fast signals. */
export const FAST_SIGNALS = ["fastErrors", "fastLatency"] as const;
export type FastSignal = (typeof FAST_SIGNALS)[number];

export const ALL_SIGNALS = [...SIGNALS, ...FAST_SIGNALS] as const;
export type AnySignal = Signal | FastSignal;

/** On which side of its threshold a signal is bad, and in which unit both are. */
export interface SignalScale {
  readonly breaches: "above" | "below";
  /** As it stands behind a number. */
  readonly unit: string;
}

const ERRORS: SignalScale = { breaches: "above", unit: "%" };
const LATENCY: SignalScale = { breaches: "above", unit: "s" };

export const SCALES: Readonly<Record<AnySignal, SignalScale>> = {
  errors: ERRORS,
  unhealthy: { breaches: "below", unit: "healthy targets" },
  latency: LATENCY,
  latencyRatio: { breaches: "above", unit: "x the other slot's" },
  fastErrors: ERRORS,
  fastLatency: LATENCY,
};
