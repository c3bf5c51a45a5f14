/**
 * One tick: everything is read anew, the next move is decided and made. Ticks come from the guard's
 * function every minute and from a command that waits; the record's conditional writes keep two of
 * them from acting on the same step.
 */
import { BackoutError, messageOf } from "../../base/errors.ts";
import type { SlotAlarms } from "../alarms.ts";
import { promoteCandidate, returnTraffic, type ShiftPorts, stepTraffic } from "../authority.ts";
import { act, type GuardPorts } from "../handle.ts";
import { type IdlePorts, restIdle } from "../idleSlot.ts";
import { type EnvironmentRecord, rolloutPaused } from "../record.ts";
import type { Deployed } from "../releases.ts";
import { type Reversion, ReversionPath } from "../reversion.ts";
import type { Slot } from "../slot.ts";
import { type WayBackLook, withWayBack } from "../verification/lookBack.ts";
import { type Move, nextMove, type Sight } from "./decide.ts";
import type { HookRunner } from "./hooks.ts";
import { takeHookTurn } from "./hookTurn.ts";
import { writeDown } from "./writeDown.ts";

export interface TickPorts
  extends GuardPorts, Omit<ShiftPorts, "guardAlarm">, Pick<IdlePorts, "idle"> {
  readonly alarms: (slot: Slot) => Promise<SlotAlarms>;
  /** Requests that a slot answered in a span of the environment's clock (milliseconds). */
  readonly requests: (slot: Slot, fromMs: number, toMs: number) => Promise<number>;
  /** The release that a slot runs; null when nobody knows it. */
  readonly releaseOf: (slot: Slot) => Promise<string | null>;
  /** What both slots run, for the history; left out where they run no task definitions. */
  readonly deployed?: () => Promise<Readonly<Record<Slot, Deployed>>>;
  /** Whether traffic could go home; without it nobody asks before a step rises. */
  readonly lookBack?: WayBackLook;
  /** Who asks the hooks that are due; none where nobody can. */
  readonly hooks?: HookRunner;
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

/** Wall milliseconds after which a tick asks no further hook: the guard's function lives for 60 s. */
const HOOKS_WALL_MS = 10_000;

/**
 * Hooks that are due are asked first. After each of them everything is read anew: what came while it
 * was asked, an alarm above all, counts for more than its answer.
 *
 * @throws when the record, the listener or the targets cannot be read: nothing is known then
 */
export async function tick(ports: TickPorts): Promise<Tick> {
  const hooksUntilMs = ports.now() + HOOKS_WALL_MS;
  let sight = await withWayBack(await look(ports), ports);
  let move = nextMove(sight);
  while (move.move === "hook" && ports.now() < hooksUntilMs) {
    if (!(await takeHookTurn(move.hooks, sight.record, ports))) break;
    sight = await withWayBack(await look(ports), ports);
    move = nextMove(sight);
  }
  ports.log(JSON.stringify({ move, weights: sight.live.weights }));
  const same = { move, sight, record: sight.record, reversion: null, problem: null };
  try {
    const made = { ...same, ...(await make(move, sight, ports)) };
    // What has to be moved comes first.
    if (move.move === "wait") await restIdle(sight.record, sight.live.weights, sight.nowMs, ports);
    return made;
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
  if (move.move === "latch") {
    const reversion = await writeDown(record, move.why, ports);
    return { reversion, record: await store.read() };
  }
  if (move.move === "abort") {
    await returnTraffic(ports, move.why);
    return { record: await store.read() };
  }
  if (move.move === "revert") {
    const reversion = await revert(move, sight, ports);
    return { reversion, record: await store.read() };
  }
  return {};
}

async function promote(record: EnvironmentRecord, ports: TickPorts): Promise<EnvironmentRecord> {
  const deployed = (await ports.deployed?.().catch(() => null)) ?? null;
  const release =
    deployed?.[record.stable].release ?? (await ports.releaseOf(record.stable).catch(() => null));
  const warmMs = record.rollout?.warmMs ?? 0;
  const warmUntil = new Date(ports.environmentNow() + warmMs).toISOString();
  return promoteCandidate(ports, record, release, warmUntil, deployed);
}

function revert(
  { why, hook }: Extract<Move, { move: "revert" }>,
  sight: Sight,
  ports: TickPorts,
): Promise<Reversion> {
  const { record, candidate } = sight;
  const slot = record.latch?.slot ?? record.candidate;
  if (!slot) throw new Error("nothing to revert");
  const name = hook === undefined ? (candidate?.guard.name ?? "") : `hook ${hook}`;
  const alarm = { name, slot, state: "ALARM", stateAt: "", reason: why };
  return act(alarm, hook === undefined ? ReversionPath.Reconcile : ReversionPath.Hook, ports);
}
