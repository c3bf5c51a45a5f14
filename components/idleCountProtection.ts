/**
 * Refuses, at preview already, to stop scaling idle slots while one of them is small. Pulumi would
 * leave it so: its state still says what the slot was created with, and nobody else scales it any more.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { IDLE_COUNT_TAG } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { liveCount, type SlotSource } from "./liveSlot.ts";

/**
 * A before-update hook for the ECS service of `slot`, whose tag says how small it may be made: without
 * `idleCount` the tag goes, so that the hook is called even where nothing else changes.
 */
export function idleCountProtection(
  name: string,
  slot: Slot,
  wanted: number,
  source: SlotSource,
  clusterName: string,
): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    async ({ oldInputs, newInputs }) => {
      if (!staysAsItIs(oldInputs, newInputs)) return;
      const live = await liveCount(source);
      if (live === undefined || live >= wanted) return;
      const names = { cluster: clusterName, service: source.serviceName };
      throw new Error(smallSlotMessage(slot, live, wanted, names));
    },
    { onDryRun: true },
  );
}

/** @param names of the slot's service and its cluster */
export function smallSlotMessage(
  slot: Slot,
  live: number,
  wanted: number,
  { cluster, service }: { readonly cluster: string; readonly service: string },
): string {
  return (
    `slot ${slot} has ${live} of ${wanted} tasks, for backout:idleCount kept it small. Without ` +
    `backout:idleCount nobody would scale it up again: no rollout could begin there. First let both ` +
    `slots have the same size: \`pulumi config set backout:idleCount ${wanted}\` and \`pulumi up\`, then ` +
    `\`aws ecs update-service --cluster ${cluster} --service ${service} --desired-count ${wanted}\`; ` +
    "then remove backout:idleCount."
  );
}

const counted = z.object({
  desiredCount: z.number(),
  tags: z.object({ [IDLE_COUNT_TAG]: z.string().optional() }),
});

/** Whether `idleCount` goes and Pulumi sees no other count than the one that it set before. */
export function staysAsItIs(oldInputs: unknown, newInputs: unknown): boolean {
  const before = counted.safeParse(oldInputs).data;
  const after = counted.safeParse(newInputs).data;
  if (!before || !after) return false;
  const goes =
    before.tags[IDLE_COUNT_TAG] !== undefined && after.tags[IDLE_COUNT_TAG] === undefined;
  return goes && before.desiredCount === after.desiredCount;
}
