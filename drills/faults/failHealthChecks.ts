/**
 * The load balancer's health checks of the candidate ask for a status that no app answers. The app is
 * well, and yet all its targets are unhealthy, as after a wrong change of the target group.
 */
import { z } from "zod";
import { failsHealthChecks } from "../steps/matcher.ts";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({});

export const failHealthChecks: FaultDefinition<z.infer<typeof parameters>> = {
  name: "fail-health-checks",
  summary: "the load balancer takes no answer of the candidate's health checks for health",
  fidelity: "infrastructure",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // While ECS replaces tasks, requests are refused.
  mayBreak: ["errors"],
  // A target group keeps what it was told.
  expiresItself: false,
  impact: "perhaps",
  healthChecks: "refused",
  steps: () => [failsHealthChecks()],
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds: (_parameters, alarm) =>
    alarm.onsetSeconds + (alarm.signal === "errors" ? errorRateBreachSeconds(1, alarm) : 0),
};
