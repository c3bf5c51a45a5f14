/**
 * One environment in memory in which nothing happens by itself: every call of every actor waits
 * until the schedule lets it act, and may then also fail, lose its answer, or land late.
 */
import type { SlotAlarms } from "../../../guard/alarms.ts";
import type { Homecoming } from "../../../guard/homecoming.ts";
import { type EnvironmentRecord, initialRecord } from "../../../guard/record.ts";
import type { Reversion } from "../../../guard/reversion.ts";
import type { TickPorts } from "../../../guard/rollout/tick.ts";
import { allOn, type Slot, type Weights } from "../../../guard/slot.ts";
import { slotAlarms } from "../slotAlarms.ts";

export const START_MS = Date.parse("2026-01-01T00:00:00.000Z");

/** Of the latch with which a scenario may begin. */
export const FIRST = "r0";

/**
 * How a call may end. `late`: the caller is told of a timeout, and the write lands afterwards.
 * `unseen`: the caller is told that it is done, and reads show it later.
 */
export type Outcome = "ok" | "fails" | "lost-answer" | "late" | "unseen" | "crash";

export interface Call {
  readonly actor: string;
  readonly name: string;
  /** A weight write may be late, a sleep takes time, the rest is answered or fails. */
  readonly kind: "call" | "weights" | "sleep" | "landing";
  /** Must have happened by then (wall milliseconds); a sleep's own end. */
  readonly limitMs: number;
  settle(outcome: Outcome): void;
}

export class World {
  nowMs = START_MS;
  weights: Weights = allOn("blue");
  /** The listener's mark. */
  broughtHome: Homecoming | null = null;
  record: EnvironmentRecord = initialRecord("checkout");
  alarm = { state: "OK", transitionedMs: START_MS - 3_600_000 };
  readonly healthy: Record<Slot, number> = { blue: 1, green: 1 };
  reversions: Reversion[] = [];
  pending: Call[] = [];
  readonly crashed = new Set<string>();
  recordDown = false;
  /** Reads of the record that were answered. */
  recordReads = 0;
  /** Actors that may be held up between what they wrote into the record and its answer. */
  readonly heldUp = new Set<string>();
  /** Actors whose work ended with an error. */
  readonly gaveUp = new Set<string>();
  /** A reversion whose latch somebody removed; those that were there from the beginning may go. */
  lostLatch: string | null = null;
  /** Every hook that was asked, and whether nobody alive asked it meanwhile. */
  readonly asked: {
    readonly actor: string;
    readonly hook: string;
    readonly release: string;
    readonly alone: boolean;
    ended: boolean;
  }[] = [];
  /** Latest moment at which the candidate's alarm went off. */
  alarmedMs = -Infinity;

  /** The ports of one actor; its calls wait in `pending`. */
  ports(actor: string): TickPorts {
    const call = <T>(name: string, act: () => T): Promise<T> =>
      this.#call(actor, name, "call", Infinity, act);
    const onRecord = <T>(name: string, act: () => T): Promise<T> =>
      call(name, () => {
        if (this.recordDown) throw new Error("the record store is down");
        return act();
      });
    return {
      environment: "checkout",
      slotOfAlarm: (name) => (name === "checkout-green" ? "green" : "blue"),
      traffic: {
        read: () =>
          call("read weights", () => ({
            weights: this.weights,
            sticky: false,
            broughtHome: this.broughtHome,
          })),
        write: (weights, timeoutMs, homecoming = null) =>
          this.#call(
            actor,
            `weights ${weights.blue}/${weights.green}`,
            "weights",
            this.nowMs + timeoutMs,
            () => {
              this.weights = weights;
              this.broughtHome = homecoming;
            },
          ),
        healthyTargets: (slot) => call(`health of ${slot}`, () => this.healthy[slot]),
      },
      store: {
        read: () =>
          onRecord("read record", () => {
            this.recordReads++;
            return this.record;
          }),
        replace: async (expected, next) => {
          const name = `record ${next.phase}${next.latch ? " latched" : ""}`;
          const written = await onRecord(name, () => {
            if (this.record.version !== expected.version) return undefined;
            const { latch } = this.record;
            if (latch && !next.latch && latch.reversionId !== FIRST) {
              this.lostLatch = latch.reversionId;
            }
            this.record = { ...next, version: expected.version + 1 };
            return this.record;
          });
          if (this.heldUp.has(actor)) await call(`answer of ${name}`, () => {});
          return written;
        },
        putReversion: (reversion) =>
          onRecord("put reversion", () => {
            if (this.reversions.some(({ id }) => id === reversion.id)) return false;
            this.reversions.push(reversion);
            return true;
          }),
        reversions: () => onRecord("reversions", () => this.reversions),
      },
      alarms: (slot) => call(`alarms of ${slot}`, () => this.#alarms(slot)),
      alarmStateOf: (slot) => call(`alarm of ${slot}`, () => this.#alarms(slot).guard.state),
      requests: async () => 1_000,
      releaseOf: async () => null,
      notify: async () => {},
      hooks: {
        runs: () => true,
        run: async (_hook, { hook, release }) => {
          const asking = await call(`hook ${hook} is asked`, () => {
            const alone = this.asked.every(
              (other) =>
                other.ended ||
                this.crashed.has(other.actor) ||
                other.hook !== hook ||
                other.release !== release,
            );
            const begun = { actor, hook, release, alone, ended: false };
            this.asked.push(begun);
            return begun;
          });
          await call(`hook ${hook} answers`, () => (asking.ended = true));
          return { outcome: "good", why: "200" };
        },
      },
      environmentNow: () => this.nowMs,
      now: () => this.nowMs,
      sleep: (wallMs) =>
        this.#call(actor, `sleep ${wallMs}`, "sleep", this.nowMs + wallMs, () => {}),
      log: () => {},
    };
  }

  setAlarm(state: "OK" | "ALARM"): void {
    this.alarm = { state, transitionedMs: this.nowMs };
    if (state === "ALARM") this.alarmedMs = this.nowMs;
  }

  /** An actor's own step that is no call of the guard's: an alarm that goes off, a target that dies. */
  step(actor: string, name: string, act: () => void): Promise<void> {
    return this.#call(actor, name, "call", Infinity, act);
  }

  #alarms(slot: Slot): SlotAlarms {
    return slotAlarms(slot, slot === "green" ? this.alarm : { transitionedMs: START_MS - 1 });
  }

  #call<T>(
    actor: string,
    name: string,
    kind: Call["kind"],
    limitMs: number,
    act: () => T,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if (kind === "sleep") this.nowMs = Math.max(this.nowMs, limitMs);
        if (outcome === "crash") {
          this.crashed.add(actor);
          return;
        }
        if (outcome === "fails") {
          reject(new Error(`${name} failed`));
          return;
        }
        if (outcome === "late" || outcome === "unseen") {
          this.pending.push(this.#landing(name, limitMs, act));
          if (outcome === "late") reject(new Error(`${name} timed out`));
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- writes of weights return nothing
          else resolve(undefined as T);
          return;
        }
        try {
          const value = act();
          if (outcome === "ok") resolve(value);
          else reject(new Error(`the answer of ${name} was lost`));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      if (this.crashed.has(actor)) return;
      this.pending.push({ actor, name, kind, limitMs, settle });
    });
  }

  #landing(name: string, limitMs: number, act: () => void): Call {
    return {
      actor: "network",
      name: `${name} lands`,
      kind: "landing",
      limitMs,
      settle: () => act(),
    };
  }
}
