/**
 * The candidate's release crashes at its start, again and again. Its tasks are replaced and
 * deregistered at once, so there is nobody left to count errors for the slot: requests get 503s of
 * the load balancer that carry no target group, and what shows is that no host is healthy.
 */
import { z } from "zod";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  exitCode: z.int().min(1).max(255).default(1).describe("what the process exits with, 1 to 255"),
});

export const badReleaseCrash: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-crash",
  summary: "the candidate's process ends as soon as it starts",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // The first crash breaks what is under way and refuses what comes until its target is gone.
  mayBreak: ["errors"],
  expiresItself: true,
  effect: ({ exitCode }) => ({ kind: "crash", exitCode }),
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds: (_parameters, alarm) =>
    // One moment without a healthy host makes a period's minimum 0.
    alarm.signal === "errors" ? errorRateBreachSeconds(1, alarm) : 0,
};
