/** What in a real reversion was luck: it need not have been so, and would then have been worse. */
import { Outcome, type ReversionPath } from "../../../guard/reversion.ts";
import { figure } from "../text.ts";
import type { Detection, Finding } from "./incident.ts";
import { requestsIn } from "./minutes.ts";
import type { Told } from "./ofReversion.ts";

/** Of the usual traffic; with less of it the alarms might have decided nothing. */
const LOW_SHARE = 0.5;
/** As for drills: nearer to the best case than this share of the way to the worst. */
const LUCKY_SHARE = 0.25;

export function reversionLuck(told: Told, { floorMs, worstMs, actual }: Detection): Finding[] {
  const { trouble, reversion } = told;
  const found: Finding[] = [];
  if (floorMs !== null && worstMs !== null && actual) {
    const middleMs = (actual.leastMs + actual.mostMs) / 2;
    if (middleMs - floorMs < LUCKY_SHARE * (worstMs - floorMs)) {
      found.push({
        text: `Detection was near its best case: the same trouble at another moment of the alarms' period may go unseen for up to ${figure(worstMs)}.`,
        evidence: `detected after ${figure(actual.leastMs)} to ${figure(actual.mostMs)}, best case ${figure(floorMs)}`,
      });
    }
  }
  if (trouble && trouble.usualPerMinute !== null && trouble.usualPerMinute > 0) {
    const perMinute = requestsIn(trouble.minutes) / trouble.minutes.length;
    if (perMinute < LOW_SHARE * trouble.usualPerMinute) {
      found.push({
        text: "Traffic happened to be low: in a busier hour the same trouble would have met more requests.",
        evidence: `${perMinute.toFixed(1)} requests a minute during it, ${trouble.usualPerMinute.toFixed(1)} before`,
      });
    }
  }
  const path = PATH_LUCK[reversion.path];
  if (reversion.outcome === Outcome.Reverted) {
    found.push({ text: path, evidence: `path = ${reversion.path}` });
  }
  if (reversion.outcome === Outcome.AlreadyHome) {
    found.push({
      text: "The traffic was home before the guard had to move it.",
      evidence: "outcome = already-home",
    });
  }
  return found;
}

const PATH_LUCK: Readonly<Record<ReversionPath, string>> = {
  primary: "The second way home was not needed, so this says nothing of it.",
  hook: "A hook of the rollout saw it: whether an alarm would have, this does not show.",
  sentinel:
    "The sentinel called first: whether the alarms would have brought the traffic home, this does not show.",
  reconcile: "The alarm's event did not do it: the guard's look of every minute came to its help.",
  watchdog:
    "The first way home did not act: nothing but the second one stood between the trouble and the users.",
};
