/** The way to the candidate's targets is slow, for every request and for health checks alike. */
import { z } from "zod";
import { IDLE_TIMEOUT_MS } from "../../sidecar/lease.ts";
import { latencyBreachSeconds } from "./badReleaseLatency.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  addedMs: z
    .int()
    .min(1)
    .max(IDLE_TIMEOUT_MS - 1)
    .default(2_000)
    .describe("wall milliseconds added to every response, 1 to 59999"),
});

export const slowTarget: FaultDefinition<z.infer<typeof parameters>> = {
  name: "slow-target",
  summary: "the way to the candidate's targets is slow, health checks included",
  fidelity: "infrastructure",
  targets: ["lab", "aws"],
  parameters,
  breaks: "latency",
  // Health checks that take longer than their timeout fail, if it is that slow.
  mayBreak: [],
  expiresItself: true,
  effect: ({ addedMs }) => ({ kind: "latency", share: 1, addedMs, healthChecks: true }),
  reach: () => ({ share: 1, tasks: "all" }),
  slowsByMs: ({ addedMs }) => addedMs,
  timeToBreachSeconds: ({ addedMs }, alarm) => latencyBreachSeconds({ addedMs, share: 1 }, alarm),
};
