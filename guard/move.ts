/** Moving the weights so that they stay moved: write, read back, and look again past open writes. */
import { messageOf } from "../base/errors.ts";
import { ATTEMPTS, BETWEEN_ATTEMPTS_MS, tried, type Waiting } from "./attempts.ts";
import type { Homecoming } from "./homecoming.ts";
import type { EnvironmentRecord } from "./record.ts";
import { sameWeights, type Weights } from "./slot.ts";
import type { Traffic } from "./traffic.ts";

/** A weight write is given up after this much wall time; one attempt, no retry behind its back. */
export const WRITE_TIMEOUT_MS = 5_000;
/**
 * How long, in wall milliseconds, the record keeps a write open: the write itself, and what comes
 * between saying so and writing. One that has not begun by then is not begun any more.
 */
export const OPEN_WRITE_MS = 2 * WRITE_TIMEOUT_MS;
/** How long a written listener may go on showing its old weights before it is written again. */
export const READ_BACK_MS = 5_000;

export interface MovePorts extends Waiting {
  readonly traffic: Traffic;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly log?: (line: string) => void;
}

interface Move {
  readonly writtenAt: string | null;
  readonly verifiedAt: string | null;
  readonly problem: string;
}

/** Home: writes, reads back until it shows, and writes again when it does not. */
export async function moveTo(
  weights: Weights,
  ports: MovePorts,
  homecoming: Homecoming = "reversion",
): Promise<Move> {
  let writtenAt: string | null = null;
  let problem = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      await ports.traffic.write(weights, WRITE_TIMEOUT_MS, homecoming);
      writtenAt ??= iso(ports.now());
      if (await shows(weights, ports)) {
        return { writtenAt, verifiedAt: iso(ports.now()), problem };
      }
      problem = "the listener went on showing other weights";
    } catch (error) {
      problem = messageOf(error);
    }
    ports.log?.(`attempt ${attempt} to move the weights failed: ${problem}`);
    if (attempt < ATTEMPTS) await ports.sleep(BETWEEN_ATTEMPTS_MS * attempt);
  }
  return { writtenAt, verifiedAt: null, problem };
}

/** Whether the listener shows the weights within READ_BACK_MS: a read may be older than a write. */
export async function shows(weights: Weights, ports: Omit<MovePorts, "log">): Promise<boolean> {
  const deadlineMs = ports.now() + READ_BACK_MS;
  for (;;) {
    const live = await tried(() => ports.traffic.read(), ports);
    if (sameWeights(live.weights, weights) && !live.sticky) return true;
    if (ports.now() >= deadlineMs) return false;
    await ports.sleep(BETWEEN_ATTEMPTS_MS);
  }
}

/**
 * After the latch: a rollout that was under way when the guard looked may have written since, and
 * one whose write is still open may write until its deadline has passed.
 */
export async function keepHome(
  record: EnvironmentRecord | "unreachable",
  home: Weights,
  ports: MovePorts,
  homecoming: Homecoming = "reversion",
): Promise<void> {
  await returnStray(home, ports, homecoming);
  if (record === "unreachable" || record.openWriteUntil === null) return;
  const waitMs = Date.parse(record.openWriteUntil) - ports.now();
  if (waitMs <= 0) return;
  await ports.sleep(Math.min(waitMs, OPEN_WRITE_MS) + 100);
  await returnStray(home, ports, homecoming);
}

async function returnStray(home: Weights, ports: MovePorts, homecoming: Homecoming): Promise<void> {
  const live = await tried(() => ports.traffic.read(), ports);
  const isHome = sameWeights(live.weights, home);
  if (isHome && live.broughtHome !== null) return;
  const found = isHome
    ? "nothing in the listener says that this is home: writing it again"
    : `a late write moved the weights to ${JSON.stringify(live.weights)}: reverting again`;
  ports.log?.(found);
  // Who brought it there, nobody knows: that it is written again makes it no reversion.
  const { verifiedAt, problem } = await moveTo(home, ports, isHome ? "hand" : homecoming);
  if (verifiedAt === null) throw new Error(`a late write could not be undone: ${problem}`);
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
