/** Lets every call of the guard's function fail: by a thrown error, or by running out of its time. */
import { z } from "zod";
import { standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

/** What hangs is ended soon, and paid for no longer. */
const HANGING_SECONDS = 1;

export const functionFailure = stepKind(
  z.object({
    kind: z.literal("function-failure"),
    failure: z.enum(["throw", "hang"]),
    timeoutSeconds: z.object({ before: z.int(), during: z.int() }),
  }),
  {
    name: () => "configuration of the guard's function",

    async begin({ outside, clock }, { failure, timeoutSeconds }) {
      const { machinery } = outside;
      const sinceWallMs = clock.wall();
      await machinery.setFunctionState({ failure, timeoutSeconds: timeoutSeconds.during });
      return standing(
        sinceWallMs,
        async () => (await machinery.functionState()).failure === failure,
      );
    },

    async undo({ outside }, { timeoutSeconds: { before, during } }) {
      const { machinery } = outside;
      const shown = await machinery.functionState();
      const seconds = shown.timeoutSeconds === during ? before : shown.timeoutSeconds;
      if (shown.failure === null && seconds === shown.timeoutSeconds) return [];
      await machinery.setFunctionState({ failure: null, timeoutSeconds: seconds });
      const now = await machinery.functionState();
      return now.failure === null && now.timeoutSeconds === seconds
        ? []
        : [`the guard's function is still told to fail (${now.failure}, ${now.timeoutSeconds} s)`];
    },
  },
);

export function failsFunction(failure: "throw" | "hang"): PlannedStep {
  return {
    first: true,
    permissions: ["lambda:GetFunctionConfiguration", "lambda:UpdateFunctionConfiguration"],
    async prepare({ outside }) {
      const shown = await outside.machinery.functionState();
      if (shown.failure !== null) {
        return { problems: ["the guard's function is told to fail already: a dead drill's?"] };
      }
      const before = shown.timeoutSeconds;
      const during = failure === "hang" ? HANGING_SECONDS : before;
      const timeoutSeconds = { before, during };
      return { step: functionFailure.of({ kind: "function-failure", failure, timeoutSeconds }) };
    },
  };
}
