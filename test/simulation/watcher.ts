/**
 * Looks on while the simulation runs: writes down what happened, and every step that no process of ours
 * may ever take.
 */
import type { Clock } from "../../base/clock.ts";
import { OPEN_WRITE_MS } from "../../guard/move.ts";
import type { Homecoming } from "../../guard/homecoming.ts";
import type { EnvironmentRecord } from "../../guard/record.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { type Slot, SLOTS, type Weights } from "../../guard/slot.ts";
import type { Process } from "./wire.ts";

/** What of the cloud a write is judged by. */
interface Seen {
  readonly weights: Weights;
  readonly broughtHome: Homecoming | null;
  readonly record: EnvironmentRecord;
}

/** The guard's function lives so long: what it knew of a slot's health is no older. */
const OLDEST_HEALTH_MS = 60_000;
/** Longer than anything that a process may still have under way. */
const LONG_UNHEALTHY_MS = 60_000;

export class Watcher {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly timeline: string[] = [];
  readonly violations: string[] = [];
  /** Notices by the reversion's id. */
  readonly #told = new Map<string, number>();
  readonly #health = new Map<string, { readonly healthy: number; readonly atMs: number }>();
  readonly #unhealthySince: Record<Slot, number | null> = { blue: null, green: null };
  readonly #sawRecord = new Set<string>();
  readonly #sawRollout = new Set<string>();
  #latchedAtMs: number | null = null;
  readonly #revertedOf = new Map<string, { readonly reversion: Reversion }>();
  readonly #raisedMs: Record<Slot, number> = { blue: 0, green: 0 };

  readonly #playsStranger: boolean;
  #reverts = 0;

  /** @param playsStranger the drill's runner moves the traffic back after a reversion */
  constructor(clock: Clock, playsStranger: boolean) {
    this.#clock = clock;
    this.#playsStranger = playsStranger;
    this.#startMs = clock.now();
  }

  note(text: string): void {
    const seconds = ((this.#clock.now() - this.#startMs) / 1000).toFixed(3);
    this.timeline.push(`${seconds.padStart(9)} s  ${text}`);
  }

  violated(property: string, how: string): void {
    this.violations.push(`${property}: ${how}`);
    this.note(`VIOLATED ${property}: ${how}`);
  }

  sawRecord(process: Process, { rollout }: EnvironmentRecord): void {
    this.#sawRecord.add(process.name);
    if (rollout) this.#sawRollout.add(process.name);
    else this.#sawRollout.delete(process.name);
  }

  sawHealth(process: Process, slot: Slot, healthy: number): void {
    this.#health.set(`${process.name} ${slot}`, { healthy, atMs: this.#clock.now() });
  }

  isHealthy(slot: Slot, healthy: boolean): void {
    this.#unhealthySince[slot] = healthy ? null : this.#clock.now();
    this.note(`slot ${slot} is ${healthy ? "healthy" : "unhealthy"}`);
  }

  /** Before it leaves: what the process knows then. A stranger, whom a drill may play, knows nothing. */
  willWrite(process: Process, next: Weights, live: Weights): void {
    if (!process.alive || this.#isStrangers(process, next, live)) return;
    for (const slot of SLOTS) {
      if (next[slot] === 0 || next[slot] <= live[slot]) continue;
      const seen = this.#health.get(`${process.name} ${slot}`);
      const ageMs = seen ? this.#clock.now() - seen.atMs : Infinity;
      if (seen && seen.healthy > 0 && ageMs <= OLDEST_HEALTH_MS) continue;
      const knows = seen ? `${seen.healthy} healthy targets ${ageMs} ms ago` : "never looked";
      this.violated(
        "never onto an unhealthy side",
        `${process.name} sends traffic to slot ${slot}, of which it knows: ${knows}`,
      );
    }
  }

  #isStrangers({ name }: Process, next: Weights, live: Weights): boolean {
    return this.#playsStranger && name === "runner" && next.green > live.green && this.#reverts > 0;
  }

  raised(next: Weights, before: Weights): void {
    for (const slot of SLOTS)
      if (next[slot] > before[slot]) this.#raisedMs[slot] = this.#clock.now();
  }

  /** When it lands. */
  wrote(process: Process, next: Weights, { weights, broughtHome, record }: Seen): void {
    this.note(`${process.name} sets the weights to ${next.blue}/${next.green}`);
    this.raised(next, weights);
    // Somebody who looked, and saw a rollout, is not a drill that may take its traffic.
    if (/^(?:runner|sweep)/.test(process.name) && this.#sawRollout.has(process.name)) {
      this.violated("hands off", `${process.name} moves the traffic of a rollout`);
    }
    for (const slot of SLOTS) {
      if (next[slot] === 0 || next[slot] <= weights[slot]) continue;
      const since = this.#unhealthySince[slot];
      if (since !== null && this.#clock.now() - since > LONG_UNHEALTHY_MS) {
        const forMs = this.#clock.now() - since;
        this.violated(
          "never onto an unhealthy side",
          `${process.name} sends traffic to slot ${slot}, which is unhealthy for ${forMs} ms`,
        );
      }
      const latchedMs = this.#latchedAtMs === null ? 0 : this.#clock.now() - this.#latchedAtMs;
      // By the record, or by the listener's mark. Out of reach of the one and without the other, which
      // a stranger's write removes, nobody can know of a latch: then weights, targets and alarms decide.
      const mayKnow = this.#sawRecord.has(process.name) || broughtHome !== null;
      if (mayKnow && record.latch?.slot === slot && latchedMs > 2 * OPEN_WRITE_MS) {
        this.violated(
          "no traffic on a latched release",
          `${process.name} sends traffic to slot ${slot}, latched ${latchedMs} ms ago`,
        );
      }
    }
  }

  recorded(process: Process, before: EnvironmentRecord, after: EnvironmentRecord): void {
    if (before.latch?.reversionId !== after.latch?.reversionId) {
      this.#latchedAtMs = after.latch ? this.#clock.now() : null;
    }
    const latch = after.latch ? `, slot ${after.latch.slot} latched` : "";
    const candidate = after.candidate ? `, candidate ${after.candidate}` : "";
    this.note(
      `${process.name} records: stable ${after.stable}, ${after.phase}${candidate}${latch}`,
    );
  }

  /** @param mustLatch nothing kept it from shutting the slot that it left */
  reverted(
    process: Process,
    reversion: Reversion,
    { latch }: EnvironmentRecord,
    mustLatch: boolean,
  ): void {
    const { outcome, path, alarm, weightsBefore, why } = reversion;
    this.note(`${process.name} writes down: ${outcome} by ${path}: ${why}`);
    if (outcome !== "reverted") return;
    this.#reverts++;
    if (mustLatch && latch?.slot !== alarm.slot) {
      this.violated(
        "no traffic on a latched release",
        `slot ${alarm.slot} was reverted and is not latched`,
      );
    }
    if (weightsBefore?.[alarm.slot] === 0) {
      this.violated("no double fire", `slot ${alarm.slot} was reverted without any traffic`);
    }
    if (path !== "primary") return;
    const transition = `${alarm.name} ${alarm.stateAt}`;
    const before = this.#revertedOf.get(transition);
    this.#revertedOf.set(transition, { reversion });
    // What somebody moved back since is reverted again, by the same event tried again.
    if (!before || this.#raisedMs[alarm.slot] >= Date.parse(before.reversion.decidedAt)) return;
    this.violated(
      "no double fire",
      `${alarm.name} went to ALARM once and reverted twice, at ` +
        `${before.reversion.writtenAt} and ${reversion.writtenAt}`,
    );
  }

  /** @param isCalm the table answered: people are rather told twice than not at all */
  notified(process: Process, reversion: Reversion, isCalm: boolean): void {
    const times = (this.#told.get(reversion.id) ?? 0) + 1;
    this.#told.set(reversion.id, times);
    this.note(`${process.name} tells people: ${reversion.outcome}`);
    if (times > 1 && isCalm) {
      this.violated("no double fire", `people were told ${times} times of ${reversion.id}`);
    }
  }
}
