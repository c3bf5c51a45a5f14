/**
 * The schedule's daemon: looks at its clock, writes down what it decides, and only then acts. Killed at
 * any point and started again it starts no fire twice and forgets none.
 */
import { type Cancel, type Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { nominalSpan } from "../wait.ts";
import { type Conditions, decideFires, type Fire, lostFires, type WaitingFire } from "./decide.ts";
import type { Schedule } from "./schedule.ts";
import { applyEntry, EMPTY_STATE, type Reading, type ScheduleState } from "./state.ts";
import type { StateEntry } from "./stateEntry.ts";
import type { StateStore } from "./stateFile.ts";
import type { Refusal } from "./upcoming.ts";

/** What became of a fire's drills. */
export interface FireResult {
  /** The worst verdict, or what kept the drills from running. */
  readonly outcome: string;
  /** Ids of the runs in the journal. */
  readonly runs: readonly string[];
}

export interface DaemonPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly schedules: readonly Schedule[];
  read(): Reading;
  /** Runs the fire's drills, one after the other. Aborted, it undoes everything before it returns. */
  run(fire: Fire, signal: AbortSignal): Promise<FireResult>;
  /** What the fire's gate and alarms say now: null for nothing against it. Never waits for nominal time. */
  conditions(fire: Fire): Promise<Refusal | null>;
  onEntry?(entry: StateEntry): void;
  onWaiting?(fire: WaitingFire): void;
  /** The daemon cannot go on: the state cannot be written. */
  onFailure(error: unknown): void;
}

/** A suspended machine or a clock that was set is found out at the latest after this. */
const HEARTBEAT_WALL_MS = 30_000;

export class ScheduleDaemon {
  readonly #ports: DaemonPorts;
  readonly #running = new Map<string, { readonly abort: AbortController; done: Promise<void> }>();
  #state: ScheduleState = EMPTY_STATE;
  #cancel: Cancel = () => {};
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ports: DaemonPorts) {
    this.#ports = ports;
    for (const entry of ports.store.entries) this.#state = applyEntry(this.#state, entry);
  }

  /** Writes off what a dead daemon had running, and looks for the first time. */
  async start(): Promise<void> {
    for (const entry of lostFires(this.#state, this.#ports.clock.now())) this.#write(entry);
    await this.look();
  }

  /** Starts nothing more, interrupts what runs, and returns once it is undone and written down. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
    for (const { abort } of this.#running.values()) abort.abort(new Error("interrupted"));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** One look at the clock. Looks wait for each other. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookOnce());
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    if (this.#stopped) return;
    this.#cancel();
    try {
      const nextMs = await this.#decideAndAct();
      if (!this.#stopped) this.#cancel = this.#ports.clock.schedule(nextMs, () => this.look());
    } catch (error) {
      this.#stopped = true;
      this.#ports.onFailure(error);
    }
  }

  /** Returns when to look again. */
  async #decideAndAct(): Promise<number> {
    const { clock, schedules } = this.#ports;
    const reading = this.#ports.read();
    const known = new Map<string, Refusal | null>();
    const conditions: Conditions = ({ lane }) => known.get(lane);
    let decision = decideFires(this.#state, reading, schedules, conditions);
    while (decision.asks.length > 0) {
      for (const fire of decision.asks) known.set(fire.lane, await this.#ports.conditions(fire));
      if (this.#stopped) return reading.nowMs;
      decision = decideFires(this.#state, reading, schedules, conditions);
    }
    for (const entry of decision.entries) this.#write(entry);
    for (const fire of decision.starts) this.#begin(fire);
    for (const { lane, dueMs } of decision.stops) {
      this.#running.get(`${lane} ${dueMs}`)?.abort.abort(new Error("replaced by a later fire"));
    }
    this.#remember(reading, decision.waiting);
    const heartbeatMs = reading.nowMs + nominalSpan(clock, HEARTBEAT_WALL_MS);
    if (decision.more) return reading.nowMs;
    return Math.max(reading.nowMs + 1, Math.min(heartbeatMs, decision.nextMs ?? heartbeatMs));
  }

  #remember(reading: Reading, waiting: readonly WaitingFire[]): void {
    for (const fire of waiting) {
      const before = this.#state.waiting.get(fire.lane);
      if (before?.dueMs !== fire.dueMs || before.reason !== fire.reason)
        this.#ports.onWaiting?.(fire);
    }
    this.#state = {
      ...this.#state,
      lastLook: reading,
      waiting: new Map(waiting.map((fire) => [fire.lane, fire])),
    };
  }

  #begin(fire: Fire): void {
    const due = new Date(fire.dueMs).toISOString();
    this.#write({ type: "started", lane: fire.lane, at: this.#at(), due });
    const abort = new AbortController();
    const key = `${fire.lane} ${fire.dueMs}`;
    const done = this.#runToItsEnd(fire, due, abort.signal).catch((error: unknown) => {
      this.#stopped = true;
      this.#ports.onFailure(error);
    });
    this.#running.set(key, { abort, done });
  }

  async #runToItsEnd(fire: Fire, due: string, signal: AbortSignal): Promise<void> {
    let result: FireResult;
    try {
      result = await this.#ports.run(fire, signal);
    } catch (error) {
      result = { outcome: `error: ${messageOf(error)}`, runs: [] };
    }
    this.#running.delete(`${fire.lane} ${fire.dueMs}`);
    const { outcome, runs } = result;
    this.#write({ type: "ended", lane: fire.lane, at: this.#at(), due, outcome, runs: [...runs] });
    // What waited for this end need not wait for the next heartbeat.
    void this.look();
  }

  #at(): string {
    return new Date(this.#ports.clock.now()).toISOString();
  }

  #write(entry: StateEntry): void {
    this.#ports.store.append(entry);
    this.#state = applyEntry(this.#state, entry);
    this.#ports.onEntry?.(entry);
  }
}
