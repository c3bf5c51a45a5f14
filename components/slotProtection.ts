/** Refuses, at preview already, to change the release of a slot that carries traffic. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { RELEASE_TAG } from "../guard/names.ts";
import { otherSlot, type Slot } from "../guard/slot.ts";
import { liveRelease, liveWeight, type SlotSource } from "./liveSlot.ts";

/**
 * A before-update hook for the ECS service of `slot`. It compares the release tag of the service's
 * old and new inputs with what the slot runs and carries now: Pulumi's state does not know it. The
 * hook guards the slot's immutability only; reversion never depends on Pulumi running.
 */
export function slotProtection(name: string, slot: Slot, source: SlotSource): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    async (change) => {
      const before = releaseOf(change.oldInputs);
      const after = releaseOf(change.newInputs);
      if (before === undefined) return;
      const weight = await liveWeight(source);
      if (weight === undefined && before !== after) {
        throw new Error(unknownWeightMessage(slot, before, after));
      }
      if (weight === undefined || weight === 0) return;
      const live = (await liveRelease(source)) ?? before;
      const refusal = refusalOf({ slot, before, after, live, weight });
      if (refusal !== undefined) throw new Error(refusal);
    },
    { onDryRun: true },
  );
}

/**
 * Says at every preview that a slot with traffic runs another release than its config names:
 * `backout env rollback --to` put it there. Without a change to the service no hook is called.
 */
export async function warnOfDrift(
  slot: Slot,
  configured: string,
  source: SlotSource,
  resource: pulumi.Resource,
): Promise<void> {
  // Only a warning: where the listener cannot be read, its own resource says so.
  const weight = await liveWeight(source).catch(() => undefined);
  if (weight === undefined || weight === 0) return;
  const live = await liveRelease(source);
  if (live === undefined || live === configured) return;
  await pulumi.log.warn(driftMessage(slot, live, configured, weight), resource);
}

export interface SlotChange {
  readonly slot: Slot;
  /** By Pulumi's state. */
  readonly before: string;
  readonly after: string | undefined;
  /** What the slot really runs. */
  readonly live: string;
  /** Above 0. */
  readonly weight: number;
}

/** Why a change may not be made to a slot with traffic; undefined when it keeps its release. */
export function refusalOf({ slot, before, after, live, weight }: SlotChange): string | undefined {
  if (after === live) return undefined;
  return live === before
    ? liveSlotMessage(slot, before, after, weight)
    : `${driftMessage(slot, live, after ?? "nothing", weight)} Until then this update is refused.`;
}

function liveSlotMessage(
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

function driftMessage(slot: Slot, live: string, configured: string, weight: number): string {
  return (
    `slot ${slot} carries traffic (weight ${weight}) and runs ${live}, not ${configured}, as the ` +
    `config says: it was rolled back by hand. An update of the slot would put ${configured} in its ` +
    `place. Say what is there: \`pulumi config set backout:${slot}Release ${live}\`.`
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
