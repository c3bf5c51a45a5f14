/** The reversion that somebody means: by its own id, by the release that it left, or the newest. Pure. */
import { usageError } from "../../../base/errors.ts";
import type { EnvironmentRecord } from "../../../guard/record.ts";
import { Outcome, type Reversion } from "../../../guard/reversion.ts";
import { LATEST } from "./findRun.ts";
import { nearest } from "./nearest.ts";

/** @throws BackoutError `unknown-reversion` that names the nearest */
export function findReversion(
  all: readonly Reversion[],
  { environment, history, lastRollout }: EnvironmentRecord,
  wanted: string,
): Reversion {
  // What only told people is an incident by its own id, but not what `latest` is asked for.
  const moved = all.filter(({ outcome }) => outcome !== Outcome.Notified);
  const bad = history.find((one) => one.release === wanted)?.bad;
  const left =
    lastRollout?.release === wanted && lastRollout.ended === "reverted" ? lastRollout : null;
  const at = left?.at ?? bad?.at;
  const found =
    all.find(({ id }) => id === wanted) ??
    (wanted === LATEST ? (moved.at(-1) ?? all.at(-1)) : undefined) ??
    moved.find(({ decidedAt }) => decidedAt === at);
  if (found) return found;
  const near = nearest(
    wanted,
    all.map(({ id }) => id),
  );
  throw usageError(
    "unknown-reversion",
    near.length === 0
      ? `there is no reversion "${wanted}" of ${environment}: its record holds none`
      : `there is no reversion "${wanted}" of ${environment}; the nearest: ${near.join(", ")}`,
    `name a reversion by its id (\`backout env status ${environment} --json\`), by the release that it left ` +
      `(\`backout env releases ${environment}\`), or "${LATEST}"; for a drill's run leave out --environment`,
  );
}
