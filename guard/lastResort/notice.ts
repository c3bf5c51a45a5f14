/** What people are told when the static answer goes on or off: the message on the environment's topic. */
import type { Slot, Weights } from "../slot.ts";
import type { Side } from "./decide.ts";

interface Switched {
  readonly environment: string;
  /** The environment's clock. */
  readonly at: string;
  readonly on: boolean;
  /** The rule was read back so. */
  readonly settled: boolean;
  readonly by: "watchdog" | "person";
  readonly why: string;
  readonly weights: Weights | null;
  readonly sides: Readonly<Record<Slot, Side>> | null;
}

export interface LastResortNotice extends Switched {
  readonly schemaVersion: 1;
  readonly subject: string;
  readonly impact: string;
  /** What a person is to do now, with the commands. */
  readonly asked: readonly string[];
}

export function renderNotice(switched: Switched): LastResortNotice {
  const { environment, on, settled } = switched;
  const state = on ? "ON" : "off";
  const asked = on
    ? [
        `\`backout env status ${environment}\` shows both sides: mend one`,
        `\`backout env rollback ${environment} --to RELEASE\` puts an older release there ` +
          `(\`backout env releases ${environment}\` lists them)`,
        `\`backout env fallback ${environment} off\` sends requests to the slots again at once; ` +
          "by itself it goes off once all that gets traffic has been good for the stated time",
      ]
    : [`look at it: \`backout env status ${environment}\``];
  return {
    schemaVersion: 1,
    subject: `Backout: ${environment} ${on ? "needs you: " : ""}last resort ${state}${settled ? "" : ", NOT yet in effect"}`,
    ...switched,
    impact: on
      ? "everybody gets the static answer, and no request of a user reaches a slot"
      : "requests go to the slots again, by the listener's weights",
    asked,
  };
}
