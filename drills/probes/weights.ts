/** The share of the traffic that the listener gives a slot. */
import { z } from "zod";
import type { ProbeDefinition } from "./probe.ts";

const percent = z.number().min(0).max(100);
const parameters = z.strictObject({
  slot: z
    .enum(["stable", "candidate"])
    .default("stable")
    .describe("the slot that is kept, or the one that is broken"),
  atLeastPercent: percent.default(0).describe("of the traffic, 0 to 100"),
  atMostPercent: percent.default(100).describe("of the traffic, 0 to 100"),
});

export const weights: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "weights",
  summary: "the share of the traffic that the listener gives a slot",
  parameters,
  async look({ traffic, stable, candidate }, { slot, atLeastPercent, atMostPercent }) {
    const { weights: live } = await traffic.read();
    const which = slot === "stable" ? stable : candidate;
    const sum = live.blue + live.green;
    if (sum === 0) return { holds: null, shown: "both weights are 0" };
    const share = (100 * live[which]) / sum;
    return {
      holds: share >= atLeastPercent && share <= atMostPercent,
      shown: `slot ${which} has ${Math.round(share * 10) / 10} % of the weight`,
    };
  },
};
