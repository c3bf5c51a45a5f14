/** The candidate's release answers a share of its requests late. */
import { z } from "zod";
import { IDLE_TIMEOUT_MS } from "../../sidecar/lease.ts";
import type { AlarmBounds, FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  addedMs: z
    .int("a whole number of milliseconds")
    .min(1, "at least 1 ms")
    .lt(
      IDLE_TIMEOUT_MS,
      `below ${IDLE_TIMEOUT_MS} ms, the load balancer's idle timeout: from there on it answers 504 ` +
        "itself, which is a failed response and not a slow one",
    )
    .default(1_500)
    .describe("wall milliseconds added to a response, 1 to 59999"),
  share: z.number().gt(0).max(1).default(1).describe("fraction of requests, above 0 up to 1"),
});

/** Beyond p99 lies this fraction of the requests. */
const TAIL = 0.01;

/**
 * A steady load over a period of P seconds: while the fault acts for t seconds at the period's end,
 * the late answers that come back in it are those of its first t - L seconds, s x (t - L) of a
 * second's requests each, among P - s x L seconds' answers in all. p99 is late once those are more
 * than 1 %: t = L + 0.01 x (P - s x L) / s. Never while L stays within the threshold (the app's own
 * time is left out, for it may be nothing), nor for a share of 1 % or less.
 */
export function latencyBreachSeconds(
  { addedMs, share }: { readonly addedMs: number; readonly share: number },
  alarm: Pick<AlarmBounds, "periodSeconds" | "threshold" | "onsetSeconds">,
): number {
  if (addedMs / 1000 <= alarm.threshold || share <= TAIL) return Infinity;
  const others = Math.max(0, alarm.periodSeconds - share * alarm.onsetSeconds);
  return alarm.onsetSeconds + (TAIL * others) / share;
}

export const badReleaseLatency: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-latency",
  summary: "a share of the candidate's responses come late",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "latency",
  // The comparison with the other slot needs traffic on both, and a drill leaves none on the other.
  mayBreak: [],
  expiresItself: true,
  effect: ({ addedMs, share }) => ({ kind: "latency", share, addedMs }),
  reach: ({ share }) => ({ share, tasks: "all" }),
  slowsByMs: ({ addedMs }) => addedMs,
  timeToBreachSeconds: latencyBreachSeconds,
};
