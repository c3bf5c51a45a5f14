/** The share of the drill's own responses that failed, of late. */
import { z } from "zod";
import type { ProbeDefinition } from "./probe.ts";

const parameters = z.strictObject({
  below: z
    .number()
    .gt(0)
    .max(1)
    .default(0.01)
    .describe("fraction of responses that may fail, exclusive: above 0 up to 1"),
  seconds: z
    .number()
    .min(1)
    .max(60)
    .default(5)
    .describe("seconds of wall time that are looked back at, 1 to 60"),
});

/** Fewer responses than this show no rate. */
const LEAST_RESPONSES = 10;

export const errorRate: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "error-rate",
  summary: "the share of the drill's own requests that fail",
  parameters,
  async look({ load }, { below, seconds }) {
    if (!load) return { holds: null, shown: "the drill sends no requests" };
    const { requests, errors } = load.recent(seconds * 1000);
    if (requests < LEAST_RESPONSES) {
      return { holds: null, shown: `only ${requests} responses in ${seconds} s` };
    }
    const percent = Math.round((1000 * errors) / requests) / 10;
    return {
      holds: errors / requests < below,
      shown: `${percent} % of ${requests} responses failed`,
    };
  },
};
