/**
 * The way to the candidate's targets swallows everything: connections are accepted, nothing is ever
 * answered, to health checks neither. The load balancer gives up on a request after its idle
 * timeout, with a 504 of its own that names no target group; what the slot's alarms see is that no
 * target is healthy.
 */
import { z } from "zod";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  patienceMs: z
    .int()
    .min(100)
    .max(59_999)
    .default(2_000)
    .describe("wall milliseconds that the drill's own clients wait for an answer, 100 to 59999"),
});

export const blackHole: FaultDefinition<z.infer<typeof parameters>> = {
  name: "black-hole",
  summary: "the candidate's targets accept connections and answer nothing",
  fidelity: "infrastructure",
  targets: ["lab", "aws"],
  parameters,
  breaks: "unhealthy",
  // ECS replaces unhealthy tasks, and what connects meanwhile is refused.
  mayBreak: ["errors"],
  expiresItself: true,
  healthChecks: "unanswered",
  effect: () => ({ kind: "black-hole" }),
  load: ({ patienceMs }) => ({ patienceWallMs: patienceMs }),
  reach: () => ({ share: 1, tasks: "all" }),
  timeToBreachSeconds: (_parameters, alarm) => alarm.onsetSeconds,
};
