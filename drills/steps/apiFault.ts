/** Lets AWS's API fail for the guard's role, in the lab, which alone can do that. */
import { z } from "zod";
import type { ApiFaultOrder } from "../outside/outside.ts";
import { type PlannedStep, stepKind } from "./step.ts";

export const apiFault = stepKind(
  z.object({
    kind: z.literal("api-fault"),
    order: z.object({
      kind: z.enum(["throttle", "internal-error", "unavailable"]),
      service: z.string(),
      operation: z.string(),
      role: z.string(),
      probability: z.number(),
      durationSeconds: z.number(),
      seed: z.int(),
    }),
  }),
  {
    name: ({ order }) => `${order.kind} of ${order.service} for role ${order.role}`,

    async begin({ outside, clock }, { order }) {
      const sinceWallMs = clock.wall();
      const { apiFaults } = outside;
      await apiFaults?.add(order);
      return {
        sinceWallMs,
        isOver: () => false,
        actedSince: async () => (await apiFaults?.isActive(order.seed)) ?? null,
        wordWithinMs: 0,
        end: () => {},
      };
    },

    async undo({ outside }, { order }) {
      await outside.apiFaults?.clear(order.seed);
      return (await outside.apiFaults?.isActive(order.seed)) === true
        ? [`${order.kind} of ${order.service} still acts`]
        : [];
    },
  },
);

export function failsApi(
  order: Pick<ApiFaultOrder, "kind" | "service" | "operation" | "probability">,
): PlannedStep {
  return {
    first: true,
    // It is the lab that is asked, and no service of AWS.
    permissions: [],
    async prepare({ outside, clock }, { leaseId, expiresWallMs }) {
      if (!outside.apiFaults) return { problems: ["only the lab's AWS fails on demand"] };
      const seed = Number.parseInt(leaseId.slice(0, 7), 16);
      const leftMs = clock.toNominal(expiresWallMs) - clock.now();
      const durationSeconds = Math.max(1, Math.round(leftMs / 1000));
      const full = { ...order, role: outside.guardRole, durationSeconds, seed };
      return { step: apiFault.of({ kind: "api-fault", order: full }) };
    },
  };
}
