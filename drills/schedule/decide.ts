/**
 * The daemon's decision at one look: each fire that is due starts, waits for what stands against it
 * until its start deadline, or is missed for a reason. Pure.
 */
import type { LaneState, Reading, RunningFire, ScheduleState } from "./state.ts";
import { isFinal, laneOf } from "./state.ts";
import { Concurrency, type Schedule } from "./schedule.ts";
import type { StateEntry } from "./stateEntry.ts";
import { utcStamp } from "./stamps.ts";
import { type Due, MissedReason, type Refusal, upcoming } from "./upcoming.ts";

export interface Fire {
  readonly lane: string;
  readonly environment: string;
  readonly schedule: Schedule;
  readonly dueMs: number;
  readonly startMs: number;
}

export interface WaitingFire extends Fire, Refusal {}

export interface Decision {
  /** To be written, in this order, before anything else is done. */
  readonly entries: readonly StateEntry[];
  readonly starts: readonly Fire[];
  /** Running fires that make way for others. */
  readonly stops: readonly RunningFire[];
  /** Fires that only wait for their gate and alarms to be read. */
  readonly asks: readonly Fire[];
  readonly waiting: readonly WaitingFire[];
  /** The next time at which a fire is due, as far as is known; undefined when none is. */
  readonly nextMs: number | undefined;
  /** There was more than one decision takes: decide again. */
  readonly more: boolean;
}

/** What a schedule's gate and alarms say: null for nothing against it, undefined for not read yet. */
export type Conditions = (fire: Fire) => Refusal | null | undefined;

/** A clock that runs apart from another by more than this was set, or stood still. Wall milliseconds. */
const APART_MS = 5_000;
/** Of one lane in one decision: ten days of a fire every minute take three. */
const MOST_DUES = 5_000;

/** What identifies a lane's fires: when it changes, the fires of before are not owed. */
export function timingOf({ timing, jitterMs }: Schedule): string {
  return [timing.cron.text, timing.zone, timing.gap, timing.overlap, jitterMs].join("|");
}

export function decideFires(
  state: ScheduleState,
  reading: Reading,
  schedules: readonly Schedule[],
  conditions: Conditions,
): Decision {
  const look = new Look(state, reading, conditions);
  for (const schedule of schedules) {
    for (const environment of schedule.environments) look.lane(schedule, environment);
  }
  return look.decision();
}

/** Fires that ran when the daemon died: what became of them nobody knows, and none starts again. */
export function lostFires(state: ScheduleState, nowMs: number): StateEntry[] {
  const at = new Date(nowMs).toISOString();
  return state.running.map(({ lane, dueMs }) => {
    const due = new Date(dueMs).toISOString();
    return { type: "ended", lane, at, due, outcome: "lost", runs: [] };
  });
}

class Look {
  readonly #state: ScheduleState;
  readonly #reading: Reading;
  readonly #conditions: Conditions;
  readonly #entries: StateEntry[] = [];
  readonly #starts: Fire[] = [];
  readonly #stops: RunningFire[] = [];
  readonly #asks: Fire[] = [];
  readonly #waiting: WaitingFire[] = [];
  #nextMs: number | undefined;
  #more = false;

  constructor(state: ScheduleState, reading: Reading, conditions: Conditions) {
    this.#state = state;
    this.#reading = reading;
    this.#conditions = conditions;
  }

  decision(): Decision {
    return {
      entries: this.#entries,
      starts: this.#starts,
      stops: this.#stops,
      asks: this.#asks,
      waiting: this.#waiting,
      nextMs: this.#nextMs,
      more: this.#more,
    };
  }

  lane(schedule: Schedule, environment: string): void {
    const lane = laneOf(schedule.name, environment);
    const known = this.#followed(lane, timingOf(schedule));
    const found: { readonly due: Due; readonly refusal: Refusal | null }[] = [];
    for (const due of upcoming(schedule, known.cursorMs)) {
      // What no clock shows, or shows again, was never a fire; previews say so.
      if (due.refusal?.reason === MissedReason.Gap) continue;
      if (due.refusal?.reason === MissedReason.Overlap) continue;
      if (due.startMs > this.#reading.nowMs) {
        this.#soonest(due.startMs);
        break;
      }
      if (isFinal(known, due.dueMs)) continue;
      if (found.length === MOST_DUES) {
        this.#more = true;
        break;
      }
      found.push({ due, refusal: due.refusal ?? this.#tooLate(schedule, lane, due) });
    }
    // What comes behind the newest that may start is looked at when that one is settled.
    const newest = found.findLastIndex(({ refusal }) => refusal === null);
    const missed = new MissedRuns(lane, this.#reading.nowMs);
    for (const { due, refusal } of newest < 0 ? found : found.slice(0, newest)) {
      missed.add(due.dueMs, refusal ?? SUPERSEDED);
    }
    this.#entries.push(...missed.entries());
    const { due } = found[newest] ?? {};
    if (due) this.#tryToStart({ lane, environment, schedule, ...due });
  }

  /** A lane that is new, or is timed anew, owes nothing from before; one whose clock went back does. */
  #followed(lane: string, timing: string): LaneState {
    const { nowMs } = this.#reading;
    const at = new Date(nowMs).toISOString();
    const known = this.#state.lanes.get(lane);
    if (!known || known.timing !== timing) {
      this.#entries.push({ type: "lane", lane, at, timing, from: at });
      const never = Number.NEGATIVE_INFINITY;
      const { finals = [], forgottenMs = never } = known ?? {};
      return { timing, cursorMs: nowMs, finals, forgottenMs, provisionalMs: never };
    }
    if (known.provisionalMs <= nowMs) return known;
    const cursorMs = Math.max(nowMs, known.forgottenMs);
    this.#entries.push({
      type: "reinstated",
      lane,
      at,
      after: new Date(cursorMs).toISOString(),
    });
    return { ...known, cursorMs };
  }

  #tooLate(schedule: Schedule, lane: string, { dueMs, startMs }: Due): Refusal | null {
    const { nowMs } = this.#reading;
    if (nowMs <= startMs + schedule.startDeadlineMs) return null;
    const waited = this.#state.waiting.get(lane);
    if (waited?.dueMs === dueMs) {
      const { reason, detail } = waited;
      return { reason, detail: `${detail}, until the start deadline` };
    }
    return lateness(this.#state.lastLook, this.#reading);
  }

  #tryToStart(fire: Fire): void {
    const refusal = this.#against(fire);
    if (refusal === undefined) {
      this.#asks.push(fire);
    } else if (refusal) {
      this.#waiting.push({ ...fire, ...refusal });
      this.#soonest(fire.startMs + fire.schedule.startDeadlineMs + 1);
    } else {
      this.#starts.push(fire);
    }
  }

  /** What stands against a start now; undefined where that has yet to be read. */
  #against(fire: Fire): Refusal | null | undefined {
    const { environment, schedule } = fire;
    const inTheWay = this.#state.running.filter((one) => one.environment === environment);
    const starting = this.#starts.filter((one) => one.environment === environment);
    const names = [...inTheWay, ...starting].map(
      ({ lane, dueMs }) => `${lane} of ${utcStamp(dueMs)}`,
    );
    if (names.length > 0 && schedule.concurrency !== Concurrency.Allow) {
      if (schedule.concurrency === Concurrency.Replace) this.#stops.push(...inTheWay);
      return {
        reason: MissedReason.StillRunning,
        detail: `${names.join(" and ")} still ran in ${environment}`,
      };
    }
    const endedMs = this.#state.endedMs.get(environment);
    if (endedMs !== undefined && this.#reading.nowMs < endedMs + schedule.minimumRestMs) {
      const until = utcStamp(endedMs + schedule.minimumRestMs);
      this.#soonest(endedMs + schedule.minimumRestMs);
      return { reason: MissedReason.Rest, detail: `${environment} rests until ${until}` };
    }
    const hasConditions = schedule.lowTraffic !== null || schedule.blockingAlarms.length > 0;
    return hasConditions ? this.#conditions(fire) : null;
  }

  #soonest(ms: number): void {
    this.#nextMs = Math.min(this.#nextMs ?? ms, ms);
  }
}

const SUPERSEDED: Refusal = {
  reason: MissedReason.Superseded,
  detail: "a later fire of the schedule was due as well",
};

/** Why nobody looked between a fire's time and its start deadline. */
function lateness(before: Reading | null, now: Reading): Refusal {
  if (!before) {
    return { reason: MissedReason.Down, detail: "the daemon was not running until its deadline" };
  }
  const upMs = now.upMs - before.upMs;
  const setMs = now.wallMs - before.wallMs - upMs;
  if (setMs > APART_MS) {
    const detail = `the clock was set forward by ${seconds(setMs)} s, beyond its deadline`;
    return { reason: MissedReason.ClockForward, detail };
  }
  const asleepMs = upMs - (now.awakeMs - before.awakeMs);
  if (asleepMs > APART_MS) {
    const detail = `the machine was suspended for ${seconds(asleepMs)} s, beyond its deadline`;
    return { reason: MissedReason.Suspended, detail };
  }
  return { reason: MissedReason.Deadline, detail: "its start deadline passed" };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** Missed fires, those next to each other with one reason in one entry. */
class MissedRuns {
  readonly #lane: string;
  readonly #at: string;
  readonly #runs: { refusal: Refusal; dues: number[] }[] = [];

  constructor(lane: string, nowMs: number) {
    this.#lane = lane;
    this.#at = new Date(nowMs).toISOString();
  }

  add(dueMs: number, refusal: Refusal): void {
    const last = this.#runs.at(-1);
    if (last?.refusal.detail === refusal.detail) last.dues.push(dueMs);
    else this.#runs.push({ refusal, dues: [dueMs] });
  }

  entries(): StateEntry[] {
    return this.#runs.map(({ refusal, dues }) => ({
      type: "missed",
      lane: this.#lane,
      at: this.#at,
      first: new Date(dues[0] ?? 0).toISOString(),
      last: new Date(dues.at(-1) ?? 0).toISOString(),
      count: dues.length,
      ...refusal,
    }));
  }
}
