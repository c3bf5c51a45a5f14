/** What a person may do to a rollout that runs: pause, go on, promote, abort. */
import { environmentError } from "../../base/errors.ts";
import { returnTraffic } from "../authority.ts";
import {
  type EnvironmentRecord,
  rolloutApproved,
  rolloutPaused,
  rolloutResumed,
} from "../record.ts";
import { noRollout } from "./noRollout.ts";
import type { Rollout } from "./rollout.ts";
import type { TickPorts } from "./tick.ts";

/** The step stays as it is; a bad candidate still reverts. */
export async function pauseRollout(ports: TickPorts, why: string): Promise<EnvironmentRecord> {
  const at = new Date(ports.environmentNow()).toISOString();
  return change(ports, (record) => rolloutPaused(record, why, at));
}

/** Goes on where it stands. */
export async function resumeRollout(ports: TickPorts): Promise<EnvironmentRecord> {
  return change(ports, rolloutResumed);
}

/**
 * Ends the step: past its bake, its gate and its want of traffic, never past its alarms. `full` goes
 * to 100 % and leaves the steps between out.
 */
export async function promoteRollout(ports: TickPorts, full: boolean): Promise<EnvironmentRecord> {
  return change(ports, (record) => rolloutApproved(record, full));
}

/** All traffic home, without a latch: nothing is said of the release. */
export async function abortRollout(ports: TickPorts, why: string): Promise<EnvironmentRecord> {
  const record = await ports.store.read();
  runningOf(record, ports.now());
  await returnTraffic(ports, why);
  return ports.store.read();
}

/** Three tries against ticks that write the record meanwhile. */
const ATTEMPTS = 3;

async function change(
  { store, now }: TickPorts,
  transition: (record: EnvironmentRecord) => EnvironmentRecord,
): Promise<EnvironmentRecord> {
  let first: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = await store.read();
    const { id } = runningOf(record, now());
    first ??= id;
    // Another rollout than the one that the person meant.
    if (id !== first) break;
    const written = await store.replace(record, transition(record));
    if (written) return written;
  }
  throw environmentError(
    "record-contended",
    "the rollout was changed by someone else at the same time",
    "look at `backout rollout status` and try again",
  );
}

/**
 * @param nowMs wall time
 * @throws BackoutError `no-rollout`
 */
export function runningOf(record: EnvironmentRecord, nowMs: number): Rollout {
  if (record.rollout) return record.rollout;
  throw noRollout(record, nowMs);
}
