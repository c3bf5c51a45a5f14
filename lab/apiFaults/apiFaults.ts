/** The faults of one lab: added, listed, cleared, and done to the calls that they are about. */
import { setTimeout as wallPause } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { Interference, PermittedCall } from "../wire/dispatch.ts";
import { ConnectionDropped } from "../wire/errors.ts";
import type { CallFacts } from "./decide.ts";
import { concerns, seededDraw, striking } from "./decide.ts";
import { internalError, throttled, unavailable } from "./errorCodes.ts";
import type { ApiFault, ApiFaultRequest } from "./fault.ts";
import { ApiFaultKind, Phase } from "./fault.ts";
import { isEventuallyConsistent, isRead, StaleReads } from "./staleReads.ts";

/** A fault as `GET /_lab/faults` and the lab's status show it. */
export type ApiFaultView = ApiFaultRequest & {
  readonly id: string;
  readonly addedAt: string;
  readonly endsAt: string | null;
  /** Calls that it was about, and those it struck. */
  readonly calls: number;
  readonly struck: number;
};

interface Entry {
  readonly fault: ApiFault;
  readonly draw: () => number;
  calls: number;
  struck: number;
}

/** Waits `wallMs`; rejects when the signal aborts. */
type Pause = (wallMs: number, signal: AbortSignal) => Promise<void>;

/** A bare timer: also a clock that is moved by hand waits for work, and a slow call is work. */
const pauseOnTheWall: Pause = (wallMs, signal) => wallPause(wallMs, undefined, { signal });

export class ApiFaults implements Interference {
  readonly #clock: Clock;
  readonly #pause: Pause;
  readonly #staleReads = new StaleReads();
  readonly #stopping = new AbortController();
  #entries: Entry[] = [];
  #added = 0;

  constructor(clock: Clock, pause: Pause = pauseOnTheWall) {
    this.#clock = clock;
    this.#pause = pause;
  }

  add(request: ApiFaultRequest): ApiFaultView {
    const addedAtMs = this.#clock.now();
    const endsAtMs =
      request.durationSeconds === undefined
        ? undefined
        : addedAtMs + request.durationSeconds * 1000;
    const fault = { ...request, id: `fault-${++this.#added}`, addedAtMs, endsAtMs };
    const entry: Entry = { fault, draw: seededDraw(request.seed), calls: 0, struck: 0 };
    this.#entries.push(entry);
    return viewOf(entry);
  }

  /** Those that have not ended, in the order they were added. */
  list(): ApiFaultView[] {
    return this.#live().map(viewOf);
  }

  /** One fault, or all of them; returns what was cleared. */
  clear(id?: string): ApiFaultView[] {
    const cleared = this.#live().filter(({ fault }) => id === undefined || fault.id === id);
    this.#entries = this.#entries.filter((entry) => !cleared.includes(entry));
    if (this.#entries.length === 0) this.#staleReads.clear();
    return cleared.map(viewOf);
  }

  /** Ends every wait; the connections of calls that were waiting are dropped. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Does `work` unless a fault prevents it. Throws the service's own error, or ConnectionDropped.
   * Delays are wall milliseconds: a slow call is work, which the clock's speed does not scale.
   */
  async around(call: PermittedCall, work: () => Promise<object>): Promise<object> {
    const live = this.#live();
    if (live.length === 0) return work();
    const facts: CallFacts = {
      service: call.service,
      operation: call.operation,
      roleName: call.principal.roleName,
      eventuallyConsistent: isEventuallyConsistent(call.operation, call.input),
    };
    const faults = this.#strike(live, facts);
    await this.#interfere(faults, Phase.Before, call);
    const [outcome] = await Promise.allSettled([this.#answer(call, facts, faults, work)]);
    await this.#interfere(faults, Phase.After, call);
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  #live(): Entry[] {
    const nowMs = this.#clock.now();
    this.#entries = this.#entries.filter(
      ({ fault }) => fault.endsAtMs === undefined || nowMs < fault.endsAtMs,
    );
    return this.#entries;
  }

  #strike(live: readonly Entry[], facts: CallFacts): ApiFault[] {
    const entries = new Map(live.map((entry) => [entry.fault, entry]));
    const struck = striking([...entries.keys()], facts, this.#clock.now(), (fault) => {
      const entry = entries.get(fault);
      if (!entry) return 1;
      entry.calls++;
      return entry.draw();
    });
    for (const fault of struck) {
      const entry = entries.get(fault);
      if (entry) entry.struck++;
    }
    return struck;
  }

  /** Delays add up; of several refusals the one that was added first wins. */
  async #interfere(faults: readonly ApiFault[], phase: Phase, call: PermittedCall): Promise<void> {
    for (const fault of faults) {
      if (fault.kind === ApiFaultKind.Latency && fault.phase === phase) {
        await this.#wait(fault.latencyMs);
      }
    }
    for (const fault of faults) {
      const error = refusalOf(fault, phase, call);
      if (error) throw error;
    }
  }

  async #wait(wallMs: number): Promise<void> {
    try {
      await this.#pause(wallMs, this.#stopping.signal);
    } catch {
      throw new ConnectionDropped();
    }
  }

  async #answer(
    call: PermittedCall,
    facts: CallFacts,
    faults: readonly ApiFault[],
    work: () => Promise<object>,
  ): Promise<object> {
    const nowMs = this.#clock.now();
    if (!isRead(call.operation)) {
      const lagging = this.#entries.some(
        ({ fault: { kind, service } }) =>
          kind === ApiFaultKind.StaleRead && (service === "*" || service === call.service),
      );
      if (lagging) await this.#staleReads.keep(call.service, nowMs);
      return work();
    }
    const isLagging = ({ fault }: Entry): boolean =>
      fault.kind === ApiFaultKind.StaleRead && concerns(fault, facts, nowMs);
    if (!this.#entries.some(isLagging)) return work();
    const key = JSON.stringify([call.service, call.operation, call.principal.arn, call.input]);
    this.#staleReads.remember({ service: call.service, key, run: work });
    for (const fault of faults) {
      if (fault.kind !== ApiFaultKind.StaleRead) continue;
      const stale = this.#staleReads.find(key, nowMs, fault.lagSeconds * 1000);
      if (stale?.error) throw stale.error;
      if (stale?.output) return stale.output;
    }
    return work();
  }
}

function refusalOf(fault: ApiFault, phase: Phase, call: PermittedCall): Error | undefined {
  switch (fault.kind) {
    case ApiFaultKind.Throttle:
      return phase === Phase.Before ? throttled(call.service) : undefined;
    case ApiFaultKind.InternalError:
      return fault.phase === phase ? internalError(call.service) : undefined;
    case ApiFaultKind.Unavailable:
      return fault.phase === phase ? unavailable(call.service) : undefined;
    case ApiFaultKind.Disconnect:
      return fault.phase === phase ? new ConnectionDropped() : undefined;
    default:
      return undefined;
  }
}

function viewOf({ fault, calls, struck }: Entry): ApiFaultView {
  const { addedAtMs, endsAtMs, ...request } = fault;
  return {
    ...request,
    addedAt: new Date(addedAtMs).toISOString(),
    endsAt: endsAtMs === undefined ? null : new Date(endsAtMs).toISOString(),
    calls,
    struck,
  };
}
