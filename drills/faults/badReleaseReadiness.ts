/**
 * The candidate's release answers its health checks with a failure and serves all else. The load
 * balancer has only unhealthy targets left and goes on using them ("fail-open"); ECS replaces them,
 * and what was under way on them fails.
 */
import { z } from "zod";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  status: z
    .int()
    .min(500)
    .max(599)
    .default(503)
    .describe("HTTP status of the health checks, 500 to 599"),
});

export const badReleaseReadiness: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-readiness",
  summary: "the candidate's health checks fail, though it serves",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // While ECS replaces tasks, requests are refused.
  mayBreak: ["errors"],
  expiresItself: true,
  impact: "perhaps",
  healthChecks: "refused",
  effect: ({ status }) => ({ kind: "readiness", status }),
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds: (_parameters, alarm) =>
    alarm.onsetSeconds + (alarm.signal === "errors" ? errorRateBreachSeconds(1, alarm) : 0),
};
