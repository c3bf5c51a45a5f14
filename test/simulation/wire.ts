/**
 * The wire between a process and the simulated cloud: every call takes time, and some are throttled,
 * lose their answer, or hang. A process that has died gets no answer and does nothing any more.
 */
import { type Cancel, type Clock, sleep } from "../../base/clock.ts";
import type { Random } from "../judge/random.ts";

/** A call of a process after which, or before which, it dies. */
export interface Death {
  /** From 1. */
  readonly atCall: number;
  /** Whether the call still takes effect. */
  readonly takesEffect: boolean;
  /** Only calls that change something are counted. @default false */
  readonly amongWrites?: boolean;
}

export class Process {
  readonly name: string;
  readonly death: Death | undefined;
  alive = true;
  calls = 0;
  /** Some call of it was, for who it is. */
  wasRefused = false;
  writes = 0;
  /** Told of every call, and of every entry in the journal, before it is made. */
  onCall: ((name: string, isWrite: boolean) => void) | undefined;
  readonly #onDeath: ((process: Process) => void) | undefined;

  constructor(name: string, death?: Death, onDeath?: (process: Process) => void) {
    this.name = name;
    this.death = death;
    this.#onDeath = onDeath;
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#onDeath?.(this);
  }

  /** Counts a call; whether the process dies of it. */
  diesOf(isWrite: boolean, name: string): boolean {
    this.calls++;
    if (isWrite) this.writes++;
    this.onCall?.(name, isWrite);
    if (!this.death) return false;
    const { atCall, amongWrites = false } = this.death;
    return amongWrites ? isWrite && this.writes === atCall : this.calls === atCall;
  }

  /** The clock as this process knows it: once it is dead, nothing that it waits for comes. */
  clock(clock: Clock): Clock {
    return {
      speed: clock.speed,
      now: () => clock.now(),
      wall: () => clock.wall(),
      toNominal: (wallMs) => clock.toNominal(wallMs),
      toWall: (nominalMs) => clock.toWall(nominalMs),
      schedule: (atMs, callback): Cancel =>
        clock.schedule(atMs, () => (this.alive ? callback() : undefined)),
      hold: (_name, work) => work,
    };
  }

  sleep(clock: Clock): (ms: number) => Promise<void> {
    return (ms) => sleep(this.clock(clock), ms);
  }
}

export interface WireSettings {
  /** Milliseconds of a call, there and back. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** Fraction of calls that fail in one way or another. */
  readonly failing: number;
}

/** After so long a client gives up on a call that does not answer. */
const SOCKET_TIMEOUT_MS = 10_000;
/** A request that hangs arrives so late at most. */
const LATEST_MS = 9_000;

const CHANGES =
  /\.(?:write|replace|put\w+|remove\w+|set\w+|stop\w*|start|add\w*|clear|append|notify|enable\w*|disable\w*|define|deny|endDeny|mute|unmute)$/;

export class Wire {
  readonly #clock: Clock;
  readonly #random: Random;
  settings: WireSettings;
  /** What is down: calls whose name begins so are refused. */
  readonly down = new Set<string>();
  /** Calls that are refused for who makes them. */
  refuses: (process: Process, name: string) => boolean = () => false;

  constructor(clock: Clock, random: Random, settings: WireSettings) {
    this.#clock = clock;
    this.#random = random;
    this.settings = settings;
  }

  /** Nothing fails now, nor has lately. */
  get isCalm(): boolean {
    return this.settings.failing === 0 && this.down.size === 0;
  }

  call<T>(
    process: Process,
    name: string,
    effect: () => Promise<T>,
    timeoutMs = SOCKET_TIMEOUT_MS,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const clock = this.#clock;
      const isWrite = CHANGES.test(name);
      const dies = process.diesOf(isWrite, name);
      if (dies) {
        process.die();
        if (!process.death?.takesEffect) return;
      }
      const { leastMs, mostMs } = this.settings;
      const spanMs = leastMs + this.#random() * (mostMs - leastMs);
      const isRefused = this.refuses(process, name);
      process.wasRefused ||= isRefused;
      const fate = isRefused ? "throttled" : this.#fate(name);
      const at = (ms: number, act: () => void | Promise<void>): void => {
        clock.schedule(clock.now() + Math.round(ms), act);
      };
      const answer = (act: () => void): void => {
        if (process.alive) act();
      };
      if (fate === "throttled") {
        at(spanMs, () => answer(() => reject(new Error(`ThrottlingException: ${name}`))));
        return;
      }
      const lost = (): void => reject(new Error(`${name}: the connection was reset`));
      const arrive = async (): Promise<void> => {
        try {
          const value = await effect();
          const back = (): void => answer(() => (fate === "lost" ? lost() : resolve(value)));
          if (fate === "hangs") return;
          if (isWrite) at(spanMs / 2, back);
          else back();
        } catch (error) {
          if (fate === "hangs") return;
          answer(() => reject(error instanceof Error ? error : lost()));
        }
      };
      if (fate === "hangs") {
        at(this.#random() * LATEST_MS, arrive);
        at(timeoutMs, () =>
          answer(() => reject(new Error(`${name}: no answer in ${timeoutMs} ms`))),
        );
      } else at(isWrite ? spanMs / 2 : spanMs, arrive);
    });
  }

  /** Every method of `api` as a call over this wire, named `prefix.method`. */
  wired<T extends object>(process: Process, prefix: string, api: T): T {
    const wrap = (name: string, method: (...args: unknown[]) => Promise<unknown>) => {
      const called = `${prefix}.${name}`;
      return (...args: unknown[]) => {
        const timeoutMs = called === "traffic.write" ? Number(args[1]) : undefined;
        return this.call(process, called, () => method.apply(api, args), timeoutMs);
      };
    };
    const entries = Object.entries(api).map(([name, value]: [string, unknown]) => [
      name,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ports are made of async functions
      typeof value === "function" ? wrap(name, value as () => Promise<unknown>) : value,
    ]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same members, each wrapped
    return Object.fromEntries(entries) as T;
  }

  #fate(name: string): "arrives" | "throttled" | "lost" | "hangs" {
    for (const prefix of this.down) if (name.startsWith(prefix)) return "throttled";
    if (this.settings.failing === 0 || this.#random() >= this.settings.failing) return "arrives";
    const draw = this.#random();
    if (draw < 0.5) return "throttled";
    return draw < 0.8 ? "lost" : "hangs";
  }
}
