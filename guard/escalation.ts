/** What a person is handed when nothing could bring the traffic home: what was tried, what is, what is left. */
import { z } from "zod";
import { otherSlot, type Slot, SLOTS, type Weights } from "./slot.ts";

/** Numbers and words as they were read; a text in their place says why they could not be. */
export const escalationSchema = z.object({
  /** Every way home that was tried since the trouble began, oldest first. */
  tried: z.array(
    z.object({ at: z.iso.datetime(), path: z.string(), outcome: z.string(), why: z.string() }),
  ),
  weights: z.string(),
  slots: z.array(
    z.object({ slot: z.string(), healthyTargets: z.string(), guardAlarm: z.string() }),
  ),
  /** `on since …`, `off`, or that there is none. */
  lastResort: z.string(),
  /** What a person should do, in this order, with the commands. */
  asked: z.array(z.string()),
});
export type Escalation = z.infer<typeof escalationSchema>;

/** Attempts older than this (wall milliseconds) belong to another trouble. */
const TROUBLE_MS = 3_600_000;

/** The newest of them are enough: a trouble of an hour has one a minute. */
const TRIED_KEPT = 10;

/** An attempt as the record tells of it. */
interface Attempt {
  readonly decidedAt: string;
  readonly path: string;
  readonly outcome: string;
  readonly why: string;
  readonly alarm: { readonly slot: Slot };
}

/** Those that were about this slot and moved nothing, since the trouble began. */
export function attemptsOf(
  all: readonly Attempt[],
  slot: Slot,
  nowMs: number,
): Escalation["tried"] {
  return all
    .filter((one) => one.alarm.slot === slot && nowMs - Date.parse(one.decidedAt) <= TROUBLE_MS)
    .filter(({ outcome }) => outcome === "refused" || outcome === "failed")
    .map(({ decidedAt: at, path, outcome, why }) => ({ at, path, outcome, why }))
    .slice(-TRIED_KEPT);
}

/** The sight of one round. */
interface EscalationSight {
  readonly environment: string;
  readonly slot: Slot;
  readonly outcome: string;
  /** Null when nobody could read them. */
  readonly weights: Weights | null;
  /** Null when nobody could count them. */
  readonly healthyTargets: Readonly<Record<Slot, number | null>>;
  readonly lastResort: "on" | "off" | "none";
}

/** The commands for what is seen, most urgent first. */
export function askedFor(sight: EscalationSight): string[] {
  const { environment, slot, outcome, weights, healthyTargets, lastResort } = sight;
  const home = otherSlot(slot);
  const canTake = (healthyTargets[home] ?? 0) > 0;
  const steps: string[] = [];
  if (outcome === "failed" || weights === null || canTake) {
    steps.push(
      `bring the traffic to slot ${home} by hand: \`backout env rollback ${environment} --force\`; if that ` +
        "fails too, set the weights of the listener's forward action in the load balancer's console",
    );
  }
  const empty = SLOTS.filter((one) => healthyTargets[one] === 0);
  for (const one of empty) {
    steps.push(
      `slot ${one} has no healthy target: \`aws ecs describe-services --cluster ${environment} --services ` +
        `${environment}-${one}\` says why its tasks do not run; scale it up or mend its release`,
    );
  }
  if (!canTake) {
    steps.push(
      `\`backout env releases ${environment}\` lists what is known to be good; ` +
        `\`backout env rollback ${environment} --to RELEASE\` starts one in slot ${home}`,
    );
  }
  if (lastResort === "off") {
    steps.push(
      `\`backout env fallback ${environment} on\` gives everybody the static answer meanwhile`,
    );
  }
  if (lastResort === "on") {
    steps.push(
      `\`backout env fallback ${environment} off\` ends the static answer once a side is fit`,
    );
  }
  steps.push(`\`backout env status ${environment}\` shows both sides as they are`);
  return steps;
}

/** Both sides, for whoever gets one line only. */
export function renderSides({ slots }: Pick<Escalation, "slots">): string {
  return slots
    .map(
      ({ slot, healthyTargets, guardAlarm }) =>
        `slot ${slot}: healthy targets ${healthyTargets}, guard alarm ${guardAlarm}`,
    )
    .join("; ");
}
