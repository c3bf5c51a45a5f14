/**
 * A target's health as a pure state machine over check outcomes, with AWS's states, reasons and
 * descriptions (TargetHealth in the ELBv2 API reference).
 */
export type CheckOutcome =
  | { readonly kind: "response"; readonly status: number }
  | { readonly kind: "timeout" }
  /** The connection could not be made, or the response was malformed. */
  | { readonly kind: "failed" };

export interface Thresholds {
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly matcher: string;
}

export interface Health {
  readonly state: "initial" | "healthy" | "unhealthy" | "unused" | "draining";
  readonly reason?: string;
  readonly description?: string;
  /** Consecutive passes and failures so far; one of the two is 0. */
  readonly passes: number;
  readonly failures: number;
}

export const REGISTERING: Health = {
  state: "initial",
  reason: "Elb.RegistrationInProgress",
  description: "Target registration is in progress",
  passes: 0,
  failures: 0,
};

export const NOT_IN_USE: Health = {
  state: "unused",
  reason: "Target.NotInUse",
  description: "Target group is not configured to receive traffic from the load balancer",
  passes: 0,
  failures: 0,
};

export const DRAINING: Health = {
  state: "draining",
  reason: "Target.DeregistrationInProgress",
  description: "Target deregistration is in progress",
  passes: 0,
  failures: 0,
};

export const NOT_REGISTERED: Health = {
  state: "unused",
  reason: "Target.NotRegistered",
  description: "Target is not registered to the target group",
  passes: 0,
  failures: 0,
};

/**
 * The health after one more check. A new target needs one pass; an unhealthy one
 * `healthyThreshold` passes in a row; any target turns unhealthy after `unhealthyThreshold`
 * failures in a row.
 */
export function afterCheck(health: Health, outcome: CheckOutcome, thresholds: Thresholds): Health {
  if (health.state === "unused" || health.state === "draining") return health;
  if (outcome.kind === "response" && matches(thresholds.matcher, outcome.status)) {
    const passes = health.passes + 1;
    const needed = health.state === "unhealthy" ? thresholds.healthyThreshold : 1;
    return passes >= needed
      ? { state: "healthy", passes, failures: 0 }
      : { ...health, passes, failures: 0 };
  }
  const failures = health.failures + 1;
  if (health.state === "unhealthy" || failures >= thresholds.unhealthyThreshold) {
    return { state: "unhealthy", ...explain(outcome), passes: 0, failures };
  }
  if (health.state === "healthy") return { state: "healthy", passes: 0, failures };
  return {
    state: "initial",
    reason: "Elb.InitialHealthChecking",
    description: "Initial health checks in progress",
    passes: 0,
    failures,
  };
}

function explain(outcome: CheckOutcome): { reason: string; description: string } {
  if (outcome.kind === "timeout") {
    return { reason: "Target.Timeout", description: "Request timed out" };
  }
  if (outcome.kind === "failed") {
    return { reason: "Target.FailedHealthChecks", description: "Health checks failed" };
  }
  return {
    reason: "Target.ResponseCodeMismatch",
    description: `Health checks failed with these codes: [${outcome.status}]`,
  };
}

/** Whether `status` is in a matcher such as `200`, `200,202` or `200-299,301`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [low, high] = part.split("-").map(Number);
    return low !== undefined && status >= low && status <= (high ?? low);
  });
}
