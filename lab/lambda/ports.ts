/** What Lambda needs of its neighbours. */
import type { LogSink, MetricSink, RoleCredentials } from "../ports.ts";
import type { Principal } from "../service.ts";
import type { Balancer } from "./addresses.ts";
import type { EnvironmentHost } from "./environments.ts";

export interface LambdaPorts {
  readonly logs: LogSink;
  readonly credentials: RoleAuthority;
  readonly metrics: MetricSink;
  readonly targets: TargetPorts;
  /** Where functions run. @default processes */
  readonly environments?: EnvironmentHost | undefined;
  /** Load balancers that functions may reach by name. @default none */
  readonly balancers?: () => readonly Balancer[];
}

/** Roles' credentials, and what a role may do: Lambda itself acts as the function's role, too. */
export interface RoleAuthority extends RoleCredentials {
  /** The session behind an access key id that `issue` gave. */
  principalOf(accessKeyId: string): Principal | undefined;
  authorize(
    principal: Principal,
    action: string,
    resources: readonly string[],
  ): { readonly allowed: true } | { readonly allowed: false; readonly message: string };
}

/** Where records of asynchronous invocations go; the role's permissions were asked before. */
export interface TargetPorts {
  publish(
    topicArn: string,
    message: string,
    attributes?: Readonly<
      Record<string, { readonly DataType: string; readonly StringValue: string }>
    >,
  ): InvokeOutcome;
  /** Missing in a lab without EventBridge, which then refuses event buses as destinations. */
  putEvent?(busArn: string, event: BusEvent): InvokeOutcome | Promise<InvokeOutcome>;
}

export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  /** A JSON document. */
  readonly detail: string;
  readonly resources: readonly string[];
}

/** The service that calls a function, as its resource policy knows it. */
export interface Invoker {
  /** `lambda.alarms.cloudwatch.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

export type InvokeOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string };
