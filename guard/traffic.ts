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
import { broughtHomeBy, type Homecoming, listenerWeights } from "./homecoming.ts";
import type { Slot, Weights } from "./slot.ts";

export interface LiveTraffic {
  readonly weights: Weights;
  /** Target-group stickiness of the forward action: a sticky cookie beats a weight. */
  readonly sticky: boolean;
  /**
   * Who of ours brought all traffic home to where it is (`homecoming.ts`); null: nobody says so. Left
   * out where the listener cannot tell.
   */
  readonly broughtHome?: Homecoming | null;
}

export interface Traffic {
  read(): Promise<LiveTraffic>;
  /**
   * Sets both weights and turns stickiness off, in one call that is given up after `timeoutMs`.
   *
   * @param homecoming what a later `read` is to say as `broughtHome`. @default null
   */
  write(weights: Weights, timeoutMs: number, homecoming?: Homecoming | null): Promise<void>;
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
        ...broughtHomeBy({ blue: weightOf("blue"), green: weightOf("green") }),
        sticky: config?.TargetGroupStickinessConfig?.Enabled ?? false,
      };
    },

    async write(weights, timeoutMs, homecoming = null) {
      const set = listenerWeights(weights, homecoming);
      await client.send(
        new ModifyListenerCommand({
          ListenerArn: identity.listenerArn,
          DefaultActions: [
            {
              Type: "forward",
              ForwardConfig: {
                TargetGroups: [
                  { TargetGroupArn: identity.targetGroupArns.blue, Weight: set.blue },
                  { TargetGroupArn: identity.targetGroupArns.green, Weight: set.green },
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
