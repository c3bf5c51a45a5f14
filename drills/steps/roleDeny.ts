/**
 * Denies actions to the guard's role by a policy of its own, whose condition ends it with the fault.
 * IAM tells its services within seconds, not at once; an alarm needs longer.
 */
import { z } from "zod";
import { standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

export const roleDeny = stepKind(
  z.object({
    kind: z.literal("role-deny"),
    policy: z.string(),
    actions: z.array(z.string()),
    /** Nominal. */
    untilMs: z.number(),
  }),
  {
    name: ({ actions }) => `deny of ${actions.join(", ")} to the guard's role`,

    async begin({ outside, clock }, { policy, actions, untilMs }) {
      const { machinery } = outside;
      const sinceWallMs = clock.wall();
      await machinery.deny(policy, { actions, resources: ["*"], untilMs });
      return standing(sinceWallMs, async () => {
        return clock.now() < untilMs && (await machinery.denies(policy));
      });
    },

    async undo({ outside }, { policy }) {
      await outside.machinery.endDeny(policy);
      return (await outside.machinery.denies(policy))
        ? [`policy ${policy} of the guard's role`]
        : [];
    },
  },
);

export function deniesGuard(actions: readonly string[]): PlannedStep {
  return {
    first: true,
    permissions: ["iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"],
    async prepare({ clock }, { runId, expiresWallMs }) {
      const policy = `backout-drill-${runId}`;
      const untilMs = clock.toNominal(expiresWallMs);
      return { step: roleDeny.of({ kind: "role-deny", policy, actions: [...actions], untilMs }) };
    },
  };
}
