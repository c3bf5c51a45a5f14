/**
 * A small environment in memory, on a clock moved by hand: two slots, weights, a sidecar, an alarm
 * on whole minutes, and a guard. Every link of the way home can be cut.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../base/clock.ts";
import type { SlotAlarms } from "../../guard/alarms.ts";
import type { LinkEvidence, LinkQuestion } from "../../drills/verdict/brokenLink.ts";
import { type Journal, openJournal } from "../../drills/journal/journal.ts";
import type { Load } from "../../drills/watch/load.ts";
import { type LoadJudging, LoadRecorder } from "../../drills/watch/loadRecorder.ts";
import type { DrillPorts } from "../../drills/ports.ts";
import type { BrokenLink } from "../../drills/verdict/record.ts";
import { type EnvironmentRecord, initialRecord, latched } from "../../guard/record.ts";
import { Outcome, type Reversion } from "../../guard/reversion.ts";
import { allOn, sameWeights, type Slot, type Weights } from "../../guard/slot.ts";
import type { FaultLease, SidecarReport } from "../../sidecar/lease.ts";
import { fastSlotAlarms, slotAlarms } from "../guard/slotAlarms.ts";
import { Surroundings } from "./surroundings.ts";

export const START_MS = Date.parse("2026-03-14T09:00:00.000Z");
const MINUTE_MS = 60_000;
const METRIC_DELAY_MS = 10_000;
const RESTART_MS = 30_000;

export interface Switches {
  /** Which link of the way home does nothing. */
  broken?: BrokenLink | undefined;
  /** The candidate fails by itself, without any fault. */
  candidateSick?: boolean;
  /** The errors stop this long after injection though the fault stays active. */
  healsAfterMs?: number;
  /** The lease cannot be removed. */
  leaseStuck?: boolean;
  /** The sidecar is dead: it obeys nothing and says nothing. */
  sidecarDead?: boolean;
  /** The guard moves the weights but cannot record it. */
  recordFails?: boolean;
  /** The listener does not say that one of ours brought the traffic home. */
  strangerWrites?: boolean;
  /** What the guard did without its record, nobody writes down afterwards. */
  neverCatchesUp?: boolean;
  /** The sidecar dies this long after it began to obey. */
  sidecarDiesAfterMs?: number;
  /** For two seconds, this long after it began to obey, the sidecar obeys nothing. */
  sidecarPausesAfterMs?: number;
  /** The guard's first call moves nothing; Lambda calls again a minute later. */
  guardFailsFirst?: boolean;
  /** The guard's machine shows another time than the others. */
  guardClockSkewMs?: number;
  /** Responses do not say which slot answered. */
  noSlotHeader?: boolean;
  /** The environment has fast signals. */
  fast?: boolean;
  /** The health check's matcher cannot be put back. */
  matcherStuck?: boolean;
  /** The candidate's sidecar calls the guard this long after it began to obey. */
  sentinelCallsAfterMs?: number;
  /** The second way home acts after this long: on what its probes found, or on the alarm. */
  watchdog?: { readonly actsAfterMs: number; readonly by: "probes" | "alarm" };
  /** The guard looks every minute by itself. */
  reconciles?: boolean;
  /** The guard does not ask whether the side that it goes to is healthy. */
  goesAnywhere?: boolean;
}

/** Everything that a drill can read or change, with the switches in reach of the test. */
export class Simulation {
  readonly clock = new ManualClock(START_MS);
  readonly switches: Switches;
  readonly journal: Journal;
  readonly directory: string;
  weights: Weights = allOn("blue");
  record: EnvironmentRecord = initialRecord("checkout");
  lease: FaultLease | null = null;
  report: SidecarReport | null = null;
  reversions: Reversion[] = [];
  alarm = { state: "OK", transitionedMs: START_MS };
  readonly around = new Surroundings({
    clock: this.clock,
    matcherStuck: () => this.switches.matcherStuck === true,
    isDown: () => this.#down(),
    onAlarmState: (state) => this.#turnAlarm(state),
    onPoints: (count) => {
      this.#minute.requests += count;
      this.#minute.errors += count;
    },
  });
  loadsRunning = 0;
  #pausedFromMs: number | undefined;
  #crashedMs = -Infinity;
  #minute = { requests: 0, errors: 0 };

  constructor(switches: Switches = {}) {
    this.switches = switches;
    this.directory = mkdtempSync(join(tmpdir(), "backout-drill-"));
    this.journal = openJournal(this.directory, this.clock);
    this.#repeat(1_000, () => this.#sidecarLooks());
    this.#repeat(MINUTE_MS, () => this.#minuteEnds());
    if (!switches.sidecarDead) this.#sidecarLooks();
  }

  /** Moves the clock until `work` has settled; fails the test when that takes over three hours. */
  async until<T>(work: Promise<T>): Promise<T> {
    const pending = Symbol("pending");
    for (let step = 0; step < 45_000; step++) {
      await this.clock.advance(250);
      const turn = new Promise<typeof pending>((resolve) => setImmediate(resolve, pending));
      const first = await Promise.race([work, turn]);
      if (first !== pending) return first;
    }
    throw new Error("the drill did not end");
  }

  ports(): DrillPorts {
    return {
      environment: "checkout",
      clock: this.clock,
      pollWallMs: 1_000,
      metricDelayMs: METRIC_DELAY_MS,
      hasSentinel: this.switches.sentinelCallsAfterMs !== undefined,
      journal: this.journal,
      outside: this.around.outside(),
      startLoad: (judging) => this.#startLoad(judging),
      gatherEvidence: async (question) => this.#evidence(question),
      traffic: {
        read: async () => ({ weights: this.weights, sticky: false }),
        write: async (weights) => {
          this.weights = weights;
        },
        healthyTargets: async (slot) => {
          const isGone = slot === "green" ? this.#down() : this.around.homeIsUnfit;
          return isGone ? 0 : 1;
        },
      },
      store: {
        read: async () => this.record,
        replace: async (expected, next) => {
          if (expected.version !== this.record.version) return undefined;
          this.record = { ...next, version: expected.version + 1 };
          return this.record;
        },
        putReversion: async (reversion) => this.reversions.push(reversion) > 0,
        reversions: async () => this.reversions,
      },
      faults: {
        putLease: async (lease) => {
          this.lease = lease;
        },
        removeLease: async (_slot, leaseId) => {
          if (this.switches.leaseStuck) throw new Error("AccessDenied: dynamodb:DeleteItem");
          if (this.lease?.leaseId === leaseId) this.lease = null;
        },
        lease: async (slot) => (this.lease?.slot === slot ? this.lease : null),
        reports: async (slot) => (slot === "green" && this.report ? [this.report] : []),
      },
      alarms: {
        read: async (slot) => this.#alarms(slot),
        firstAlarmSince: async () => null,
        failedActionsSince: async () => [],
      },
    };
  }

  #repeat(periodMs: number, act: () => void): void {
    const next = (Math.floor(this.clock.now() / periodMs) + 1) * periodMs;
    this.clock.schedule(next, () => {
      act();
      this.#repeat(periodMs, act);
    });
  }

  #active(): FaultLease | null {
    const { lease, report } = this;
    if (!lease || report?.leaseId !== lease.leaseId) return null;
    return this.clock.wall() < Date.parse(lease.expiresAt) ? lease : null;
  }

  #sidecarLooks(): void {
    const { sidecarDead, sidecarDiesAfterMs } = this.switches;
    if (sidecarDead) return;
    const nowMs = this.clock.wall();
    const activeSince = this.report?.activeSince;
    const died = activeSince && nowMs - Date.parse(activeSince) >= (sidecarDiesAfterMs ?? Infinity);
    if (died) return;
    const calls = this.switches.sentinelCallsAfterMs ?? Infinity;
    if (activeSince && nowMs - Date.parse(activeSince) >= calls) this.#guardActs("sentinel");
    const watches = this.switches.watchdog?.actsAfterMs ?? Infinity;
    if (activeSince && nowMs - Date.parse(activeSince) >= watches) this.#guardActs("watchdog");
    if (activeSince) this.#pausedFromMs ??= Date.parse(activeSince) + this.#pauseMs();
    const inPause = nowMs - (this.#pausedFromMs ?? Infinity);
    const isPaused = inPause >= 0 && inPause < 2_000;
    const isOwn = this.lease !== null && this.lease.fault.kind !== "outside";
    const isLive = isOwn && nowMs < Date.parse(this.lease?.expiresAt ?? "");
    const obeyed = isLive && !isPaused ? this.lease : null;
    const changed = obeyed?.leaseId !== (this.report?.leaseId ?? undefined);
    const now = new Date(nowMs).toISOString();
    this.report = {
      schemaVersion: 1,
      slot: "green",
      sidecarId: "s1",
      leaseId: obeyed?.leaseId ?? null,
      activeSince: obeyed ? (changed ? now : (this.report?.activeSince ?? now)) : null,
      injected: 0,
      reportedAt: now,
    };
  }

  #pauseMs(): number {
    return this.switches.sidecarPausesAfterMs ?? Infinity;
  }

  /** A crash loop has no healthy target, nor has its task while it starts again afterwards. */
  #down(): boolean {
    const nowMs = this.clock.now();
    const kind = this.#active()?.fault.kind;
    const isGone = kind === "crash" || kind === "readiness" || kind === "black-hole";
    const neverListens = kind === "slow-start" && this.around.stops > 0;
    if (isGone || neverListens || this.around.checksFail) this.#crashedMs = nowMs;
    return nowMs < Math.max(this.#crashedMs, this.around.stoppedMs) + RESTART_MS;
  }

  #startLoad(judging: LoadJudging): Load {
    const recorder = new LoadRecorder(judging);
    let running = true;
    this.loadsRunning++;
    let count = 0;
    const send = (): void => {
      if (!running) return;
      count++;
      recorder.sent();
      const slot: Slot = this.#slotFor();
      const bad = slot === "green" && (this.#down() || this.#greenFails(count));
      const late = this.#active()?.fault.kind === "latency";
      const atMs = this.clock.wall();
      this.#minute.requests += slot === "green" ? 1 : 0;
      this.#minute.errors += bad ? 1 : 0;
      recorder.completed({
        startedWallMs: atMs - (bad && late ? 1_500 : 0),
        completedWallMs: atMs,
        status: bad && !late ? 500 : 200,
        slot: this.switches.noSlotHeader ? null : slot,
        error: null,
      });
      this.clock.schedule(this.clock.now() + 200, send);
    };
    this.clock.schedule(this.clock.now() + 200, send);
    return {
      snapshot: () => recorder.snapshot(),
      recent: (wallMs) => recorder.recent(this.clock.wall() - wallMs),
      p99: (wallMs) => recorder.p99(this.clock.wall() - wallMs),
      firstBadSince: (wallMs) => recorder.firstBadSince(wallMs),
      stop: async () => {
        running = false;
        this.loadsRunning--;
      },
    };
  }

  /** A broken data plane sends everything to green, whatever the weights say. */
  #slotFor(): Slot {
    const stuck = this.switches.broken === "data-plane" && this.reversions.length > 0;
    return stuck || this.weights.green > 0 ? "green" : "blue";
  }

  /** Three of ten, counted out. */
  #greenFails(count: number): boolean {
    if (this.switches.candidateSick) return count % 10 < 3;
    const kind = this.#active()?.fault.kind;
    if (kind !== "errors" && kind !== "latency") return false;
    const activeMs = this.clock.wall() - Date.parse(this.report?.activeSince ?? "");
    return activeMs < (this.switches.healsAfterMs ?? Infinity) && count % 10 < 3;
  }

  #minuteEnds(): void {
    const { requests, errors } = this.#minute;
    this.#minute = { requests: 0, errors: 0 };
    const breaching = requests >= 20 && (100 * errors) / requests > 5;
    const seen = breaching && !this.around.machinery.isBlind;
    this.clock.schedule(this.clock.now() + METRIC_DELAY_MS, () => this.#evaluate(seen));
    if (!this.switches.reconciles) return;
    this.clock.schedule(this.clock.now() + MINUTE_MS / 2, () => {
      if (this.alarm.state === "ALARM" || this.#strays()) this.#guardActs("reconcile");
    });
  }

  #evaluate(breaching: boolean): void {
    if (this.switches.broken === "alarm") return;
    this.around.reason = "";
    this.#turnAlarm(breaching ? "ALARM" : "OK");
  }

  #turnAlarm(state: "OK" | "ALARM"): void {
    if (state === this.alarm.state) return;
    this.alarm = { state, transitionedMs: this.clock.now() };
    if (state !== "ALARM") return;
    const { broken } = this.switches;
    if (broken === "alarm-action" || broken === "permission" || broken === "function") return;
    if (!this.around.machinery.alarmCalls) return;
    this.clock.schedule(this.clock.now() + 400, () => this.#guardActs());
  }

  /** The latched slot has traffic again. */
  #strays(): boolean {
    return this.record.latch?.slot === "green" && this.weights.green > 0;
  }

  #guardActs(path: Reversion["path"] = "primary"): void {
    if (this.record.candidate !== "green" && !this.#strays()) return;
    const { guardWorks, recordAnswers, diesMidway } = this.around.machinery;
    const isGuards = path !== "watchdog";
    if (isGuards && !guardWorks) return;
    // A look of every minute begins with the record.
    if (path === "reconcile" && !recordAnswers) return;
    const isRefused = this.around.homeIsUnfit && this.switches.goesAnywhere !== true;
    // Lambda calls again what threw.
    if (isRefused) this.clock.schedule(this.clock.now() + MINUTE_MS, () => this.#guardActs(path));
    const isFirst = this.reversions.length === 0;
    const failsNow = isFirst && this.switches.guardFailsFirst === true;
    if (failsNow) this.clock.schedule(this.clock.now() + MINUTE_MS, () => this.#guardActs());
    const isHome = this.weights.green === 0;
    const moved = this.switches.broken !== "weights" && !failsNow && !isRefused && !isHome;
    if (moved && isGuards && diesMidway) {
      this.weights = allOn("blue");
      this.clock.schedule(this.clock.now() + MINUTE_MS, () => this.#guardActs(path));
      return;
    }
    const weightsBefore = this.weights;
    if (moved) this.weights = allOn("blue");
    const skewMs = this.switches.guardClockSkewMs ?? 0;
    const at = (offsetMs: number) => new Date(this.clock.wall() + offsetMs + skewMs).toISOString();
    const byProbes = path === "watchdog" && this.switches.watchdog?.by === "probes";
    const reversion: Reversion = {
      schemaVersion: 1,
      id: `r${this.reversions.length + 1}`,
      environment: "checkout",
      outcome: this.#outcome({ moved, isHome, isRefused }),
      path,
      why: "slot green alarms",
      alarm: {
        name: byProbes ? "checkout-green-watchdog" : "checkout-green",
        slot: "green",
        stateAt: at(0),
        reason: "",
      },
      receivedAt: at(0),
      decidedAt: at(20),
      writtenAt: moved ? at(60) : null,
      verifiedAt: moved ? at(90) : null,
      weightsBefore,
      weightsAfter: moved ? allOn("blue") : null,
      explanation: null,
      ...(isHome ? { broughtHome: this.switches.strangerWrites !== true } : {}),
    };
    const writeDown = (): void => {
      // The guard's function lives for a while, and tries again.
      if (isGuards && !this.around.machinery.recordAnswers) {
        this.clock.schedule(this.clock.now() + 1_000, writeDown);
        return;
      }
      if (moved || isHome) {
        const latch = { id: reversion.id, reason: reversion.why, at: reversion.decidedAt };
        const next = latched(this.record, "green", "blue", latch);
        this.record = { ...next, version: this.record.version + 1 };
      }
      if (!this.switches.recordFails) this.reversions.push(reversion);
    };
    if (!this.switches.neverCatchesUp || (recordAnswers && !isHome)) writeDown();
  }

  #outcome(is: Readonly<Record<"moved" | "isHome" | "isRefused", boolean>>): Outcome {
    if (is.moved) return Outcome.Reverted;
    if (is.isHome) return Outcome.AlreadyHome;
    return is.isRefused ? Outcome.Refused : Outcome.Failed;
  }

  #alarms(slot: Slot): SlotAlarms {
    const { actionsEnabled } = this.around.machinery;
    const own =
      slot === "green"
        ? { ...this.alarm, actionsEnabled }
        : { state: "OK", transitionedMs: START_MS };
    const alarms = this.switches.fast
      ? { ...fastSlotAlarms(slot), ...guardOf(slot, own) }
      : slotAlarms(slot, own);
    const reason = this.around.reason;
    return { ...alarms, errors: { ...alarms.errors, state: own.state, reason } };
  }

  #evidence(question: LinkQuestion): LinkEvidence {
    const { broken } = this.switches;
    return {
      alarmTransitioned: this.alarm.transitionedMs >= question.sinceMs,
      actionInPlace: broken !== "alarm-action",
      failedActions: broken === "permission" ? ["Failed to execute action"] : [],
      functionExists: true,
      invokePermitted: broken !== "permission",
      functionErrored: broken === "function",
      outcomes: this.reversions.map((reversion) => reversion.outcome),
      weightsHome: sameWeights(this.weights, allOn(question.home)),
    };
  }
}

function guardOf(slot: Slot, own: Partial<SlotAlarms["guard"]>): Pick<SlotAlarms, "guard"> {
  return { guard: slotAlarms(slot, own).guard };
}
