/**
 * The candidate's release needs long until it listens, and its tasks are started anew. Nobody is there
 * meanwhile; where ECS loses patience first, it starts them again, and they never come.
 */
import { z } from "zod";
import { stopsTasks } from "../steps/stopTasks.ts";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  notReadySeconds: z
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe("seconds of the environment's clock until it listens, 1 to 3600"),
});

export const badReleaseSlowStart: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-slow-start",
  summary: "the candidate's tasks start anew and are not ready for long",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // Targets that do not listen yet refuse connections.
  mayBreak: ["errors"],
  expiresItself: true,
  effect: ({ notReadySeconds }) => ({ kind: "slow-start", notReadyMs: notReadySeconds * 1000 }),
  steps: () => [stopsTasks({ percent: 100 }, null)],
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds({ notReadySeconds }, alarm) {
    if (alarm.signal === "errors") return errorRateBreachSeconds(1, alarm);
    // Only a stretch of one period more is sure to hold as many whole ones as the alarm asks for.
    const needed = ((alarm.datapointsToAlarm ?? 1) + 1) * alarm.periodSeconds;
    return notReadySeconds >= needed ? 0 : Infinity;
  },
};
