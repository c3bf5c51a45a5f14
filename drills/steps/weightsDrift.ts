/**
 * A stranger's write: once the guard has brought the traffic home and no write of its own can land any
 * more, all of it is put on the bad candidate again, once.
 */
import { z } from "zod";
import { WRITE_TIMEOUT_MS } from "../../guard/move.ts";
import { Outcome } from "../../guard/reversion.ts";
import { allOn, Slot } from "../../guard/slot.ts";
import { lookOn } from "./lookOn.ts";
import { type PlannedStep, stepKind } from "./step.ts";

/** Wall: the guard has looked a last time, and its function has ended. */
const AFTERWARDS_WALL_MS = 3_000;

export const weightsDrift = stepKind(
  z.object({ kind: z.literal("weights-drift"), slot: z.enum(Slot) }),
  {
    name: ({ slot }) => `weights of slot ${slot}`,

    async begin({ store, traffic, clock }, { slot }) {
      const sinceWallMs = clock.wall();
      const known = new Set((await store.reversions()).map(({ id }) => id));
      let writtenWallMs: number | null = null;
      let homeWallMs: number | null = null;

      const look = async (): Promise<void> => {
        const [entries, record] = await Promise.all([store.reversions(), store.read()]);
        const isHome = entries.some(
          ({ id, outcome, alarm }) =>
            outcome === Outcome.Reverted && alarm.slot === slot && !known.has(id),
        );
        if (!isHome || record.latch?.slot !== slot) return;
        homeWallMs ??= clock.wall();
        const openUntil = Date.parse(record.openWriteUntil ?? "") || 0;
        if (clock.wall() < Math.max(openUntil, homeWallMs) + AFTERWARDS_WALL_MS) return;
        if (looking.isEnded()) return;
        await traffic.write(allOn(slot), WRITE_TIMEOUT_MS);
        writtenWallMs = clock.wall();
      };
      const looking = lookOn(clock, look, () => writtenWallMs !== null);
      return {
        sinceWallMs,
        isOver: () => false,
        // What came before it was not yet the recovery from it.
        actedSince: async (wallMs) =>
          writtenWallMs === null ? null : writtenWallMs < wallMs ? true : null,
        wordWithinMs: 0,
        isPending: () => writtenWallMs === null,
        end: () => looking.end(),
      };
    },

    // Traffic is brought home by every drill that moved it.
    undo: async () => [],
  },
);

export function driftsWeights(): PlannedStep {
  return {
    first: true,
    permissions: ["elasticloadbalancing:ModifyListener"],
    async prepare(_ports, { candidate }) {
      return { step: weightsDrift.of({ kind: "weights-drift", slot: candidate }) };
    },
  };
}
