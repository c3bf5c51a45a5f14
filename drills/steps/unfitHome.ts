/**
 * Makes the side that traffic would come home to unhealthy, until the guard has refused to go there.
 * Then it is made healthy again, while the candidate still fails: the traffic must come home after
 * all, and no earlier.
 */
import { z } from "zod";
import { Outcome } from "../../guard/reversion.ts";
import { otherSlot, Slot } from "../../guard/slot.ts";
import { lookOn } from "./lookOn.ts";
import { NOBODY_ANSWERS, putMatcherBack } from "./matcher.ts";
import { awaited } from "./standing.ts";
import { type PlannedStep, type StepPorts, stepKind } from "./step.ts";

const schema = z.object({
  kind: z.literal("unfit-home"),
  /** The stable one. */
  slot: z.enum(Slot),
  before: z.string(),
  during: z.string(),
});
type UnfitHome = z.infer<typeof schema>;

export const unfitHome = stepKind(schema, {
  name: ({ slot }) => `health check of slot ${slot}`,

  async begin(ports, data) {
    const { outside, store, traffic, clock } = ports;
    const { slot, during } = data;
    const known = new Set((await store.reversions()).map(({ id }) => id));
    await outside.setMatcher(slot, during);
    await healthyIs(ports, slot, (count) => count === 0);
    const sinceWallMs = clock.wall();
    let state: "unfit" | "refused" | "fit" = "unfit";
    let wrong: string | null = null;

    const look = async (): Promise<void> => {
      const { weights } = await traffic.read();
      if (weights[slot] > 0) {
        wrong = `traffic went to slot ${slot} while it had no healthy target`;
      }
      const entries = await store.reversions();
      const refused = entries.some(
        ({ id, outcome, alarm }) =>
          outcome === Outcome.Refused && alarm.slot === otherSlot(slot) && !known.has(id),
      );
      if (refused || wrong !== null) state = "refused";
      if (state !== "refused") return;
      await putMatcherBack(outside, data);
      state = "fit";
    };
    const looking = lookOn(clock, look, () => state === "fit");
    return {
      sinceWallMs,
      isOver: () => false,
      // Its part is done once the guard has refused.
      actedSince: async () => (state === "fit" && wrong === null ? true : null),
      wordWithinMs: 0,
      isPending: () => state !== "fit",
      violation: () => wrong,
      end: () => looking.end(),
    };
  },

  async undo(ports, data) {
    const left = await putMatcherBack(ports.outside, data);
    if (left.length > 0) return left;
    await healthyIs(ports, data.slot, (count) => count > 0);
    return [];
  },
});

async function healthyIs(
  ports: StepPorts,
  slot: Slot,
  isSo: (count: number) => boolean,
): Promise<void> {
  const check = await ports.outside.healthCheck(slot);
  // Five in a row make a target healthy by default, and a lost one is late by its timeout.
  const waitMs = 10 * check.intervalSeconds * 1000;
  const what = `the health of slot ${slot}`;
  await awaited(ports, what, waitMs, async () => isSo(await ports.traffic.healthyTargets(slot)));
}

export function makesHomeUnfit(): PlannedStep {
  return {
    first: true,
    permissions: ["elasticloadbalancing:ModifyTargetGroup"],
    async prepare({ outside }, { candidate }) {
      const slot = otherSlot(candidate);
      const { matcher: before } = await outside.healthCheck(slot);
      if (before === NOBODY_ANSWERS) {
        return {
          problems: [`the health check of slot ${slot} asks for ${before}: a dead drill's?`],
        };
      }
      const data: UnfitHome = { kind: "unfit-home", slot, before, during: NOBODY_ANSWERS };
      return { step: unfitHome.of(data) };
    },
  };
}
