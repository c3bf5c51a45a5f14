/** How many targets of a slot the load balancer finds healthy. */
import { z } from "zod";
import { SLOTS } from "../../guard/slot.ts";
import type { ProbeDefinition } from "./probe.ts";

const parameters = z.strictObject({
  slot: z
    .enum(["stable", "candidate", "both"])
    .default("stable")
    .describe("the slot that is kept, the one that is broken, or each of them"),
  atLeast: z.int().min(1).max(1_000).default(1).describe("healthy targets, 1 to 1000"),
});

export const healthyTargets: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "healthy-targets",
  summary: "the targets of a slot that pass their health checks",
  parameters,
  async look({ traffic, stable, candidate }, { slot, atLeast }) {
    const wanted = slot === "both" ? SLOTS : [slot === "stable" ? stable : candidate];
    const counts = await Promise.all(wanted.map((one) => traffic.healthyTargets(one)));
    return {
      holds: counts.every((count) => count >= atLeast),
      shown: wanted.map((one, at) => `slot ${one} has ${counts[at]} healthy`).join(", "),
    };
  },
};
