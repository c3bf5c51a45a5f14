/**
 * The physical names of an environment's resources. Components create them, the guard and the
 * drills find them again: one table, so that both always agree.
 */
import type { Slot } from "./slot.ts";

/** Every resource of an environment carries this tag; its value is the environment's name. */
export const ENVIRONMENT_TAG = "backout:environment";

/** On the load balancer: the slot that is stable while the environment's record is unwritten. */
export const INITIAL_STABLE_TAG = "backout:initial-stable";

/** On the load balancer: how a rollout goes here when nobody says otherwise (see rollout/settings.ts). */
export const ROLLOUT_TAG = "backout:rollout";

/** On the load balancer: what each signal may do, where not all revert alone (see signalPolicy.ts). */
export const POLICY_TAG = "backout:signal-policy";

/** On the load balancer: the false-reversion probability of its sentinels, where it has any. */
export const SENTINEL_TAG = "backout:sentinel";

/** On the load balancer: the environment has a watchdog, a second way home. */
export const SECOND_WAY_TAG = "backout:second-way";

/** On the load balancer: how testers reach a slot, where they can (see testRoutes.ts). */
export const TEST_ROUTES_TAG = "backout:test-routes";

/** On the load balancer: how many checks of its own the environment has for its way back, if any. */
export const WAY_BACK_CHECKS_TAG = "backout:way-back-checks";

/** On the load balancer: tasks of a slot that nobody needs, where that is not as many as always. */
export const IDLE_COUNT_TAG = "backout:idle-count";

/** An environment variable of the guard's function: the hooks of every rollout here, as JSON. */
export const HOOKS_VARIABLE = "BACKOUT_HOOKS";

/**
 * An environment variable of the guard's function: `throw`, `hang` or `exit-after-write` where it is to
 * fail, for a drill.
 */
export const REHEARSED_FAILURE_VARIABLE = "BACKOUT_REHEARSED_FAILURE";

/** On an ECS service: the release (image) that its slot runs. */
export const RELEASE_TAG = "backout:release";

/** What a slot's sidecars publish themselves, every ten seconds, at a resolution of one second. */
export const FAST_NAMESPACE = "Backout";
/** In the same namespace: requests of each slot that the watchdog sends, which are nobody's traffic. */
export const PROBE_METRIC = "Probes";

export const FAST_METRIC = { requests: "Requests", errors: "Errors", latency: "Latency" } as const;

/** The same for every task of a slot: their counts add up. */
export function fastDimensions(environment: string, slot: Slot): Record<string, string> {
  return { Environment: environment, Slot: slot };
}

export interface EnvironmentNames {
  readonly loadBalancer: string;
  readonly targetGroup: Readonly<Record<Slot, string>>;
  readonly cluster: string;
  readonly service: Readonly<Record<Slot, string>>;
  /** The composite alarm of a slot: the one whose action is the guard. */
  readonly guardAlarm: Readonly<Record<Slot, string>>;
  readonly errorAlarm: Readonly<Record<Slot, string>>;
  readonly unhealthyAlarm: Readonly<Record<Slot, string>>;
  readonly latencyAlarm: Readonly<Record<Slot, string>>;
  /** Compares a slot's latency with the other slot's. */
  readonly latencyRatioAlarm: Readonly<Record<Slot, string>>;
  /** Of the sidecars' own metrics; only where the environment has fast signals. */
  readonly fastErrorAlarm: Readonly<Record<Slot, string>>;
  readonly fastLatencyAlarm: Readonly<Record<Slot, string>>;
  /** No resource: what a reversion calls the sidecars' own judgement of a slot. */
  readonly sentinel: Readonly<Record<Slot, string>>;
  /** No resource: what a reversion calls the watchdog's look at a slot. */
  readonly watchdog: Readonly<Record<Slot, string>>;
  readonly guardFunction: string;
  /** The second way home: its function, role and schedule; only where the environment has one. */
  readonly watchdogFunction: string;
  /** The rule that calls the guard every minute. */
  readonly reconcileRule: string;
  readonly topic: string;
  readonly recordTable: string;
  readonly faultTable: string;
}

/** Target group names may have 32 characters (ELBv2); `-green` takes six of them. */
export const ENVIRONMENT_NAME_PATTERN = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,25}$/;

export function environmentNames(environment: string): EnvironmentNames {
  const perSlot = (suffix: string): Record<Slot, string> => ({
    blue: `${environment}-blue${suffix}`,
    green: `${environment}-green${suffix}`,
  });
  return {
    loadBalancer: environment,
    targetGroup: perSlot(""),
    cluster: environment,
    service: perSlot(""),
    guardAlarm: perSlot(""),
    errorAlarm: perSlot("-errors"),
    unhealthyAlarm: perSlot("-unhealthy"),
    latencyAlarm: perSlot("-latency"),
    latencyRatioAlarm: perSlot("-latency-ratio"),
    fastErrorAlarm: perSlot("-fast-errors"),
    fastLatencyAlarm: perSlot("-fast-latency"),
    sentinel: perSlot("-sentinel"),
    watchdog: perSlot("-watchdog"),
    guardFunction: `${environment}-guard`,
    watchdogFunction: `${environment}-watchdog`,
    reconcileRule: `${environment}-reconcile`,
    topic: `${environment}-guard`,
    recordTable: `${environment}-record`,
    faultTable: `${environment}-faults`,
  };
}
