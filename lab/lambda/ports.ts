/** What Lambda needs of its neighbours. */
import type { LogSink, MetricSink, RoleCredentials } from "../ports.ts";

export interface LambdaPorts {
  readonly logs: LogSink;
  readonly credentials: RoleCredentials;
  readonly metrics: MetricSink;
}

/** The service that calls a function, as its resource policy knows it. */
export interface Invoker {
  /** `lambda.alarms.cloudwatch.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

export type InvokeOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };
