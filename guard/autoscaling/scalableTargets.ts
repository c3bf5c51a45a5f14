/**
 * The slots' services as scalable targets of Application Auto Scaling, where a person registered
 * them. The guard changes their minimum alone: what they may cost at most is not its to say.
 */
import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import type { EnvironmentNames } from "../names.ts";
import { type Slot, SLOTS } from "../slot.ts";

/** Tasks. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface ScalableTargets {
  /** Null for a slot whose service nobody registered. */
  look(): Promise<Readonly<Record<Slot, Bounds | null>>>;
  /**
   * A count below the new minimum is raised to it, one above the maximum lowered to that
   * (RegisterScalableTarget: whenever a target is updated). It never registers a service.
   *
   * @param min no more than the target's maximum
   */
  setMinimum(slot: Slot, min: number): Promise<void>;
}

const COUNT = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;

export function ecsScalableTargets(
  client: ApplicationAutoScalingClient,
  { cluster, service }: EnvironmentNames,
): ScalableTargets {
  const idOf = (slot: Slot): string => `service/${cluster}/${service[slot]}`;
  return {
    async look() {
      const { ScalableTargets = [] } = await client.send(
        new DescribeScalableTargetsCommand({ ...COUNT, ResourceIds: SLOTS.map(idOf) }),
      );
      const boundsOf = (slot: Slot): Bounds | null => {
        const found = ScalableTargets.find(({ ResourceId }) => ResourceId === idOf(slot));
        return found ? { min: found.MinCapacity ?? 0, max: found.MaxCapacity ?? 0 } : null;
      };
      return { blue: boundsOf("blue"), green: boundsOf("green") };
    },
    async setMinimum(slot, min) {
      // Without a maximum AWS refuses to register what nobody registered.
      const change = { ...COUNT, ResourceId: idOf(slot), MinCapacity: min };
      await client.send(new RegisterScalableTargetCommand(change));
    },
  };
}
