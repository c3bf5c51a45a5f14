/**
 * The guard as Lambda runs it: called by alarms, by sentinels and every minute, tried again twice when
 * it throws, ends or dies, held back while it may not run. What it does is the guard's own code.
 */
import { every } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import { handleAlarm } from "../../guard/handle.ts";
import { handleSentinel } from "../../guard/handleSentinel.ts";
import { tick, type TickPorts } from "../../guard/rollout/tick.ts";
import { SENTINEL_SOURCE } from "../../guard/sentinelEvent.ts";
import { sameWeights, SLOTS } from "../../guard/slot.ts";
import type { Traffic } from "../../guard/traffic.ts";
import type { Random } from "../judge/random.ts";
import type { Alarms } from "./alarms.ts";
import { type Cloud, ENVIRONMENT } from "./cloud.ts";
import type { Links } from "./links.ts";
import type { Metrics } from "./metrics.ts";
import type { Scenario } from "./scenario.ts";
import type { Watcher } from "./watcher.ts";
import { Process, type Wire } from "./wire.ts";

export interface GuardParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly cloud: Cloud;
  readonly wire: Wire;
  readonly alarms: () => Alarms;
  readonly links: Links;
  readonly metrics: Metrics;
  readonly watcher: Watcher;
}

const MINUTE_MS = 60_000;
/** An asynchronous call that fails is made again after these. */
const RETRIES_MS = [60_000, 120_000];
/** One that may not run: from a second on, twice as long each time. */
const MOST_HELD_BACK_MS = 300_000;

/** Everything that a process which moves weights is given. */
export function tickPorts(
  process: Process,
  parts: GuardParts,
  environmentNow: () => number,
): TickPorts {
  const { clock, cloud, wire, metrics, watcher } = parts;
  const alarms: TickPorts["alarms"] = (slot) =>
    wire.call(process, "alarms.read", async () => parts.alarms().shown(slot));
  return {
    environment: ENVIRONMENT,
    slotOfAlarm: (name) => SLOTS.find((slot) => name === `${ENVIRONMENT}-${slot}`),
    traffic: cloud.traffic(process),
    store: cloud.store(process),
    alarms,
    signals: alarms,
    alarmStateOf: async (slot) => (await alarms(slot)).guard.state,
    requests: (slot, fromMs, toMs) =>
      wire.call(process, "metrics.sum", async () => metrics.requests(slot, fromMs, toMs)),
    releaseOf: async (slot) => (slot === "blue" ? "v1" : "v2"),
    notify: (_subject, reversion) =>
      wire.call(
        process,
        "topic.notify",
        async () => watcher.notified(process, reversion, wire.isCalm && !process.wasRefused),
        2_000,
      ),
    environmentNow,
    now: () => clock.wall(),
    sleep: process.sleep(clock),
    log: () => {},
  };
}

export class GuardFunction {
  readonly #parts: GuardParts;
  #invocations = 0;
  mayRun = true;
  /** When it ended with an error. */
  readonly erredMs: number[] = [];
  /** Being run now, or waiting to be tried again. */
  pending = 0;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    const { clock, random, scenario } = parts;
    every(
      clock,
      MINUTE_MS,
      (atMs) => {
        // EventBridge names whole seconds.
        const time = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
        clock.schedule(atMs + Math.floor(random() * 2_000), () =>
          this.invoke({ source: "aws.events", time }),
        );
      },
      scenario.schedulePhaseMs,
    );
  }

  /** Asynchronously, as all of its callers do. */
  invoke(event: object, attempt = 0, heldBackMs = 1_000): void {
    const { clock } = this.#parts;
    this.pending++;
    const later = (ms: number, act: () => void): void => {
      clock.schedule(clock.now() + ms, () => {
        this.pending--;
        act();
      });
    };
    if (!this.mayRun || !this.#parts.links.functionRuns) {
      const next = Math.min(2 * heldBackMs, MOST_HELD_BACK_MS);
      later(heldBackMs, () => this.invoke(event, attempt, next));
      return;
    }
    const again = (): void => {
      this.erredMs.push(clock.now());
      const waitMs = RETRIES_MS[attempt];
      if (waitMs === undefined) this.pending--;
      else later(waitMs, () => this.invoke(event, attempt + 1));
    };
    const ended = (): void => {
      this.pending--;
    };
    this.#run(event, ended, again);
  }

  #run(event: object, ended: () => void, failed: () => void): void {
    const { clock, scenario, watcher, links } = this.#parts;
    const number = ++this.#invocations;
    const { guardDies } = scenario.troubles;
    const death = guardDies.find(({ invocation }) => invocation === number)?.death;
    let isOver = false;
    const once = (act: () => void): void => {
      if (isOver) return;
      isOver = true;
      act();
    };
    const process = new Process(`guard ${number}`, death, ({ name }) => {
      if (isOver) return;
      watcher.note(`${name} dies`);
      once(failed);
    });
    const { timeoutSeconds } = links.functionState;
    clock.schedule(clock.now() + 1_000 * timeoutSeconds, () => {
      if (!isOver) process.die();
    });
    this.#handle(event, process).then(
      () => once(ended),
      (error: unknown) => {
        if (process.alive) watcher.note(`${process.name} throws: ${String(error)}`);
        once(failed);
      },
    );
  }

  async #handle(event: object, process: Process): Promise<void> {
    const { clock, links } = this.#parts;
    const { failure } = links.functionState;
    if (failure === "hang") await never();
    if (failure === "throw") throw new Error("the guard's handler fails, as a drill does");
    const portsAt = (now: () => number): TickPorts => {
      const ports = tickPorts(process, this.#parts, now);
      const isLast = failure === "exit-after-write";
      return isLast ? { ...ports, traffic: this.#lastWrite(ports.traffic, process) } : ports;
    };
    if ("time" in event) {
      const nowMs = Date.parse(String(event.time));
      await tick(portsAt(() => nowMs));
      return;
    }
    const ports = portsAt(() => clock.now());
    const isSentinel = "source" in event && event.source === SENTINEL_SOURCE;
    await (isSentinel ? handleSentinel : handleAlarm)(event, ports);
  }

  /** The process ends with a write that moves the traffic, before anything else is done. */
  #lastWrite(traffic: Traffic, process: Process): Traffic {
    const { cloud } = this.#parts;
    return {
      ...traffic,
      async write(weights, ...rest) {
        const before = cloud.weights;
        await traffic.write(weights, ...rest);
        if (sameWeights(before, weights)) return;
        process.die();
        await never();
      },
    };
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
