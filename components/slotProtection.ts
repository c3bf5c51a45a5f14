/** Refuses, at preview already, to change the release of a slot that carries traffic. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { RELEASE_TAG } from "../guard/names.ts";
import { otherSlot, type Slot } from "../guard/slot.ts";

/**
 * A before-update hook for the ECS service of `slot`. It compares the release tag of the service's
 * old and new inputs and reads the live weight: Pulumi's state does not know it, for the guard moves
 * it. The hook guards the slot's immutability only; reversion never depends on Pulumi running.
 */
export function slotProtection(
  name: string,
  slot: Slot,
  listener: aws.lb.Listener,
  targetGroup: aws.lb.TargetGroup,
): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    async (change) => {
      const before = releaseOf(change.oldInputs);
      const after = releaseOf(change.newInputs);
      if (before === undefined || before === after) return;
      const [listenerArn, targetGroupArn] = await Promise.all([
        known(listener.arn),
        known(targetGroup.arn),
      ]);
      if (listenerArn === undefined || targetGroupArn === undefined) {
        throw new Error(unknownWeightMessage(slot, before, after));
      }
      // With the listener as parent it is asked through the provider that made the listener.
      const { defaultActions } = await aws.lb.getListener(
        { arn: listenerArn },
        { parent: listener },
      );
      const groups = defaultActions.flatMap((action) =>
        action.forwards.flatMap((forward) => forward.targetGroups),
      );
      const weight = groups.find((group) => group.arn === targetGroupArn)?.weight ?? 0;
      if (weight > 0) throw new Error(liveSlotMessage(slot, before, after, weight));
    },
    { onDryRun: true },
  );
}

export function liveSlotMessage(
  slot: Slot,
  before: string,
  after: string | undefined,
  weight: number,
): string {
  const idle = otherSlot(slot);
  return (
    `slot ${slot} carries traffic (weight ${weight}) and runs ${before}: its release cannot become ` +
    `${after ?? "nothing"} in place, for there would be no way back. ` +
    `Put ${after ?? "the new release"} into slot ${idle} (backout:${idle}Release) and keep ` +
    `backout:${slot}Release at ${before}; or first move the traffic away from ${slot}.`
  );
}

const taggedInputs = z.object({ tags: z.object({ [RELEASE_TAG]: z.string() }) });

function releaseOf(inputs: Record<string, unknown> | undefined): string | undefined {
  return taggedInputs.safeParse(inputs).data?.tags[RELEASE_TAG];
}

function unknownWeightMessage(slot: Slot, before: string, after: string | undefined): string {
  return (
    `slot ${slot} runs ${before}, and whether it carries traffic cannot be known: this update also ` +
    `replaces the listener or the target group. Keep backout:${slot}Release at ${before} for now, ` +
    `and set it to ${after ?? "the new release"} in an update of its own.`
  );
}

/** An output's value; undefined while it is unknown, for which `apply` would wait for ever. */
async function known(output: pulumi.Output<string>): Promise<string | undefined> {
  // Part of every output, though not of its published type.
  const isKnown: unknown = await Reflect.get(output, "isKnown");
  if (isKnown !== true) return undefined;
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
