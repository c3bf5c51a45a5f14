/** The part of a runbook that a person follows: the same for every fault, with the environment's name. */
import { figure } from "../text.ts";
import { code, word } from "./escape.ts";

/** @param waitMs until when the guard may still act by itself; null when nobody knows, 0: not at all */
export function byHand(environment: string, waitMs: number | null): string[] {
  const when =
    waitMs === null
      ? "When the errors go on"
      : waitMs === 0
        ? "At once"
        : `When the errors go on for longer than ${figure(waitMs)}`;
  return [
    `- **By hand.** ${when}:`,
    `  1. ${code(`backout env status ${word(environment)}`)}: weights, healthy targets, alarms, latch`,
    `  2. ${code(`backout env rollback ${word(environment)}`)}: all traffic to the stable slot, now`,
    `  3. ${code(`backout env releases ${word(environment)}`)}: older releases, should that slot be bad too`,
    `  4. ${code(`backout env fallback ${word(environment)} on`)}: the static answer, where there is one`,
    `- **Afterwards.** Mend the release; ${code(`backout env unlatch ${word(environment)}`)} lets rollouts begin again.`,
  ];
}
