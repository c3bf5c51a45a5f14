/**
 * Lets the load balancer's health checks of a slot fail, by asking for a status that no app answers. A
 * target group keeps what it was told: nothing ends this but its undo.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import type { Outside } from "../outside/outside.ts";
import { type PlannedStep, stepKind } from "./step.ts";

/** A status of 200 to 499 that is not assigned. */
export const NOBODY_ANSWERS = "299";

export const matcher = stepKind(
  z.object({
    kind: z.literal("health-check-matcher"),
    slot: z.enum(Slot),
    before: z.string(),
    during: z.string(),
  }),
  {
    name: ({ slot }) => `health check of slot ${slot}`,

    async begin({ outside, clock }, { slot, during }) {
      const sinceWallMs = clock.wall();
      await outside.setMatcher(slot, during);
      return {
        sinceWallMs,
        isOver: () => false,
        actedSince: async () => (await outside.healthCheck(slot)).matcher === during,
        wordWithinMs: 0,
        end: () => {},
      };
    },

    undo: ({ outside }, data) => putMatcherBack(outside, data),
  },
);

/** Idempotent; what is left, by name. */
export async function putMatcherBack(
  outside: Outside,
  {
    slot,
    before,
    during,
  }: { readonly slot: Slot; readonly before: string; readonly during: string },
): Promise<readonly string[]> {
  // Somebody else's setting since then is not the drill's to change.
  if ((await outside.healthCheck(slot)).matcher !== during) return [];
  await outside.setMatcher(slot, before);
  const now = (await outside.healthCheck(slot)).matcher;
  return now === before
    ? []
    : [`the health check of slot ${slot} asks for ${now}, it was ${before}`];
}

export function failsHealthChecks(): PlannedStep {
  return {
    permissions: ["elasticloadbalancing:ModifyTargetGroup"],
    async prepare({ outside }, { candidate }) {
      const { matcher: before } = await outside.healthCheck(candidate);
      if (before === NOBODY_ANSWERS) {
        return {
          problems: [`the health check of slot ${candidate} asks for ${before}: a dead drill's?`],
        };
      }
      const change = { slot: candidate, before, during: NOBODY_ANSWERS };
      return { step: matcher.of({ kind: "health-check-matcher", ...change }) };
    },
  };
}
