/** The listener's weights and the slots' health through ELBv2: the only code that writes weights. */
import {
  type Action,
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { environmentError } from "../base/errors.ts";
import type { Slot, Weights } from "./slot.ts";

export interface LiveTraffic {
  readonly weights: Weights;
  /** Target-group stickiness of the forward action: a sticky cookie beats a weight. */
  readonly sticky: boolean;
}

export interface Traffic {
  read(): Promise<LiveTraffic>;
  /** Sets both weights and turns stickiness off, in one call that is given up after `timeoutMs`. */
  write(weights: Weights, timeoutMs: number): Promise<void>;
  /** Healthy targets of a slot, counted by the load balancer's own health checks. */
  healthyTargets(slot: Slot): Promise<number>;
}

export interface ListenerIdentity {
  readonly listenerArn: string;
  readonly targetGroupArns: Readonly<Record<Slot, string>>;
}

export function elbv2Traffic(
  client: ElasticLoadBalancingV2Client,
  identity: ListenerIdentity,
): Traffic {
  const forwardOf = async (): Promise<Action> => {
    const { Listeners } = await client.send(
      new DescribeListenersCommand({ ListenerArns: [identity.listenerArn] }),
    );
    const forward = Listeners?.[0]?.DefaultActions?.find((action) => action.Type === "forward");
    if (!forward) {
      throw environmentError(
        "no-forward-action",
        `the default action of listener ${identity.listenerArn} forwards nowhere`,
        "run `pulumi up` (or `backout up`) to restore the listener's forward action",
      );
    }
    return forward;
  };

  return {
    async read() {
      const config = (await forwardOf()).ForwardConfig;
      const weightOf = (slot: Slot): number =>
        config?.TargetGroups?.find(
          (group) => group.TargetGroupArn === identity.targetGroupArns[slot],
        )?.Weight ?? 0;
      return {
        weights: { blue: weightOf("blue"), green: weightOf("green") },
        sticky: config?.TargetGroupStickinessConfig?.Enabled ?? false,
      };
    },

    async write(weights, timeoutMs) {
      await client.send(
        new ModifyListenerCommand({
          ListenerArn: identity.listenerArn,
          DefaultActions: [
            {
              Type: "forward",
              ForwardConfig: {
                TargetGroups: [
                  { TargetGroupArn: identity.targetGroupArns.blue, Weight: weights.blue },
                  { TargetGroupArn: identity.targetGroupArns.green, Weight: weights.green },
                ],
                TargetGroupStickinessConfig: { Enabled: false },
              },
            },
          ],
        }),
        { abortSignal: AbortSignal.timeout(timeoutMs) },
      );
    },

    async healthyTargets(slot) {
      const { TargetHealthDescriptions } = await client.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: identity.targetGroupArns[slot] }),
      );
      return (TargetHealthDescriptions ?? []).filter(
        (target) => target.TargetHealth?.State === TargetHealthStateEnum.HEALTHY,
      ).length;
    },
  };
}
