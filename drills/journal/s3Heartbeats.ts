/**
 * Who is alive with which run of a journal in S3. A writer says so of its own runs, again and again until
 * they end; whoever sweeps leaves a run alone while somebody is alive with it.
 */
import { hostname } from "node:os";
import { z } from "zod";
import { type Cancel, type Clock, wallClock } from "../../base/clock.ts";
import { isAlive } from "../../base/isAlive.ts";
import type { S3Objects } from "./s3Objects.ts";

/** Wall milliseconds between two heartbeats, and after how many without one a run is dead. */
const HEARTBEAT_WALL_MS = 30_000;
const DEAD_WALL_MS = 120_000;

const heartbeatSchema = z.object({
  host: z.string(),
  pid: z.int(),
  ended: z.boolean().default(false),
});

export class S3Heartbeats {
  readonly #objects: S3Objects;
  readonly #clock: Clock;
  readonly #onTrouble: (text: string) => void;
  /** Runs that this writer began and has not ended. */
  readonly #own = new Set<string>();
  #next: Cancel | undefined;

  constructor(objects: S3Objects, clock: Clock, onTrouble: (text: string) => void) {
    this.#objects = objects;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  /** The run is this writer's; nothing is said of it yet. */
  own(runId: string): void {
    this.#own.add(runId);
  }

  isOwn(runId: string): boolean {
    return this.#own.has(runId);
  }

  /** The first heartbeat of a run, and from then on one after the other. */
  async start(runId: string): Promise<void> {
    await this.#put(runId, false);
    if (!this.#next) this.#schedule();
  }

  async end(runId: string): Promise<void> {
    if (this.#own.delete(runId)) await this.#put(runId, true);
  }

  async endAll(): Promise<void> {
    this.stop();
    for (const runId of this.#own) await this.end(runId);
  }

  stop(): void {
    this.#next?.();
  }

  /** Null when nobody is alive with it. */
  async holder(runId: string): Promise<string | null> {
    if (this.#own.has(runId)) return "this process";
    const found = await this.#objects.run(runId);
    const heartbeat = found && readHeartbeat(found.text);
    if (!found || !heartbeat || heartbeat.ended) return null;
    const { host, pid } = heartbeat;
    if (host === hostname() && !isAlive(pid)) return null;
    // A lab's clock may run faster than the wall that heartbeats go by.
    const deadMs = DEAD_WALL_MS * (this.#clock.speed || 1);
    const ageMs = this.#clock.now() - found.modifiedMs;
    return ageMs > deadMs ? null : `process ${pid} on ${host}`;
  }

  async #put(runId: string, ended: boolean): Promise<void> {
    await this.#objects.putRun(runId, { host: hostname(), pid: process.pid, ended });
  }

  #schedule(): void {
    const wall = wallClock();
    this.#next = wall.schedule(wall.now() + HEARTBEAT_WALL_MS, async () => {
      const puts = [...this.#own].map((runId) => this.#put(runId, false));
      for (const { status } of await Promise.allSettled(puts)) {
        if (status === "rejected") this.#onTrouble("not said in S3 that this run is alive");
      }
      if (this.#own.size > 0) this.#schedule();
      else this.#next = undefined;
    });
  }
}

/** Undefined for what is none. */
function readHeartbeat(text: string): z.infer<typeof heartbeatSchema> | undefined {
  try {
    return heartbeatSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
