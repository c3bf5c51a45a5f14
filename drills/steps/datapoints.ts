/**
 * Puts requests that never were, all failed, into a slot's ten-second metrics, beside what its sidecars
 * publish. Points cannot be taken back: they stop, and CloudWatch keeps those that came.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { keepUp } from "./keepUp.ts";
import { type PlannedStep, stepKind } from "./step.ts";

const EVERY_MS = 10_000;

export const datapoints = stepKind(
  z.object({
    kind: z.literal("datapoints"),
    slot: z.enum(Slot),
    failedRequests: z.int().min(1),
    untilWallMs: z.number(),
  }),
  {
    name: ({ slot }) => `points in the metrics of slot ${slot}`,
    begin: ({ outside, clock }, { slot, failedRequests, untilWallMs }) =>
      keepUp({
        clock,
        everyMs: EVERY_MS,
        untilWallMs,
        act: () => outside.putFailedRequests(slot, failedRequests),
      }),
    undo: async () => [],
  },
);

export function putsFailures(failedRequests: number): PlannedStep {
  return {
    permissions: ["cloudwatch:PutMetricData"],
    async prepare({ alarms }, { candidate, expiresWallMs }) {
      if (!(await alarms.read(candidate)).fastErrors) {
        return {
          problems: [`slot ${candidate} has no metrics of its own: set backout:fastSignals`],
        };
      }
      const rest = { slot: candidate, failedRequests, untilWallMs: expiresWallMs };
      return { step: datapoints.of({ kind: "datapoints", ...rest }) };
    },
  };
}
