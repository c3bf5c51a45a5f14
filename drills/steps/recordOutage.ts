/**
 * The record store is down for the guard: its role is denied the table, by a policy whose condition ends
 * it with the fault. The guard must bring the traffic home all the same; once it has, the table answers
 * again, and the record must catch up.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { catchingUp, neverCaughtUp } from "./caughtUp.ts";
import { type PlannedStep, stepKind } from "./step.ts";

/** All that the guard does with its table. */
const ACTIONS = ["dynamodb:GetItem", "dynamodb:PutItem"];

export const recordOutage = stepKind(
  z.object({
    kind: z.literal("record-outage"),
    slot: z.enum(Slot),
    policy: z.string(),
    /** Nominal. */
    untilMs: z.number(),
  }),
  {
    name: () => "deny of the record's table to the guard's role",

    async begin(ports, { slot, policy, untilMs }) {
      const { machinery } = ports.outside;
      const sinceWallMs = ports.clock.wall();
      await machinery.deny(policy, { actions: ACTIONS, resources: ["*"], untilMs });
      const watch = await catchingUp(ports, slot, () => machinery.endDeny(policy));
      return {
        sinceWallMs,
        isOver: () => false,
        // Its part is done once the record knows what was done without it.
        actedSince: async () => (watch.entry() ? true : null),
        wordWithinMs: 0,
        isPending: () => !watch.entry(),
        violation: () => neverCaughtUp(watch),
        end: () => watch.end(),
      };
    },

    async undo({ outside }, { policy }) {
      await outside.machinery.endDeny(policy);
      return (await outside.machinery.denies(policy))
        ? [`policy ${policy} of the guard's role`]
        : [];
    },
  },
);

export function losesRecord(): PlannedStep {
  return {
    first: true,
    permissions: ["iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"],
    async prepare({ clock }, { candidate, runId, expiresWallMs }) {
      const policy = `backout-drill-${runId}`;
      const untilMs = clock.toNominal(expiresWallMs);
      return {
        step: recordOutage.of({ kind: "record-outage", slot: candidate, policy, untilMs }),
      };
    },
  };
}
