/** The candidate's release answers a share of its requests with a server error. */
import { z } from "zod";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  share: z.number().gt(0).max(1).default(0.3).describe("fraction of requests, above 0 up to 1"),
  status: z.int().min(500).max(599).default(500).describe("HTTP status, 500 to 599"),
});

/**
 * Of a period of P seconds with steady load, t seconds under a fault of share s make an error rate
 * of s x t / P; it crosses a threshold of T percent at t = P x T / (100 x s).
 */
export function errorRateBreachSeconds(
  share: number,
  alarm: { readonly periodSeconds: number; readonly threshold: number },
): number {
  const needed = alarm.threshold / 100;
  return share > needed ? (alarm.periodSeconds * needed) / share : Infinity;
}

export const badReleaseErrors: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-errors",
  summary: "a share of the candidate's responses are server errors",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "errors",
  mayBreak: [],
  expiresItself: true,
  effect: ({ share, status }) => ({ kind: "errors", share, status }),
  reach: ({ share }) => ({ share, tasks: "all" }),
  timeToBreachSeconds: ({ share }, alarm) => errorRateBreachSeconds(share, alarm),
};
