/** What EventBridge Scheduler needs of the rest of the lab. */
import type { ServiceName } from "../service.ts";

export interface SchedulerPorts {
  /** Whether the role exists and its trust policy lets `servicePrincipal` act for `sourceArn`. */
  trusts(roleArn: string, servicePrincipal: string, sourceArn: string): boolean;
  /**
   * Calls an operation of another service with the role's permissions.
   *
   * @throws AwsError AccessDenied for what the role may not do, and whatever the operation throws.
   */
  callAs(roleArn: string, call: ApiCall): Promise<void>;
}

export interface ApiCall {
  readonly service: ServiceName;
  /** As the SDK spells it: `Invoke`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}
