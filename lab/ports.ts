/** Narrow views of one service that several others use; lab/lab.ts hands them out. */

/** Takes log lines into CloudWatch Logs; the group and the stream are made when they are missing. */
export interface LogSink {
  append(
    group: string,
    stream: string,
    lines: readonly { readonly timestampMs: number; readonly message: string }[],
  ): void;
}

/** Temporary credentials of a role, as ECS and Lambda hand them to what they run. */
export interface RoleCredentials {
  /** Throws when the role does not exist or does not trust `servicePrincipal`. */
  issue(
    roleArn: string,
    sessionName: string,
    servicePrincipal: string,
  ): {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** One value, or many, of one metric at one time (nominal milliseconds). */
export interface MetricPoint {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  /** Raw values and how often each was seen; a single datum is `{ values: [v], counts: [1] }`. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly unit?: string;
  /** Nominal time from which readers and alarms see it; at once when missing. */
  readonly availableAtMs?: number;
}

export interface MetricSink {
  publish(points: readonly MetricPoint[]): void;
}
