/**
 * Tasks of the candidate are stopped, and their successors as soon as they run: stopped only once,
 * ECS has replaced them before an alarm of two minutes sees anything.
 */
import { z } from "zod";
import { stoppedOf, stopsTasks } from "../steps/stopTasks.ts";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  percent: z
    .number()
    .gt(0)
    .max(100)
    .default(100)
    .describe("how many of its tasks, percent above 0 up to 100, rounded up"),
  count: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("how many of its tasks, 1 to 1000, in place of percent"),
  everySeconds: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .describe("seconds of the environment's clock until it looks for new ones, 1 to 60"),
});

type Parameters = z.infer<typeof parameters>;

const howMany = ({ count, percent }: Parameters) => (count === undefined ? { percent } : { count });

export const killTasks: FaultDefinition<Parameters> = {
  name: "kill-tasks",
  summary: "tasks of the candidate are stopped again and again",
  fidelity: "infrastructure",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // The end of a task breaks what is under way on it, until its target is gone.
  mayBreak: ["errors"],
  // The runner stops them: without it ECS brings them back.
  expiresItself: true,
  steps: (given) => [stopsTasks(howMany(given), given.everySeconds)],
  reach: (given) => ({ share: 1, tasks: howMany(given) }),
  timeToBreachSeconds(given, alarm) {
    if (alarm.signal === "errors") return errorRateBreachSeconds(1, alarm);
    // A healthy host that is left is health to this alarm.
    const { tasks = 1 } = alarm;
    return stoppedOf(tasks, howMany(given)) < tasks ? Infinity : 0;
  },
};
