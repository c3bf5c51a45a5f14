/**
 * One tick: everything is read anew, the next move is decided and made. Ticks come from the guard's
 * function every minute and from a command that waits; the record's conditional writes keep two of
 * them from acting on the same step.
 */
import { BackoutError, messageOf } from "../../base/errors.ts";
import type { SlotAlarms } from "../alarms.ts";
import { promoteCandidate, returnTraffic, type ShiftPorts, stepTraffic } from "../authority.ts";
import { act, type GuardPorts } from "../handle.ts";
import { type EnvironmentRecord, rolloutPaused } from "../record.ts";
import { type Reversion, ReversionPath } from "../reversion.ts";
import type { Slot } from "../slot.ts";
import { type Move, nextMove, type Sight } from "./decide.ts";

export interface TickPorts extends GuardPorts, Omit<ShiftPorts, "guardAlarm"> {
  readonly alarms: (slot: Slot) => Promise<SlotAlarms>;
  /** Requests that a slot answered in a span of the environment's clock (milliseconds). */
  readonly requests: (slot: Slot, fromMs: number, toMs: number) => Promise<number>;
  /** The release that a slot runs; null when nobody knows it. */
  readonly releaseOf: (slot: Slot) => Promise<string | null>;
  /** The environment's clock, milliseconds: the wall, but in a lab that runs faster. */
  readonly environmentNow: () => number;
}

export interface Tick {
  readonly move: Move;
  readonly sight: Sight;
  /** As it is after the move. */
  readonly record: EnvironmentRecord;
  /** What the guard did, when the move was to revert. */
  readonly reversion: Reversion | null;
  /** Why the move could not be made this time; the next tick tries again. */
  readonly problem: string | null;
}

/** @throws when the record, the listener or the targets cannot be read: nothing is known then */
export async function tick(ports: TickPorts): Promise<Tick> {
  const sight = await look(ports);
  const move = nextMove(sight);
  ports.log(JSON.stringify({ move, weights: sight.live.weights }));
  const same = { move, sight, record: sight.record, reversion: null, problem: null };
  try {
    return { ...same, ...(await make(move, sight, ports)) };
  } catch (error) {
    // Somebody else was quicker, or the environment is not fit for the move: both may pass.
    if (error instanceof BackoutError) return { ...same, problem: messageOf(error) };
    throw error;
  }
}

/** @throws when the record, the listener or the targets cannot be read */
export async function look(ports: TickPorts): Promise<Sight> {
  const [record, live, blue, green] = await Promise.all([
    ports.store.read(),
    ports.traffic.read(),
    ports.traffic.healthyTargets("blue"),
    ports.traffic.healthyTargets("green"),
  ]);
  const nowMs = ports.environmentNow();
  const { candidate, rollout } = record;
  const unreadable = (what: string) => (error: unknown) => {
    ports.log(`${what}: ${messageOf(error)}`);
    return null;
  };
  const stepAtMs = rollout?.stepAt ? Date.parse(rollout.stepAt) : null;
  const [signals, requests] = await Promise.all([
    candidate ? ports.alarms(candidate).catch(unreadable(`the alarms of slot ${candidate}`)) : null,
    candidate && stepAtMs !== null
      ? ports
          .requests(candidate, stepAtMs, nowMs)
          .catch(unreadable(`the requests of slot ${candidate}`))
      : null,
  ]);
  return {
    record,
    live,
    healthyTargets: { blue, green },
    candidate: signals,
    requests,
    nowMs,
    wallMs: ports.now(),
  };
}

/** What the traffic authority asks for. */
export function shiftPorts(ports: TickPorts): ShiftPorts {
  return { ...ports, guardAlarm: async (slot) => (await ports.alarms(slot)).guard };
}

async function make(move: Move, sight: Sight, ports: TickPorts): Promise<Partial<Tick>> {
  const { record } = sight;
  const { store, environmentNow } = ports;
  if (move.move === "set") {
    return { record: await stepTraffic(shiftPorts(ports), record, move.step, environmentNow) };
  }
  if (move.move === "pause") {
    const at = new Date(environmentNow()).toISOString();
    const paused = await store.replace(record, rolloutPaused(record, move.why, at));
    return paused ? { record: paused } : {};
  }
  if (move.move === "promote") return { record: await promote(record, ports) };
  if (move.move === "abort") {
    await returnTraffic(ports, move.why);
    return { record: await store.read() };
  }
  if (move.move === "revert") {
    const reversion = await revert(move.why, sight, ports);
    return { reversion, record: await store.read() };
  }
  return {};
}

async function promote(record: EnvironmentRecord, ports: TickPorts): Promise<EnvironmentRecord> {
  const release = await ports.releaseOf(record.stable).catch(() => null);
  const warmMs = record.rollout?.warmMs ?? 0;
  const warmUntil = new Date(ports.environmentNow() + warmMs).toISOString();
  return promoteCandidate(ports, record, release, warmUntil);
}

function revert(why: string, sight: Sight, ports: TickPorts): Promise<Reversion> {
  const { record, candidate } = sight;
  const slot = record.latch?.slot ?? record.candidate;
  if (!slot) throw new Error("nothing to revert");
  const name = candidate?.guard.name ?? "";
  const alarm = { name, slot, state: "ALARM", stateAt: "", reason: why };
  return act(alarm, ReversionPath.Reconcile, ports);
}
