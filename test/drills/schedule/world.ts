/** A machine whose clock is moved by hand: it can be set, suspended, and its daemon killed at any write. */
import { type Clock, ManualClock } from "../../../base/clock.ts";
import { type DaemonPorts, ScheduleDaemon } from "../../../drills/schedule/daemon.ts";
import type { Schedule } from "../../../drills/schedule/schedule.ts";
import { parseSchedules } from "../../../drills/schedule/file.ts";
import type { StateEntry } from "../../../drills/schedule/stateEntry.ts";
import type { Refusal } from "../../../drills/schedule/upcoming.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export function schedulesOf(...members: readonly string[]): readonly Schedule[] {
  const text = members.map(
    (own, index) =>
      `  - {name: s${index}, environments: [checkout], drills: [bad-release-errors], ${own}}`,
  );
  const file = `version: 1\nschedules:\n${text.join("\n")}\n`;
  return parseSchedules(file, "test.yaml", Date.parse("2026-03-02T00:00:00Z"));
}

export class World {
  /** Runs with the machine; nobody sets it. */
  readonly machine = new ManualClock(0);
  /** What is on disk. */
  readonly disk: StateEntry[] = [];
  /** Drills that really began. */
  readonly begun: { readonly lane: string; readonly dueMs: number; readonly atMs: number }[] = [];
  schedules: readonly Schedule[];
  drillMs = 10 * MINUTE;
  against: Refusal | null = null;
  failure: unknown;
  /** The daemon dies at this write, counted from 1: before it is on disk, or just after. */
  dieAt: { readonly write: number; readonly when: "before" | "after" } | undefined;
  #setMs: number;
  #suspendedMs = 0;
  #life = { alive: false };
  #daemon: ScheduleDaemon | undefined;
  #writes = 0;

  constructor(start: string, schedules: readonly Schedule[]) {
    this.#setMs = Date.parse(start);
    this.schedules = schedules;
  }

  now(): number {
    return this.machine.now() + this.#setMs;
  }

  async boot(): Promise<void> {
    const life = { alive: true };
    this.#life = life;
    this.#daemon = new ScheduleDaemon(this.#ports(life));
    await this.#daemon.start();
    await this.#settle();
  }

  /** As a power cut: nothing more is written, no timer fires. */
  kill(): void {
    this.#life.alive = false;
  }

  get alive(): boolean {
    return this.#life.alive;
  }

  /** Ends it as SIGTERM does. */
  async stop(): Promise<void> {
    await this.#daemon?.stop();
    this.kill();
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE) {
      await this.machine.advance(Math.min(left, MINUTE));
      await this.#settle();
    }
  }

  /** Somebody, or NTP, sets the clock. */
  set(byMs: number): void {
    this.#setMs += byMs;
  }

  /** The lid is shut: time passes, and nothing runs. */
  suspend(ms: number): void {
    this.#setMs += ms;
    this.#suspendedMs += ms;
  }

  starts(): string[] {
    return this.begun.map(({ dueMs }) => new Date(dueMs).toISOString().slice(0, 16));
  }

  missed(): string[] {
    return this.disk.flatMap((entry) =>
      entry.type === "missed"
        ? [
            `${entry.first.slice(0, 16)} ${entry.reason}${entry.count > 1 ? ` x${entry.count}` : ""}`,
          ]
        : [],
    );
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #clock(life: { readonly alive: boolean }): Clock {
    const now = (): number => this.now();
    return {
      speed: 1,
      now,
      wall: now,
      toNominal: (ms) => ms,
      toWall: (ms) => ms,
      // As timers do, it waits for a span, and cares for no clock that is set.
      schedule: (atMs, callback) =>
        this.machine.schedule(this.machine.now() + Math.max(0, atMs - this.now()), () =>
          life.alive ? callback() : undefined,
        ),
      hold: (_name, work) => work,
    };
  }

  #ports(life: { alive: boolean }): DaemonPorts {
    const clock = this.#clock(life);
    const die = (): never => {
      life.alive = false;
      throw new Error("killed");
    };
    return {
      clock,
      schedules: this.schedules,
      store: {
        entries: [...this.disk],
        append: (entry) => {
          if (!life.alive) throw new Error("killed");
          this.#writes++;
          const dies = this.dieAt?.write === this.#writes ? this.dieAt.when : undefined;
          if (dies === "before") die();
          this.disk.push(entry);
          if (dies === "after") die();
        },
        close: () => {},
      },
      read: () => ({
        nowMs: this.now(),
        wallMs: this.now(),
        upMs: this.machine.now() + this.#suspendedMs,
        awakeMs: this.machine.now(),
      }),
      run: ({ lane, dueMs }, signal) => {
        this.begun.push({ lane, dueMs, atMs: this.now() });
        return new Promise((resolve) => {
          const cancel = clock.schedule(this.now() + this.drillMs, () =>
            resolve({ outcome: "passed", runs: ["run"] }),
          );
          signal.addEventListener("abort", () => {
            cancel();
            resolve({ outcome: "interrupted", runs: ["run"] });
          });
        });
      },
      conditions: async () => this.against,
      onFailure: (error) => {
        if (life.alive) this.failure = error;
      },
    };
  }
}
