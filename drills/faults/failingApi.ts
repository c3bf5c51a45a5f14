/**
 * The candidate's release fails while AWS's own API fails for the guard: it must get through all the
 * same, by trying again.
 */
import { z } from "zod";
import { failsApi } from "../steps/apiFault.ts";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  kind: z
    .enum(["throttle", "internal-error", "unavailable"])
    .default("throttle")
    .describe("what the guard's calls get: throttle, internal-error or unavailable"),
  service: z
    .string()
    .regex(/^[a-z]{2,40}$/, "a service such as elasticloadbalancing")
    .default("elasticloadbalancing")
    .describe("the service that fails, such as elasticloadbalancing or dynamodb"),
  operation: z
    .string()
    .regex(/^[A-Za-z*?]{1,100}$/, "an operation such as ModifyListener; * and ? stand for any")
    .default("*")
    .describe("the operation that fails, such as ModifyListener; * and ? stand for any"),
  probability: z
    .number()
    .gt(0)
    .max(1)
    .default(0.3)
    .describe("fraction of the guard's calls, above 0 up to 1"),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.3)
    .describe("fraction of requests that fail, above 0 up to 1"),
});

export const failingApi: FaultDefinition<z.infer<typeof parameters>> = {
  name: "failing-api",
  summary: "the candidate fails while AWS's API fails for the guard",
  fidelity: "infrastructure",
  targets: ["lab"],
  elsewhere: "AWS's API does not fail on demand: only the lab's does",
  parameters,
  breaks: "errors",
  mayBreak: [],
  expiresItself: true,
  effect: ({ share }) => ({ kind: "errors", share, status: 500 }),
  steps: ({ kind, service, operation, probability }) => [
    failsApi({ kind, service, operation, probability }),
  ],
  reach: ({ share }) => ({ share, tasks: "all" }),
  timeToBreachSeconds: ({ share }, alarm) => errorRateBreachSeconds(share, alarm),
};
