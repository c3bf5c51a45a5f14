/** Reserves no concurrency at all for the guard's function: Lambda runs it for nobody. */
import { z } from "zod";
import { standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

export const concurrency = stepKind(
  z.object({
    kind: z.literal("function-concurrency"),
    /** Null: none was reserved. */
    before: z.int().min(1).nullable(),
  }),
  {
    name: () => "concurrency of the guard's function",

    async begin({ outside, clock }) {
      const { machinery } = outside;
      const sinceWallMs = clock.wall();
      await machinery.setConcurrency(0);
      return standing(sinceWallMs, async () => (await machinery.concurrency()) === 0);
    },

    async undo({ outside }, { before }) {
      const { machinery } = outside;
      // Somebody else's setting since then is not the drill's to change.
      if ((await machinery.concurrency()) !== 0) return [];
      await machinery.setConcurrency(before);
      const now = await machinery.concurrency();
      return now === before ? [] : [`the reserved concurrency is ${now}, it was ${before}`];
    },
  },
);

export function stopsFunction(): PlannedStep {
  return {
    first: true,
    permissions: [
      "lambda:GetFunctionConcurrency",
      "lambda:PutFunctionConcurrency",
      "lambda:DeleteFunctionConcurrency",
    ],
    async prepare({ outside }) {
      const before = await outside.machinery.concurrency();
      if (before === 0) {
        return {
          problems: ["the guard's function has a concurrency of 0 already: a dead drill's?"],
        };
      }
      return { step: concurrency.of({ kind: "function-concurrency", before }) };
    },
  };
}
