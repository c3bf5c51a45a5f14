/**
 * A rollback to a release that no slot keeps warm: into the idle slot, healthy there, then all
 * traffic at once through the traffic authority. What is intended is in the record before anything
 * is done, so that the same command, run again after a crash, goes on.
 */
import { tasksToHold } from "../autoscaling/hold.ts";
import type { ScalableTargets } from "../autoscaling/scalableTargets.ts";
import { environmentError } from "../../base/errors.ts";
import { sortableId } from "../../base/ids.ts";
import {
  armedAlarm,
  lostRace,
  refuseUnhealthy,
  type ShiftPorts,
  writeCandidate,
} from "../authority.ts";
import { OPEN_WRITE_MS } from "../move.ts";
import { type EnvironmentRecord, latched, Phase } from "../record.ts";
import type { Deployed } from "../releases.ts";
import { otherSlot, type Slot } from "../slot.ts";
import type { SlotServices } from "../slotServices.ts";
import { progressOf } from "./deployment.ts";
import type { Rollback } from "./intent.ts";
import { releaseGone, type WayBack } from "./plan.ts";
import { latchedSince, rollbackBegun, rolledBack, rollbackShifting } from "./transitions.ts";

export interface RestorePorts extends ShiftPorts {
  /** Whoever else scales the slots. */
  readonly targets?: ScalableTargets;
  readonly services: Omit<SlotServices, "isThere" | "scale">;
  /** What both slots run. */
  readonly deployed: () => Promise<Readonly<Record<Slot, Deployed>>>;
  /** The environment's clock, milliseconds. */
  readonly environmentNow: () => number;
  /** Tells a person how far it is; the same line may come again. */
  readonly say: (line: string) => void;
}

/** How long each part took, milliseconds of the environment's clock; 0 for what was done already. */
export interface RestoreParts {
  readonly deployMs: number;
  readonly alarmMs: number;
  readonly shiftMs: number;
}

/** How long the slot that was left keeps its tasks, for whoever looks into its release. */
const KEPT_MS = 60 * 60_000;
/** Wall milliseconds between two looks at a deployment. */
const LOOK_MS = 1_000;

/**
 * @param way as `wayBack` decided it
 * @param withinMs how long deployment and alarm may take together, in the environment's clock
 * @throws BackoutError `release-gone`; `rollback-late` when the slot is not ready in time,
 *   `rollback-failed` when something else was deployed there; `alarm-not-ok`, `not-healthy`,
 *   `lost-race` as `shiftTraffic`. The traffic stays where it was, but for `lost-race`: then it is
 *   where the reversion brought it.
 */
export async function restoreRelease(
  way: Extract<WayBack, { way: "deploy" | "resume" }>,
  why: string,
  withinMs: number,
  ports: RestorePorts,
): Promise<RestoreParts> {
  const { environmentNow } = ports;
  const rollback = way.way === "resume" ? way.rollback : await begin(way, why, ports);
  const startedMs = environmentNow();
  const deadlineMs = startedMs + withinMs;
  const record = await ports.store.read();
  // Once the slot is the candidate, what is left is a matter of seconds.
  const shifting = ownRollback(record, rollback).phase !== Phase.Idle;
  if (!shifting) await deploy(rollback, deadlineMs, ports);
  const deployedMs = environmentNow();
  if (!shifting) await alarmOk(rollback, deadlineMs, ports);
  const armedMs = environmentNow();
  await shift(rollback, ports);
  return {
    deployMs: deployedMs - startedMs,
    alarmMs: armedMs - deployedMs,
    shiftMs: environmentNow() - armedMs,
  };
}

/** Writes what is intended. An older intent for the same slot gives way: a person asks for another. */
async function begin(
  { slot, entry }: Extract<WayBack, { way: "deploy" }>,
  why: string,
  ports: RestorePorts,
): Promise<Rollback> {
  const record = await ports.store.read();
  if (record.phase !== Phase.Idle || record.stable === slot) throw lostRace(record.environment);
  const gone = (cause?: unknown): Error =>
    releaseGone(record.environment, entry.release, slot, cause);
  if (entry.taskDefinition === null) throw gone();
  const taskDefinition = await ports.services.definitionFor(slot, entry.taskDefinition);
  if (taskDefinition === null) throw gone();
  const deployed = await ports.deployed();
  const rollback: Rollback = {
    id: sortableId(ports.now()),
    release: entry.release,
    slot,
    taskDefinition,
    latch: record.latch && { reversionId: record.latch.reversionId },
    why,
    startedAt: iso(ports.now()),
  };
  const next = rollbackBegun(record, rollback, deployed[record.stable]);
  if (!(await ports.store.replace(record, next))) throw lostRace(record.environment);
  return rollback;
}

/** @throws when the record speaks of another rollback, or of none: somebody else decided since */
function ownRollback(record: EnvironmentRecord, { id }: Rollback): EnvironmentRecord {
  if (record.rollback?.id !== id || latchedSince(record)) throw lostRace(record.environment);
  return record;
}

async function deploy(rollback: Rollback, deadlineMs: number, ports: RestorePorts): Promise<void> {
  const { services, traffic, store, environmentNow } = ports;
  const { slot, release, taskDefinition } = rollback;
  let begun = false;
  for (;;) {
    const record = ownRollback(await store.read(), rollback);
    const service = await services.look(slot);
    const progress = progressOf(service, await traffic.healthyTargets(slot), rollback, begun);
    if (progress.state === "ready") {
      // Also after a crash between the two calls below.
      const { hold } = await tasksToHold(slot, service.desired, ports);
      return hold();
    }
    if (progress.state === "failed") throw failed(record, rollback, progress.why);
    if (progress.state === "not-begun") {
      const { weights } = await traffic.read();
      if (weights[slot] > 0) throw failed(record, rollback, `slot ${slot} carries traffic`);
      const beside = await services.look(otherSlot(slot));
      // As many as carry the traffic now, and never fewer than the slot has.
      const wanted = Math.max(service.desired, beside.desired, beside.running);
      const { tasks: desired, hold } = await tasksToHold(slot, wanted, ports);
      await services.deploy(slot, { taskDefinition, release, desired });
      await hold();
      begun = true;
      ports.say(`${release} is being deployed into slot ${slot}, tasks: ${desired}`);
      continue;
    }
    begun = true;
    ports.say(progress.why);
    if (environmentNow() >= deadlineMs) {
      throw late(
        record,
        rollback,
        `${progress.why}; ECS says: ${service.events[0]?.message ?? "nothing"}`,
      );
    }
    await ports.sleep(LOOK_MS);
  }
}

/** An alarm reverts by its transition: a slot whose alarm is not OK cannot be guarded. */
async function alarmOk(rollback: Rollback, deadlineMs: number, ports: RestorePorts): Promise<void> {
  for (;;) {
    const record = ownRollback(await ports.store.read(), rollback);
    const { state } = await ports.guardAlarm(rollback.slot);
    if (state === "OK") return;
    const why = `the alarm of slot ${rollback.slot} is ${state}`;
    ports.say(`${why}: traffic moves once it is OK, which takes two periods of healthy targets`);
    if (ports.environmentNow() >= deadlineMs) throw late(record, rollback, why);
    await ports.sleep(LOOK_MS);
  }
}

/** Candidate, all traffic, stable: the guard may revert until the last of the three is written. */
async function shift(rollback: Rollback, ports: RestorePorts): Promise<void> {
  const { store, traffic, environmentNow, now } = ports;
  let record = ownRollback(await store.read(), rollback);
  if (record.phase !== Phase.Baking) {
    await refuseUnhealthy(traffic, rollback.slot, record.environment);
    const armed = await armedAlarm(ports, rollback.slot);
    const begun = await store.replace(
      record,
      rollbackShifting(record, {
        openWriteUntil: iso(now() + OPEN_WRITE_MS),
        armedAt: armed.transitionedMs === null ? null : iso(armed.transitionedMs),
      }),
    );
    if (!begun) throw lostRace(record.environment);
    try {
      await armedAlarm(ports, rollback.slot, armed);
    } catch (error) {
      // As it was, its latch included; a crash before this leaves a candidate without traffic.
      if (record.phase === Phase.Idle) await store.replace(begun, record);
      throw error;
    }
    record = await writeCandidate(ports, begun, environmentNow);
  }
  const keptUntil = iso(environmentNow() + KEPT_MS);
  const ended = await store.replace(record, rolledBack(record, iso(now()), keptUntil));
  if (!ended) throw lostRace(record.environment);
  if ((await traffic.read()).weights[rollback.slot] > 0) return;
  // A guard moved the traffic home meanwhile, and could not write that down.
  const { id, slot } = rollback;
  const reversion = { id, reason: "a reversion came before the rollback ended", at: iso(now()) };
  await store.replace(ended, latched(record, slot, otherSlot(slot), reversion));
  throw lostRace(record.environment);
}

function late({ environment }: EnvironmentRecord, { release, slot }: Rollback, why: string): Error {
  return environmentError(
    "rollback-late",
    `slot ${slot} of environment "${environment}" is not ready for ${release} in time: ${why}`,
    `no traffic was moved. Run it again to go on waiting (\`--within\` says how long), or name another ` +
      `release: \`backout env releases ${environment}\``,
  );
}

function failed({ environment }: EnvironmentRecord, { release }: Rollback, why: string): Error {
  return environmentError(
    "rollback-failed",
    `the rollback of environment "${environment}" to ${release} cannot go on: ${why}`,
    `no traffic was moved. \`backout env rollback ${environment}\` gives it up; then begin anew`,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
