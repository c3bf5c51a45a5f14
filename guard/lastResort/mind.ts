/**
 * The last part of the watchdog's round, after all that could bring the traffic home: whether everybody
 * gets the static answer from now on, or no longer. Written down first, then done, then told.
 */
import { messageOf } from "../../base/errors.ts";
import { tried } from "../attempts.ts";
import type { Traffic } from "../traffic.ts";
import { type Slot, SLOTS, type Weights } from "../slot.ts";
import type { ProbeJudgement } from "../watchdog/judge.ts";
import { decideLastResort, type LastResortTimes, Side, sideOf } from "./decide.ts";
import type { LastResortNotice } from "./notice.ts";
import { renderNotice } from "./notice.ts";
import type { LastResortRule } from "./rule.ts";
import type { LastResortState, LastResortStore } from "./state.ts";

/** Wall milliseconds: as long as a write of weights may take. */
export const SWITCH_TIMEOUT_MS = 2_000;
const SETTLE_ATTEMPTS = 2;

export interface LastResortPorts extends LastResortTimes {
  readonly rule: LastResortRule;
  readonly store: LastResortStore;
  /** Percent, above which a side is bad. */
  readonly errorRatePercent: number;
  readonly tell: (notice: LastResortNotice) => Promise<void>;
}

interface Around {
  readonly environment: string;
  readonly traffic: Traffic;
  readonly probe: (suspect: Slot, weights: Weights | null) => Promise<ProbeJudgement>;
  readonly alarmStateOf: (slot: Slot) => Promise<string>;
  readonly environmentNow: () => number;
  readonly sleep: (wallMs: number) => Promise<void>;
  readonly log: (line: string) => void;
}

/** What the round did before. */
export interface RoundSoFar {
  /** Null when it had no reason to probe. */
  readonly probes: ProbeJudgement | null;
  readonly isStuck: boolean;
}

export interface LastResortRound {
  readonly isOn: boolean;
  readonly turned: "on" | "off" | null;
  readonly why: string;
}

/** @throws when its state cannot be read or written: what is not written down is not switched */
export async function mindLastResort(
  round: RoundSoFar,
  ports: LastResortPorts,
  around: Around,
): Promise<LastResortRound> {
  const { log, traffic } = around;
  const state = await tried(() => ports.store.read(), around);
  const weights = await tried(() => traffic.read(), around).then(
    (live) => live.weights,
    (error: unknown) => {
      log(`the listener cannot be read: ${messageOf(error)}`);
      return null;
    },
  );
  const isWatched = state.on !== null || state.badSince !== null || state.heldOff;
  if (!isWatched && !round.isStuck && !round.probes && !(await alarms(weights, around))) {
    await settle(ports, around);
    return { isOn: false, turned: null, why: "no side is suspected" };
  }
  const tallies = round.probes?.tallies ?? (await around.probe("blue", weights)).tallies;
  const [blue, green] = await Promise.all(
    SLOTS.map(async (slot) => {
      const healthy = await tried(() => traffic.healthyTargets(slot), around).catch(() => null);
      return sideOf(healthy, tallies?.[slot], ports.errorRatePercent);
    }),
  );
  const sides = { blue: blue ?? Side.Unknown, green: green ?? Side.Unknown };
  const nowMs = around.environmentNow();
  const { turn, why, next } = decideLastResort(
    { state, sides, weights, isStuck: round.isStuck, nowMs },
    ports,
  );
  log(JSON.stringify({ lastResort: { turn, why, sides } }));
  const written = await write(state, next, ports, around);
  // Somebody switched it meanwhile: the next round sees that.
  if (!written) return { isOn: state.on !== null, turned: null, why: "switched by someone else" };
  const settled = await settle(ports, around);
  if (turn) await announce(turn, why, settled, { weights, sides }, ports, around);
  return { isOn: written.on !== null, turned: turn, why };
}

/** Also after a reversion: the side that took the traffic may be no better. */
async function alarms(weights: Weights | null, around: Around): Promise<boolean> {
  const serving = SLOTS.filter((slot) => !weights || weights[slot] > 0);
  const states = await Promise.all(
    serving.map((slot) => tried(() => around.alarmStateOf(slot), around).catch(() => "unreadable")),
  );
  return states.some((state) => state === "ALARM" || state === "unreadable");
}

async function write(
  state: LastResortState,
  next: LastResortState,
  { store }: LastResortPorts,
  around: Around,
): Promise<LastResortState | undefined> {
  if (JSON.stringify(state) === JSON.stringify(next)) return state;
  return tried(() => store.replace(state, next), around);
}

/**
 * Makes the rule what the state says, also when an earlier round's write was lost or came late. The state
 * is read anew each time: a person may have switched it since the round began.
 *
 * @returns whether it is so now; if not, the next round tries again
 */
async function settle({ rule, store }: LastResortPorts, around: Around): Promise<boolean> {
  try {
    for (let attempt = 0; ; attempt++) {
      const { on } = await tried(() => store.read(), around);
      const isWanted = on !== null;
      if ((await tried(() => rule.isOn(), around)) === isWanted) return true;
      if (attempt === SETTLE_ATTEMPTS) return false;
      await tried(() => rule.set(isWanted, SWITCH_TIMEOUT_MS), around);
    }
  } catch (error) {
    around.log(`the last resort could not be switched: ${messageOf(error)}`);
    return false;
  }
}

async function announce(
  turn: "on" | "off",
  why: string,
  settled: boolean,
  seen: Pick<LastResortNotice, "weights" | "sides">,
  ports: LastResortPorts,
  around: Around,
): Promise<void> {
  const at = new Date(around.environmentNow()).toISOString();
  const { environment } = around;
  const what = { environment, at, on: turn === "on", settled, by: "watchdog" as const, why };
  try {
    await ports.tell(renderNotice({ ...what, ...seen }));
  } catch (error) {
    around.log(`nobody could be told of the last resort: ${messageOf(error)}`);
  }
}
