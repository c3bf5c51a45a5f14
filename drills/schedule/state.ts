/** The daemon's state: what its entries add up to. Pure. */
import type { Refusal } from "./upcoming.ts";
import { MissedReason } from "./upcoming.ts";
import type { StateEntry } from "./stateEntry.ts";

/** One schedule in one environment: `nightly/checkout`. */
export function laneOf(schedule: string, environment: string): string {
  return `${schedule}/${environment}`;
}

/** Every due of a lane from `firstMs` to `lastMs`. */
interface Settled {
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface LaneState {
  /** The expression, zone and policies it is followed by. */
  readonly timing: string;
  /** Every fire due by then is settled. */
  readonly cursorMs: number;
  /** Dues that were settled for good, newest last: they never come again, whatever the clock does. */
  readonly finals: readonly Settled[];
  /** Up to here dues have left `finals`; the clock cannot bring back what lies before. */
  readonly forgottenMs: number;
  /** The newest due that would come again if the clock went back behind it. */
  readonly provisionalMs: number;
}

export interface RunningFire {
  readonly lane: string;
  readonly environment: string;
  readonly dueMs: number;
}

/** The clocks at one look. They differ in what stops them. */
export interface Reading {
  /** The schedule's clock: nominal. */
  readonly nowMs: number;
  readonly wallMs: number;
  /** Runs while the machine is up, suspended or not; nobody sets it. */
  readonly upMs: number;
  /** Stands still while the machine is suspended; nobody sets it. */
  readonly awakeMs: number;
}

export interface ScheduleState {
  readonly lanes: ReadonlyMap<string, LaneState>;
  readonly running: readonly RunningFire[];
  /** By environment: when its last drill ended. */
  readonly endedMs: ReadonlyMap<string, number>;
  /** This process's last look; null before its first. */
  readonly lastLook: Reading | null;
  /** By lane: the fire that may not start yet, and why. Kept in memory alone. */
  readonly waiting: ReadonlyMap<string, Refusal & { readonly dueMs: number }>;
}

export const EMPTY_STATE: ScheduleState = {
  lanes: new Map(),
  running: [],
  endedMs: new Map(),
  lastLook: null,
  waiting: new Map(),
};

/** More than two days of a fire every minute. */
const KEPT_FINALS = 4_096;

/** Missed only because of what the clock said or because nobody looked. */
const PROVISIONAL: ReadonlySet<MissedReason> = new Set([
  MissedReason.ClockForward,
  MissedReason.Down,
]);

export function applyEntry(state: ScheduleState, entry: StateEntry): ScheduleState {
  const atMs = Date.parse(entry.at);
  const environment = entry.lane.slice(entry.lane.lastIndexOf("/") + 1);
  const lane = state.lanes.get(entry.lane);
  const withLane = (next: LaneState): ScheduleState => ({
    ...state,
    lanes: new Map(state.lanes).set(entry.lane, next),
  });
  switch (entry.type) {
    case "lane": {
      const cursorMs = Date.parse(entry.from);
      const { finals = [], forgottenMs = Number.NEGATIVE_INFINITY } = lane ?? {};
      return withLane({
        timing: entry.timing,
        cursorMs,
        finals,
        forgottenMs,
        provisionalMs: Number.NEGATIVE_INFINITY,
      });
    }
    case "started": {
      const dueMs = Date.parse(entry.due);
      const running = [...state.running, { lane: entry.lane, environment, dueMs }];
      return lane ? { ...withLane(settle(lane, dueMs, dueMs)), running } : { ...state, running };
    }
    case "ended": {
      const dueMs = Date.parse(entry.due);
      const running = state.running.filter((one) => one.lane !== entry.lane || one.dueMs !== dueMs);
      return { ...state, running, endedMs: new Map(state.endedMs).set(environment, atMs) };
    }
    case "missed": {
      if (!lane) return state;
      const [firstMs, lastMs] = [Date.parse(entry.first), Date.parse(entry.last)];
      if (!PROVISIONAL.has(entry.reason)) return withLane(settle(lane, firstMs, lastMs));
      const cursorMs = Math.max(lane.cursorMs, lastMs);
      return withLane({ ...lane, cursorMs, provisionalMs: Math.max(lane.provisionalMs, lastMs) });
    }
    case "reinstated":
    default: {
      if (!lane) return state;
      const cursorMs = Date.parse(entry.after);
      return withLane({ ...lane, cursorMs, provisionalMs: Math.min(lane.provisionalMs, cursorMs) });
    }
  }
}

/** Whether it may not come again. */
export function isFinal({ finals }: LaneState, dueMs: number): boolean {
  return finals.some(({ firstMs, lastMs }) => dueMs >= firstMs && dueMs <= lastMs);
}

function settle(lane: LaneState, firstMs: number, lastMs: number): LaneState {
  const all = [...lane.finals, { firstMs, lastMs }];
  const dropped = all.slice(0, -KEPT_FINALS);
  return {
    ...lane,
    cursorMs: Math.max(lane.cursorMs, lastMs),
    finals: all.slice(-KEPT_FINALS),
    forgottenMs: Math.max(lane.forgottenMs, ...dropped.map((one) => one.lastMs)),
  };
}
