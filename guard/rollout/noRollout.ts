/** What a person is told who means a rollout when none is running: what became of it, and what to do. */
import { environmentError } from "../../base/errors.ts";
import { withoutArns } from "../alarmNames.ts";
import { type EnvironmentRecord, Phase } from "../record.ts";

/** @param nowMs wall time, which is what the record's stamps are in */
export function noRollout(record: EnvironmentRecord, nowMs: number): Error {
  const { environment, lastRollout: last } = record;
  const none = `environment "${environment}" has no rollout in progress`;
  return environmentError(
    "no-rollout",
    last ? `${none}; ${became(last, nowMs)}` : none,
    next(record),
  );
}

function became(
  { release, ended, why, at }: NonNullable<EnvironmentRecord["lastRollout"]>,
  nowMs: number,
): string {
  const which = release === null ? "the last one" : `the last one, to ${release},`;
  return `${which} was ${ended} ${ago(nowMs - Date.parse(at))}: ${withoutArns(why)}`;
}

function next({
  environment,
  latch,
  rollback,
  phase,
  candidate,
  lastRollout,
  previous,
}: EnvironmentRecord): string {
  const start = `\`backout rollout start ${environment}\``;
  const back = `\`backout env rollback ${environment}\``;
  if (latch) {
    return (
      `slot ${latch.slot} is latched: put a mended release into it, clear the latch with ` +
      `\`backout env unlatch ${environment}\` once its alarms are OK, then begin with ${start}`
    );
  }
  if (rollback) {
    return (
      `a rollback to ${rollback.release} is under way: finish it with \`backout env rollback ` +
      `${environment} --to ${rollback.release}\`, or give it up with ${back}`
    );
  }
  if (phase !== Phase.Idle) {
    return `slot ${candidate} has traffic without a rollout, as in a drill: ${back} brings it home`;
  }
  if (lastRollout?.ended === "promoted" && previous) {
    return `${back} goes back to the release before; the next one begins with ${start}`;
  }
  return `begin one with ${start}`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** In the largest unit that fits, rounded down: `3 minutes ago`. */
function ago(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const unit = UNITS.find(([, length]) => seconds >= length);
  if (!unit) return "just now";
  const [name, length] = unit;
  const count = Math.floor(seconds / length);
  return `${count} ${name}${count === 1 ? "" : "s"} ago`;
}
