/**
 * A month of nights: the real schedule file through the real daemon, its state on disk, the real
 * runner and the real journal, under a clock that is moved by hand.
 *
 * Real are the file's reader, the daemon's decisions and its state file, the gate's reading, the
 * runner with its preflight, undo and verdict, the AWS SDK's own clients, the guard's and the
 * watchdog's handlers, the sidecars' leases, and the stack that the Pulumi program makes. Simulated are
 * AWS itself (the in-process lab: alarms, IAM, ECS, the load balancer), the shop and its users, and
 * time: work takes none. Between two fires an environment does not exist; each fire finds it built
 * anew as the month's course (course.ts) has it, five minutes old.
 */
import { join } from "node:path";
import type { DrillClients } from "../../drills/connect.ts";
import { openJournal } from "../../drills/journal/journal.ts";
import { readConditions } from "../../drills/schedule/conditions.ts";
import { ScheduleDaemon } from "../../drills/schedule/daemon.ts";
import type { Fire } from "../../drills/schedule/decide.ts";
import { runFire } from "../../drills/schedule/runFire.ts";
import type { Schedule } from "../../drills/schedule/schedule.ts";
import { sharedJournal, type SharedJournal } from "../../drills/schedule/sharedJournal.ts";
import { laneOf } from "../../drills/schedule/state.ts";
import type { StateEntry } from "../../drills/schedule/stateEntry.ts";
import { openStateFile, type StateStore } from "../../drills/schedule/stateFile.ts";
import type { LocatedEnvironment } from "../../guard/environment.ts";
import { seededRandom } from "../judge/random.ts";
import { ASLEEP, changeByHand, isFastAt, releasesAt, RESTART, usersAt } from "./course.ts";
import { Machine } from "./machine.ts";
import { type Night, openNight } from "./night.ts";

export interface MonthOptions {
  readonly schedules: readonly Schedule[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  /** The journal and the state go into it. */
  readonly directory: string;
  /** @default says nothing */
  readonly onEntry?: (entry: StateEntry) => void;
}

export interface Month {
  readonly journal: string;
  /** Everything that the daemons wrote down. */
  readonly entries: readonly StateEntry[];
}

/** Of a drill's own requests a second, where the file does not say. */
const RATE = 10;
/** With an environment open, time passes in steps of this; nobody looks more often. */
const STEP_MS = 1_000;
/** Without one there is only the daemon itself; a fire begins at most so much before the next step. */
const IDLE_STEP_MS = 5_000;

export async function runMonth(options: MonthOptions): Promise<Month> {
  const month = new Course(options);
  try {
    return await month.run();
  } finally {
    await month.close();
  }
}

class Course {
  readonly #options: MonthOptions;
  readonly #machine: Machine;
  readonly #journal: SharedJournal;
  readonly #place: string;
  readonly #entries: StateEntry[] = [];
  /** By lane: the environment as this fire finds it. */
  readonly #nights = new Map<string, Promise<Night>>();
  #store: StateStore | undefined;
  #daemon: ScheduleDaemon | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: MonthOptions) {
    this.#options = options;
    this.#machine = new Machine(options.fromMs);
    this.#place = join(options.directory, "journal");
    this.#journal = sharedJournal(async () => openJournal(this.#place, this.#machine.clock()));
  }

  async run(): Promise<Month> {
    const { fromMs, toMs } = this.#options;
    const befalls = [
      { atMs: Date.parse(RESTART.at), act: () => this.#restart() },
      { atMs: Date.parse(ASLEEP.from), act: () => this.#sleep() },
    ].toSorted((a, b) => a.atMs - b.atMs);
    await this.#boot();
    for (const { atMs, act } of befalls) {
      if (atMs < fromMs || atMs >= toMs) continue;
      await this.#passUntil(() => this.#machine.now() >= atMs);
      await act();
    }
    await this.#passUntil(() => this.#machine.now() >= toMs && this.#nights.size === 0);
    await this.#shutDown();
    return { journal: this.#place, entries: this.#entries };
  }

  async close(): Promise<void> {
    for (const night of this.#nights.values()) await (await night).stop();
    this.#store?.close();
  }

  async #boot(): Promise<void> {
    const store = openStateFile(join(this.#options.directory, "schedule.jsonl"));
    this.#store = store;
    this.#daemon = new ScheduleDaemon({
      clock: this.#machine.clock(),
      store,
      schedules: this.#options.schedules,
      read: () => this.#machine.read(),
      run: (fire, signal) => this.#run(fire, signal),
      conditions: async (fire) => {
        const { conditions } = await this.#night(fire);
        return readConditions(fire.schedule, this.#machine.now(), conditions);
      },
      onEntry: (entry) => {
        this.#entries.push(entry);
        this.#options.onEntry?.(entry);
        if (entry.type === "missed") void this.#leave(entry.lane);
      },
      onFailure: (error) => {
        this.#failure = { error };
      },
    });
    await this.#daemon.start();
  }

  /** As SIGTERM: a drill that runs is undone first, and that takes its time. */
  async #shutDown(): Promise<void> {
    let isDown = false;
    const ending = this.#daemon?.stop().finally(() => {
      isDown = true;
    });
    await this.#passUntil(() => isDown);
    await ending;
    this.#store?.close();
    this.#store = undefined;
  }

  async #restart(): Promise<void> {
    await this.#shutDown();
    const backMs = this.#machine.now() + RESTART.backAfterMs;
    await this.#passUntil(() => this.#machine.now() >= backMs);
    await this.#boot();
  }

  async #sleep(): Promise<void> {
    this.#machine.suspend(Date.parse(ASLEEP.to) - this.#machine.now());
  }

  async #passUntil(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#failure) throw this.#failure.error;
      await this.#machine.advance(this.#nights.size > 0 ? STEP_MS : IDLE_STEP_MS);
      for (const night of this.#nights.values()) await (await night).catchUp(this.#machine.now());
    }
  }

  async #run(fire: Fire, signal: AbortSignal) {
    try {
      const night = await this.#night(fire);
      return await runFire(fire, signal, async () => {
        const journal = await this.#journal.take();
        const connection = night.connect(journal, fire.schedule.requestsPerSecond ?? RATE);
        return { ...connection, close: () => this.#journal.giveBack() };
      });
    } finally {
      await this.#leave(fire.lane);
    }
  }

  #night({ schedule, environment, dueMs }: Fire): Promise<Night> {
    const lane = laneOf(schedule.name, environment);
    const nowMs = this.#machine.now();
    const chance = seededRandom(this.#options.seed ^ (dueMs / 60_000));
    const open = (): Promise<Night> =>
      openNight({
        environment,
        seed: Math.floor(chance() * 2 ** 31),
        nowMs,
        ...releasesAt(nowMs),
        fastSignals: isFastAt(nowMs),
        usersPerSecond: usersAt(environment, nowMs, chance()),
        change: (clients: DrillClients, located: LocatedEnvironment) =>
          changeByHand(nowMs, clients, located),
      });
    const night = this.#nights.get(lane) ?? this.#machine.hold(`building ${lane}`, open());
    this.#nights.set(lane, night);
    return night;
  }

  async #leave(lane: string): Promise<void> {
    const night = this.#nights.get(lane);
    this.#nights.delete(lane);
    if (night)
      await this.#machine.hold(
        `ending ${lane}`,
        night.then((one) => one.stop()),
      );
  }
}
