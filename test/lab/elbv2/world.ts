/** The service under a hand-moved clock, called as the wire calls it, with the SDK's types. */
import type {
  Action,
  CreateListenerOutput,
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { onTestFinished } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { Elbv2 } from "../../../lab/elbv2/elbv2.ts";
import { AwsError, type Call } from "../../../lab/service.ts";

const CALL: Call = {
  principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" },
  requestId: "test",
};

export class World {
  readonly clock = new ManualClock(Date.UTC(2026, 2, 1));
  readonly elbv2 = new Elbv2({ clock: this.clock }, { publish: () => {} });

  constructor() {
    onTestFinished(() => this.elbv2.stop());
  }

  /** The operation's output; the type is the caller's word, as it is with the SDK. */
  async call<Output extends object = Record<string, never>>(
    operation: string,
    input: object,
  ): Promise<Output> {
    const handler = this.elbv2.operations[operation];
    if (!handler) throw new Error(`${operation} is not implemented`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the docstring says.
    return (await handler(input, CALL)) as Output;
  }

  /** `Code: message` of the error that the call ends with. */
  async refusal(operation: string, input: object): Promise<string> {
    try {
      await this.call(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return "accepted";
  }

  async loadBalancer(
    name = "checkout",
    more: Partial<CreateLoadBalancerInput> = {},
  ): Promise<string> {
    const input = { Name: name, Subnets: ["subnet-1", "subnet-2"], ...more };
    const output = await this.call<CreateLoadBalancerOutput>("CreateLoadBalancer", input);
    return output.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  }

  async targetGroup(name: string, more: Partial<CreateTargetGroupInput> = {}): Promise<string> {
    const input = { ...TARGET_GROUP, Name: name, ...more };
    const output = await this.call<CreateTargetGroupOutput>("CreateTargetGroup", input);
    return output.TargetGroups?.[0]?.TargetGroupArn ?? "";
  }

  async listener(loadBalancerArn: string, action: Action, port = 80): Promise<string> {
    const output = await this.call<CreateListenerOutput>("CreateListener", {
      LoadBalancerArn: loadBalancerArn,
      Protocol: "HTTP",
      Port: port,
      DefaultActions: [action],
    });
    return output.Listeners?.[0]?.ListenerArn ?? "";
  }
}

export const TARGET_GROUP = {
  Protocol: "HTTP",
  Port: 8080,
  VpcId: "vpc-1",
  TargetType: "ip",
} as const;

export function forward(weights: Readonly<Record<string, number>>): Action {
  return {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
        TargetGroupArn,
        Weight,
      })),
    },
  };
}

export const MISSING = {
  loadBalancer:
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/none/0123456789abcdef",
  targetGroup:
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef",
  listener:
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/none/0123456789abcdef/0123456789abcdef",
  rule: "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/none/0123456789abcdef/0123456789abcdef/0123456789abcdef",
};
