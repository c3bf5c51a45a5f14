/** Looks at the way back in a rollout's tick, in a bounded time, and never before a way home. */
import { messageOf } from "../../base/errors.ts";
import { CALL_TIMEOUT_MS, withDeadline } from "../attempts.ts";
import { nextMove, type Sight } from "../rollout/decide.ts";
import type { Slot } from "../slot.ts";
import type { Check } from "./check.ts";
import { askHttp, type HttpCheck } from "./httpCheck.ts";
import type { VerificationStore } from "./store.ts";
import { homeOf, notedChecks, type WayBack, wayBackOf } from "./wayBack.ts";

export interface LookBackPorts {
  /** State of a slot's guard alarm. */
  readonly alarmStateOf: (slot: Slot) => Promise<string>;
  readonly environmentNow: () => number;
  readonly log: (line: string) => void;
}

export interface WayBackLook {
  /** Never throws, and takes 4 s of wall time at most. */
  (home: Slot, healthyTargets: number | null): Promise<WayBack>;
}

/** For the guard's function: it asks the stack's own checks, and notes what it saw for all others. */
export function askingLook(
  ports: LookBackPorts,
  store: VerificationStore,
  checks: readonly HttpCheck[],
): WayBackLook {
  return async (home, healthyTargets) => {
    const [alarm, answers] = await Promise.all([
      stateOf(home, ports),
      Promise.all(checks.map((check) => askHttp(check))),
    ]);
    const wayBack = wayBackOf(home, healthyTargets, alarm, answers);
    const at = new Date(ports.environmentNow()).toISOString();
    const note = { schemaVersion: 1 as const, home, ...wayBack, at, checks: answers };
    await withDeadline(store.noteWayBack(note), CALL_TIMEOUT_MS).catch((error: unknown) =>
      ports.log(`the state of the way back could not be noted: ${messageOf(error)}`),
    );
    return wayBack;
  };
}

/** For the command, which may reach less than the function does: it reads what that has noted. */
export function notedLook(
  ports: LookBackPorts,
  store: VerificationStore,
  expectsChecks: boolean,
): WayBackLook {
  const noted = async (home: Slot): Promise<readonly Check[]> => {
    if (!expectsChecks) return [];
    const note = await withDeadline(store.wayBack(), CALL_TIMEOUT_MS).catch(() => undefined);
    return notedChecks(note, home, expectsChecks, ports.environmentNow());
  };
  return async (home, healthyTargets) => {
    const [alarm, checks] = await Promise.all([stateOf(home, ports), noted(home)]);
    return wayBackOf(home, healthyTargets, alarm, checks);
  };
}

/** The sight with its way back. Who goes home is not kept waiting by a look at whether it is fit. */
export async function withWayBack(
  sight: Sight,
  ports: { readonly lookBack?: WayBackLook | undefined },
): Promise<Sight> {
  const home = homeOf(sight.record, sight.nowMs);
  if (!ports.lookBack || !home || sight.record.latch) return sight;
  const { move } = nextMove(sight);
  if (move === "revert" || move === "abort") return sight;
  return { ...sight, wayBack: await ports.lookBack(home, sight.healthyTargets[home]) };
}

async function stateOf(slot: Slot, ports: LookBackPorts): Promise<string | null> {
  return withDeadline(ports.alarmStateOf(slot), CALL_TIMEOUT_MS).catch((error: unknown) => {
    ports.log(`the alarm of slot ${slot} could not be read: ${messageOf(error)}`);
    return null;
  });
}
