/** What the control plane tells the data plane: plain values, milliseconds, no AWS shapes. */

/** How targets of a group are picked; AWS's `load_balancing.algorithm.type`. */
export const Algorithm = {
  RoundRobin: "round_robin",
  LeastOutstandingRequests: "least_outstanding_requests",
  WeightedRandom: "weighted_random",
} as const;
export type Algorithm = (typeof Algorithm)[keyof typeof Algorithm];

export interface HealthCheckSettings {
  /** `traffic-port`, or one port for all targets. */
  readonly port: number | "traffic-port";
  /** With its query, as sent: `/health?deep=1`. */
  readonly path: string;
  /** Nominal, from the start of one check to the start of the next. */
  readonly intervalMs: number;
  /** Wall time: a slow answer is as slow in a fast lab. */
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** AWS's form: `200`, `200,202`, `200-299`. */
  readonly matcher: string;
}

/** Durations are nominal, 1,000 to 604,800,000. */
export type TargetStickiness =
  | { readonly kind: "lb_cookie"; readonly durationMs: number }
  /** Begins when a target's response sets the cookie `cookieName`. */
  | { readonly kind: "app_cookie"; readonly cookieName: string; readonly durationMs: number };

export interface GroupSettings {
  readonly arn: string;
  /** The metric dimension: `targetgroup/NAME/16 hex`. */
  readonly dimension: string;
  readonly healthCheck: HealthCheckSettings;
  /** Nominal, 0 to 3,600,000. */
  readonly deregistrationDelayMs: number;
  readonly algorithm: Algorithm;
  /** Nominal, 30,000 to 900,000; 0 when slow start is off. */
  readonly slowStartMs: number;
  /** Whether anomalous targets get less traffic; of effect with `weighted_random` only. */
  readonly anomalyMitigation: boolean;
  /** Which target a client stays on; undefined when the group's targets are not sticky. */
  readonly stickiness: TargetStickiness | undefined;
  /** With fewer healthy targets than either bound, every target gets traffic (fail-open). */
  readonly minimumHealthyCount: number;
  /** 0 when the attribute is `off`. */
  readonly minimumHealthyPercent: number;
}

export interface BalancerSettings {
  readonly arn: string;
  /** The metric dimension: `app/NAME/16 hex`. */
  readonly dimension: string;
  /** Wall time, `idle_timeout.timeout_seconds`. */
  readonly idleTimeoutMs: number;
  /** What happens to the client's own X-Forwarded-For. */
  readonly forwardedFor: "append" | "preserve" | "remove";
  /** Whether X-Forwarded-For carries the client's port too. */
  readonly forwardedForPort: boolean;
  /** Whether headers whose names AWS calls invalid are dropped. */
  readonly dropInvalidHeaders: boolean;
}

export interface ListenerSettings {
  readonly arn: string;
  readonly balancerArn: string;
  /** As on AWS; the port it really has is in `ListenerAddress`. */
  readonly port: number;
  /** False removes `Server` from every response. */
  readonly serverHeader: boolean;
}

/** Where a listener really answers. */
export interface ListenerAddress {
  readonly port: number;
  readonly url: string;
}

export interface TargetAddress {
  readonly id: string;
  readonly port: number;
}

/** One weighted target group of a forward action. */
export interface Share<Group> {
  readonly group: Group;
  readonly weight: number;
}

export type Action<Group> =
  | {
      readonly type: "forward";
      readonly shares: readonly Share<Group>[];
      /** How long a client stays on its target group, nominal; undefined when stickiness is off. */
      readonly stickyMs: number | undefined;
    }
  | {
      readonly type: "fixed-response";
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    }
  | {
      readonly type: "redirect";
      readonly status: 301 | 302;
      /** Templates with `#{host}` and its kin. */
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    };

export type Condition =
  | { readonly field: "path-pattern"; readonly values: readonly string[] }
  | { readonly field: "host-header"; readonly values: readonly string[] }
  | { readonly field: "http-header"; readonly name: string; readonly values: readonly string[] }
  | { readonly field: "http-request-method"; readonly values: readonly string[] }
  | {
      readonly field: "query-string";
      readonly values: readonly { readonly key?: string; readonly value: string }[];
    }
  | { readonly field: "source-ip"; readonly values: readonly string[] };

/** Rules in order of priority; the default rule is last and has no conditions. */
export interface Rule<Group> {
  readonly conditions: readonly Condition[];
  readonly action: Action<Group>;
}
