/**
 * One fire whose time somebody else kept, such as EventBridge Scheduler: a task is started for it, and
 * decides by the daemon's own rules whether its drills start, wait, or are missed and why. However
 * often and by however many tasks a fire is asked for, it starts once.
 */
import { type Clock, every, sleep } from "../../base/clock.ts";
import { messageOf, usageError } from "../../base/errors.ts";
import { nominalSpan } from "../wait.ts";
import type { FireResult } from "./daemon.ts";
import { type Conditions, decideFires, type Fire, timingOf, type WaitingFire } from "./decide.ts";
import type { FireHistory, FireLog } from "./fireLog.ts";
import type { Schedule } from "./schedule.ts";
import {
  applyEntry,
  EMPTY_STATE,
  isFinal,
  laneOf,
  type Reading,
  type ScheduleState,
} from "./state.ts";
import type { StateEntry } from "./stateEntry.ts";
import { MissedReason, type Refusal, upcoming } from "./upcoming.ts";

export interface AskedFire {
  readonly schedule: Schedule;
  readonly environment: string;
  /** The time that the expression names, without the jitter. */
  readonly dueMs: number;
}

export interface OneFirePorts {
  readonly clock: Clock;
  readonly log: FireLog;
  read(): Reading;
  /** As the daemon's. */
  run(fire: Fire, signal: AbortSignal): Promise<FireResult>;
  conditions(fire: Fire): Promise<Refusal | null>;
  onEntry?(entry: StateEntry): void;
  onWaiting?(fire: WaitingFire): void;
}

/**
 * `elsewhere`: another task has started it, or has written why it was missed. `interrupted`: this one
 * was told to end before it could decide.
 */
export type OneFireEnd =
  | { readonly kind: "ran"; readonly result: FireResult }
  | { readonly kind: "missed"; readonly refusal: Refusal }
  | { readonly kind: "elsewhere" | "interrupted" };

/** A task says that often that it is alive, and is taken for dead after that long. Wall milliseconds. */
const BEAT_MS = 15_000;
const DEAD_MS = 120_000;
/** What stands against a start is looked at again that often. Wall milliseconds. */
const LOOK_MS = 5_000;

/** @throws BackoutError `not-a-fire` for a time at which the schedule does not fire */
export async function runOneFire(
  asked: AskedFire,
  ports: OneFirePorts,
  signal: AbortSignal,
): Promise<OneFireEnd> {
  refuseNoFire(asked);
  return new OneFire(asked, ports, signal).decide();
}

function refuseNoFire({ schedule, dueMs }: AskedFire): void {
  const { value } = upcoming(schedule, dueMs - 1).next();
  const isThere = value?.dueMs === dueMs;
  const reason = value?.refusal?.reason;
  if (isThere && reason !== MissedReason.Gap && reason !== MissedReason.Overlap) return;
  throw usageError(
    "not-a-fire",
    `--fire: ${new Date(dueMs).toISOString()} is no fire of schedule ${schedule.name}` +
      (isThere ? `: ${value?.refusal?.detail}` : ""),
    "`backout drill next FILE` names its fires",
  );
}

class OneFire {
  readonly #asked: AskedFire;
  readonly #ports: OneFirePorts;
  readonly #signal: AbortSignal;
  readonly #lane: string;
  #waiting: ScheduleState["waiting"] = new Map();
  /** What this task itself has written of the fire. */
  #missed: Refusal | undefined;

  constructor(asked: AskedFire, ports: OneFirePorts, signal: AbortSignal) {
    this.#asked = asked;
    this.#ports = ports;
    this.#signal = signal;
    this.#lane = laneOf(asked.schedule.name, asked.environment);
  }

  async decide(): Promise<OneFireEnd> {
    for (;;) {
      if (this.#signal.aborted) return { kind: "interrupted" };
      const end = await this.#look();
      if (end) return end;
    }
  }

  /** Undefined: look again. */
  async #look(): Promise<OneFireEnd | undefined> {
    const { schedule, environment, dueMs } = this.#asked;
    const { log } = this.#ports;
    const history = await log.read();
    const state: ScheduleState = {
      ...history.entries.reduce(applyEntry, EMPTY_STATE),
      waiting: this.#waiting,
    };
    const timing = timingOf(schedule);
    const lane = state.lanes.get(this.#lane);
    if (lane?.timing !== timing) {
      const from = new Date(dueMs - 1).toISOString();
      await this.#write(history, { type: "lane", lane: this.#lane, at: this.#at(), timing, from });
      return undefined;
    }
    if (lane.cursorMs >= dueMs || isFinal(lane, dueMs)) {
      return this.#missed ? { kind: "missed", refusal: this.#missed } : { kind: "elsewhere" };
    }
    if (await this.#wroteOffDead(history, state)) return undefined;

    const only = [{ ...schedule, environments: [environment] }];
    const known = new Map<string, Refusal | null>();
    const conditions: Conditions = (fire) => known.get(fire.lane);
    const reading = this.#ports.read();
    let decision = decideFires(state, reading, only, conditions);
    for (const fire of decision.asks) known.set(fire.lane, await this.#ports.conditions(fire));
    if (decision.asks.length > 0) decision = decideFires(state, reading, only, conditions);
    let now: FireHistory | undefined = history;
    for (const entry of decision.entries) {
      now = await this.#write(now, sayingTask(entry));
      if (!now) return undefined;
      this.#remember(entry);
    }
    if (decision.entries.length > 0) return undefined;
    const [fire] = decision.starts;
    if (fire) return this.#start(fire, history);
    this.#say(decision.waiting);
    await this.#wait(reading.nowMs, decision.nextMs);
    return undefined;
  }

  /** A fire's task that no longer says that it is alive: what became of its drills nobody knows. */
  async #wroteOffDead(history: FireHistory, { running }: ScheduleState): Promise<boolean> {
    const { log, clock } = this.#ports;
    for (const { lane, environment, dueMs } of running) {
      if (environment !== this.#asked.environment) continue;
      const due = new Date(dueMs).toISOString();
      const beat = (await log.lastBeat(`${lane} ${due}`)) ?? 0;
      if (clock.wall() - beat < DEAD_MS) continue;
      const at = this.#at();
      await this.#write(history, { type: "ended", lane, at, due, outcome: "lost", runs: [] });
      return true;
    }
    return false;
  }

  /** Undefined when another task was first. */
  async #start(fire: Fire, history: FireHistory): Promise<OneFireEnd | undefined> {
    const { log, clock } = this.#ports;
    const due = new Date(fire.dueMs).toISOString();
    const beat = (): Promise<void> => log.beat(`${fire.lane} ${due}`, clock.wall());
    await beat();
    const started = { type: "started", lane: fire.lane, at: this.#at(), due } as const;
    if (!(await this.#write(history, started))) return undefined;
    // A beat that is lost is made up for by the next.
    const stop = every(clock, nominalSpan(clock, BEAT_MS), () => beat().catch(() => {}));
    let result: FireResult;
    try {
      result = await this.#ports.run(fire, this.#signal);
    } catch (error) {
      result = { outcome: `error: ${messageOf(error)}`, runs: [] };
    } finally {
      stop();
    }
    const { outcome, runs } = result;
    const ended = { type: "ended", lane: fire.lane, at: this.#at(), due, outcome } as const;
    while (!(await this.#write(await log.read(), { ...ended, runs: [...runs] })));
    return { kind: "ran", result };
  }

  /** What the log holds then; undefined when somebody else wrote in between. */
  async #write(history: FireHistory, entry: StateEntry): Promise<FireHistory | undefined> {
    if (!(await this.#ports.log.append(history, entry))) return undefined;
    this.#ports.onEntry?.(entry);
    return { entries: [...history.entries, entry], last: history.last + 1 };
  }

  #remember(entry: StateEntry): void {
    if (entry.type !== "missed") return;
    const { dueMs } = this.#asked;
    if (dueMs < Date.parse(entry.first) || dueMs > Date.parse(entry.last)) return;
    const { reason, detail } = sayingTask(entry);
    this.#missed = { reason, detail };
  }

  #say(waiting: readonly WaitingFire[]): void {
    for (const fire of waiting) {
      const before = this.#waiting.get(fire.lane);
      if (before?.dueMs !== fire.dueMs || before.reason !== fire.reason)
        this.#ports.onWaiting?.(fire);
    }
    this.#waiting = new Map(waiting.map((fire) => [fire.lane, fire]));
  }

  /** Until something may have changed: its jitter is over, or another look is due. */
  async #wait(nowMs: number, nextMs: number | undefined): Promise<void> {
    const { clock } = this.#ports;
    const lookMs = nominalSpan(clock, LOOK_MS);
    const spanMs = Math.max(1, Math.min(lookMs, (nextMs ?? Number.POSITIVE_INFINITY) - nowMs));
    // Aborted, the next look says so.
    await sleep(clock, spanMs, this.#signal).catch(() => {});
  }

  #at(): string {
    return new Date(this.#ports.clock.now()).toISOString();
  }
}

/** The decision is the daemon's, and so are its words; here no daemon was down. */
function sayingTask<Entry extends StateEntry>(entry: Entry): Entry {
  if (entry.type !== "missed" || entry.reason !== MissedReason.Down) return entry;
  return { ...entry, detail: "no task of it came to a decision until its start deadline" };
}
