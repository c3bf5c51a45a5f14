/** What SNS needs of its neighbours. */
import type { MetricSink } from "../ports.ts";

export interface SnsPorts {
  /** Asynchronous invocation; refused unless the function's policy allows `invoker`. */
  invokeFunction(
    functionArn: string,
    payload: unknown,
    invoker: {
      readonly principal: string;
      readonly sourceArn: string;
      readonly sourceAccount: string;
    },
  ): Promise<PublishOutcome>;
  readonly metrics: MetricSink;
  /** Posts to subscribers over HTTP. @default fetch */
  readonly send?: Send | undefined;
}

/** The part of `fetch` that deliveries need; rejects when no response came. */
export type Send = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number }>;

export type PublishOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };
