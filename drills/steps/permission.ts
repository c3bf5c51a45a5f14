/** Takes from the guard's function the permission that lets a slot's guard alarm invoke it. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

const statement = z.record(z.string(), z.unknown());

export const permission = stepKind(
  z.object({
    kind: z.literal("invoke-permission"),
    slot: z.enum(Slot),
    statements: z.array(statement),
  }),
  {
    name: ({ slot }) => `permission of the guard alarm of slot ${slot} to call the guard`,

    async begin({ outside, clock }, { slot, statements }) {
      const { machinery } = outside;
      const sinceWallMs = clock.wall();
      for (const one of statements) await machinery.removePermission(one);
      const isGone = async () => (await machinery.permissionsOf(slot)).length === 0;
      return standing(sinceWallMs, isGone);
    },

    async undo({ outside }, { slot, statements }) {
      const { machinery } = outside;
      const there = await machinery.permissionsOf(slot);
      const sids = new Set(there.map(({ Sid }) => Sid));
      for (const one of statements) if (!sids.has(one["Sid"])) await machinery.addPermission(one);
      const after = await machinery.permissionsOf(slot);
      return statements
        .filter((one) => !after.some((now) => isDeepStrictEqual(now, one)))
        .map((one) => `the permission ${String(one["Sid"])} is not as it was`);
    },
  },
);

export function removesPermission(): PlannedStep {
  return {
    first: true,
    permissions: ["lambda:GetPolicy", "lambda:AddPermission", "lambda:RemovePermission"],
    async prepare({ outside }, { candidate }) {
      const statements = [...(await outside.machinery.permissionsOf(candidate))];
      if (statements.length === 0) {
        return { problems: [`nothing lets the guard alarm of slot ${candidate} call the guard`] };
      }
      const data = { kind: "invoke-permission", slot: candidate, statements } as const;
      return { step: permission.of(data) };
    },
  };
}
