/**
 * Lets the guard's function die between its write of the weights and its record: the process ends with
 * the write's answer. Whoever calls it next finds the traffic at home, and must write that down.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { catchingUp, neverCaughtUp } from "./caughtUp.ts";
import { type PlannedStep, stepKind } from "./step.ts";

const FAILURE = "exit-after-write";

export const midwayDeath = stepKind(
  z.object({ kind: z.literal("midway-death"), slot: z.enum(Slot) }),
  {
    name: () => "configuration of the guard's function",

    async begin(ports, { slot }) {
      const { machinery } = ports.outside;
      const { timeoutSeconds } = await machinery.functionState();
      const sinceWallMs = ports.clock.wall();
      await machinery.setFunctionState({ failure: FAILURE, timeoutSeconds });
      const watch = await catchingUp(ports, slot);
      return {
        sinceWallMs,
        isOver: () => false,
        actedSince: async () => (await machinery.functionState()).failure === FAILURE,
        wordWithinMs: 0,
        isPending: () => !watch.entry(),
        violation: () => neverCaughtUp(watch),
        end: () => watch.end(),
      };
    },

    async undo({ outside }) {
      const { machinery } = outside;
      const shown = await machinery.functionState();
      if (shown.failure !== FAILURE) return [];
      await machinery.setFunctionState({ ...shown, failure: null });
      const { failure } = await machinery.functionState();
      return failure === null ? [] : [`the guard's function is still told to fail (${failure})`];
    },
  },
);

export function killsMidway(): PlannedStep {
  return {
    first: true,
    permissions: ["lambda:GetFunctionConfiguration", "lambda:UpdateFunctionConfiguration"],
    async prepare({ outside }, { candidate }) {
      const { failure } = await outside.machinery.functionState();
      if (failure !== null) {
        return { problems: ["the guard's function is told to fail already: a dead drill's?"] };
      }
      return { step: midwayDeath.of({ kind: "midway-death", slot: candidate }) };
    },
  };
}
