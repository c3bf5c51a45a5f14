/** The 99th percentile of response times, of late: of the slot whose responses are slower. */
import { z } from "zod";
import type { ProbeDefinition } from "./probe.ts";

const parameters = z.strictObject({
  belowMs: z
    .number()
    .gt(0)
    .max(600_000)
    .default(1_000)
    .describe("milliseconds of wall time, exclusive: above 0 up to 600000"),
  seconds: z
    .number()
    .min(1)
    .max(60)
    .default(5)
    .describe("seconds of wall time that are looked back at, 1 to 60"),
});

export const p99: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "p99",
  summary: "the 99th percentile of the response times of the drill's own requests",
  parameters,
  async look({ load }, { belowMs, seconds }) {
    if (!load) return { holds: null, shown: "the drill sends no requests" };
    const known = Object.values(load.p99(seconds * 1000)).filter((ms) => ms !== null);
    if (known.length === 0) return { holds: null, shown: `no response in ${seconds} s` };
    const slowest = Math.max(...known);
    return { holds: slowest < belowMs, shown: `p99 was ${Math.round(slowest)} ms` };
  },
};
