/** A change that stays until it is undone: it acts for as long as it can be read. */
import { environmentError } from "../../base/errors.ts";
import { nominalSpan, pollUntil } from "../wait.ts";
import type { Acting, StepPorts } from "./step.ts";

/** @param sinceWallMs just before the change was made */
export function standing(sinceWallMs: number, isThere: () => Promise<boolean>): Acting {
  return {
    sinceWallMs,
    isOver: () => false,
    actedSince: isThere,
    wordWithinMs: 0,
    end: () => {},
  };
}

/** What has been changed may take wall time to show, however fast the environment's clock runs. */
const LEAST_WAIT_WALL_MS = 20_000;

/**
 * Waits until `isThere`.
 *
 * @param waitMs nominal milliseconds that it may take (and 20 s of wall)
 * @throws BackoutError `not-taken`
 */
export async function awaited(
  { clock, pollWallMs }: Pick<StepPorts, "clock" | "pollWallMs">,
  what: string,
  waitMs: number,
  isThere: () => Promise<boolean>,
): Promise<void> {
  const untilMs = clock.now() + Math.max(waitMs, nominalSpan(clock, LEAST_WAIT_WALL_MS));
  const polling = { clock, pollWallMs, untilMs };
  if (await pollUntil(polling, async () => ((await isThere()) ? true : undefined))) return;
  throw environmentError("not-taken", `${what}: it was asked for, and it is not so yet`);
}
