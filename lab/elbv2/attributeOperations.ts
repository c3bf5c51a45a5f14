/** Describe and Modify of attributes for the three kinds that have them, and the capacity look-up. */
import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Operation } from "../service.ts";
import { changeAttributes, listAttributes } from "./attributes.ts";
import type { Context } from "./context.ts";
import { LISTENER_ATTRIBUTES } from "./listenerAttributes.ts";
import { settingsOf } from "./listeners.ts";
import { balancerSettings, LOAD_BALANCER_ATTRIBUTES } from "./loadBalancerAttributes.ts";
import { requireStickyRules } from "./actions.ts";
import {
  groupSettings,
  requireCompatible,
  TARGET_GROUP_ATTRIBUTES,
} from "./targetGroupAttributes.ts";

export function attributeOperations({ store, plane }: Context): Record<string, Operation> {
  return {
    DescribeLoadBalancerAttributes(
      input: DescribeLoadBalancerAttributesInput,
    ): DescribeLoadBalancerAttributesOutput {
      return { Attributes: listAttributes(store.loadBalancer(input.LoadBalancerArn).attributes) };
    },
    ModifyLoadBalancerAttributes(
      input: ModifyLoadBalancerAttributesInput,
    ): ModifyLoadBalancerAttributesOutput {
      const record = store.loadBalancer(input.LoadBalancerArn);
      const { attributes } = record;
      changeAttributes("Load balancer", LOAD_BALANCER_ATTRIBUTES, attributes, input.Attributes);
      plane.putBalancer(balancerSettings(record));
      return { Attributes: listAttributes(attributes) };
    },

    DescribeTargetGroupAttributes(
      input: DescribeTargetGroupAttributesInput,
    ): DescribeTargetGroupAttributesOutput {
      return { Attributes: listAttributes(store.targetGroup(input.TargetGroupArn).attributes) };
    },
    ModifyTargetGroupAttributes(
      input: ModifyTargetGroupAttributesInput,
    ): ModifyTargetGroupAttributesOutput {
      const record = store.targetGroup(input.TargetGroupArn);
      const { attributes } = record;
      const check = (outcome: ReadonlyMap<string, string>): void => {
        requireCompatible(outcome);
        if (outcome.get("stickiness.enabled") === "true") requireStickyRules(store, record.arn);
      };
      changeAttributes(
        "Target group",
        TARGET_GROUP_ATTRIBUTES,
        attributes,
        input.Attributes,
        check,
      );
      plane.putGroup(groupSettings(record));
      return { Attributes: listAttributes(attributes) };
    },

    DescribeListenerAttributes(
      input: DescribeListenerAttributesInput,
    ): DescribeListenerAttributesOutput {
      return { Attributes: listAttributes(store.listener(input.ListenerArn).attributes) };
    },
    ModifyListenerAttributes(input: ModifyListenerAttributesInput): ModifyListenerAttributesOutput {
      const record = store.listener(input.ListenerArn);
      changeAttributes("Listener", LISTENER_ATTRIBUTES, record.attributes, input.Attributes);
      plane.updateListener(settingsOf(record));
      return { Attributes: listAttributes(record.attributes) };
    },

    /** Infrastructure as code reads it after each create; nothing can be reserved here. */
    DescribeCapacityReservation(
      input: DescribeCapacityReservationInput,
    ): DescribeCapacityReservationOutput {
      store.loadBalancer(input.LoadBalancerArn);
      return { DecreaseRequestsRemaining: 2, CapacityReservationState: [] };
    },
  };
}
