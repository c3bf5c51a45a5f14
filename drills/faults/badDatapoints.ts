/**
 * Failures that never happened are published into the candidate's ten-second metrics: the alarms over
 * them, and all after them, must work, while no response is bad.
 */
import { z } from "zod";
import { putsFailures } from "../steps/datapoints.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  failedRequests: z
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(1_000_000)
    .describe(
      "failed requests put every ten seconds, 1000 to 1000000000: far more than there really are",
    ),
});

export const badDatapoints: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-datapoints",
  summary: "failures that never happened are put into the candidate's own metrics",
  fidelity: "signal",
  targets: ["lab", "aws"],
  parameters,
  breaks: "fastErrors",
  mayBreak: [],
  // Points are put by the runner, and end with it; those that came stay in CloudWatch.
  expiresItself: true,
  impact: "never",
  steps: ({ failedRequests }) => [putsFailures(failedRequests)],
  reach: () => ({ share: 0, tasks: "none" }),
  timeToBreachSeconds: () => 0,
};
