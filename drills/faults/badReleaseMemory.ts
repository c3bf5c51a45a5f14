/**
 * The candidate's release takes more and more memory until its container's limit ends it, and again
 * after every restart.
 */
import { z } from "zod";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  mibPerSecond: z
    .int()
    .min(1)
    .max(1_024)
    .default(128)
    .describe("MiB that it takes every second, 1 to 1024"),
});

export const badReleaseMemory: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-memory",
  summary: "the candidate's memory grows until its task is ended",
  fidelity: "release",
  targets: ["aws"],
  elsewhere: "the lab's tasks are processes that no memory limit ends",
  parameters,
  breaks: "unhealthy",
  // The end of a task breaks what is under way on it.
  mayBreak: ["errors"],
  expiresItself: true,
  effect: ({ mibPerSecond }) => ({ kind: "memory", mibPerSecond }),
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds: () => 0,
};
