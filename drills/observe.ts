/** Watching a broken candidate until it is known how it ended: who saw what, and when. */
import { environmentError } from "../base/errors.ts";
import { Outcome, type Reversion, ReversionPath } from "../guard/reversion.ts";
import { allOn, sameWeights, type Weights } from "../guard/slot.ts";
import { type Course, courseOf } from "./course.ts";
import { Source } from "./record.ts";
import type { DrillRun, Look, Plan } from "./run.ts";
import { faultActive, faultActiveSince, nextWordWithinMs } from "./sidecars.ts";
import { pollUntil, sleepWall } from "./wait.ts";
import type { RecoveryFacts } from "./verdict.ts";

export interface Observation extends RecoveryFacts {
  readonly weightsAfter: Weights;
  /** Of the reversion; undefined when none was recorded. */
  readonly path: ReversionPath | undefined;
}

/** The guard records after it reverts, at most this long after (its own deadlines, added up). */
const RECORD_WAIT_WALL_MS = 12_000;

export async function observe(run: DrillRun, plan: Plan): Promise<Observation> {
  const watch = new Watch(run, plan);
  let course: Course = { over: false };
  let look: Look;
  for (;;) {
    run.signal.throwIfAborted();
    look = await run.look(plan.candidate);
    await watch.take(look);
    course = watch.course();
    if (course.over) break;
    await sleepWall(run.ports.clock, run.ports.pollWallMs, run.signal);
  }
  if (!look.weights || !look.alarm || !look.reports) {
    throw environmentError(
      "blind",
      "the environment could not be read when the observation ended: nothing can be said of it",
    );
  }
  return watch.conclude(course.sustainedMs, look.weights);
}

class Watch {
  readonly #run: DrillRun;
  readonly #plan: Plan;
  readonly #injectedWallMs: number;
  readonly #injectedMs: number;
  #homeSinceMs: number | null = null;
  #faultEndedMs: number | null = null;
  #reversion: Reversion | undefined;

  constructor(run: DrillRun, plan: Plan) {
    const injected = run.timeline.find((entry) => entry.event === "fault.injected");
    if (!injected) throw new Error("nothing was injected");
    this.#run = run;
    this.#plan = plan;
    this.#injectedMs = Date.parse(injected.at);
    this.#injectedWallMs = Date.parse(injected.wallAt);
  }

  async take(look: Look): Promise<void> {
    const { load, ports, leaseId } = this.#run;
    const { clock } = ports;
    const firstBad = load?.firstBadSince(this.#injectedWallMs) ?? null;
    if (firstBad !== null) this.#run.stamp("impact.first", Source.Load, { wallMs: firstBad });

    if (look.alarm?.state === "ALARM" && look.alarm.transitionedMs !== null) {
      const at = { nominalMs: look.alarm.transitionedMs };
      this.#run.stamp("alarm.transitioned", Source.CloudWatch, at);
    }
    if (look.weights) {
      const home = sameWeights(look.weights, allOn(this.#plan.stable)) && look.sticky === false;
      this.#homeSinceMs = home ? (this.#homeSinceMs ?? clock.now()) : null;
      if (home) await this.#findReversion();
    }
    if (look.reports && leaseId !== undefined && this.#faultEndedMs === null) {
      const active = faultActive(look.reports, leaseId, clock.wall());
      if (active === false) this.#faultEndedMs = clock.now();
    }
  }

  course(): Course {
    const { load, ports } = this.#run;
    const { clock } = ports;
    const counts = load?.snapshot();
    const nominal = (wallMs: number | null | undefined): number | null =>
      wallMs == null || wallMs < this.#injectedWallMs ? null : clock.toNominal(wallMs);
    return courseOf({
      nowMs: clock.now(),
      injectedMs: this.#injectedMs,
      holdMs: this.#plan.holdMs,
      sustainMs: this.#plan.sustainMs,
      homeSinceMs: this.#homeSinceMs,
      verifiedMs: nominal(wallOf(this.#reversion?.verifiedAt)),
      faultEndedMs: this.#faultEndedMs,
      lastBadMs: nominal(counts?.lastBadWallMs),
      lastFromCandidateMs: nominal(counts?.bySlot[this.#plan.candidate].lastWallMs),
      lastGoodMs: nominal(counts?.lastGoodWallMs),
    });
  }

  async conclude(sustainedMs: number | null, weightsAfter: Weights): Promise<Observation> {
    const { clock } = this.#run.ports;
    await this.#awaitReversion();
    await this.#missedTransition();
    if (!this.#reversion && this.#homeSinceMs !== null) {
      this.#run.stamp("weights.verified", Source.Runner, { nominalMs: this.#homeSinceMs });
    }
    const impact = this.#run.has("impact.first");
    if (sustainedMs !== null) {
      const lastBad = this.#run.load?.snapshot().lastBadWallMs ?? null;
      if (impact && lastBad !== null && clock.toNominal(lastBad) <= sustainedMs) {
        this.#run.stamp("impact.last", Source.Load, { wallMs: lastBad });
      }
      this.#run.stamp("recovery.sustained", Source.Load, { nominalMs: sustainedMs });
    }
    return {
      sustained: sustainedMs !== null,
      reversion: this.#reversion ? "recorded" : this.#homeSinceMs === null ? "none" : "unrecorded",
      faultOutlasted: sustainedMs === null ? null : await this.#faultOutlasted(sustainedMs),
      weightsAfter,
      path: this.#reversion?.path,
    };
  }

  /** The guard's own stamps; it records only after it has moved the weights. */
  async #findReversion(): Promise<void> {
    if (this.#reversion) return;
    const found = await this.#run.ports.store.reversions().catch(() => []);
    const reversion = found.find(
      (entry) =>
        entry.outcome === Outcome.Reverted &&
        entry.alarm.slot === this.#plan.candidate &&
        !this.#plan.knownReversionIds.includes(entry.id),
    );
    if (!reversion) return;
    this.#reversion = reversion;
    const calledMs = wallOf(reversion.alarm.stateAt);
    if (reversion.path === ReversionPath.Sentinel && calledMs !== null) {
      // An alarm may have gone off meanwhile, or after: it was not what called the guard.
      this.#run.restamp("alarm.transitioned", Source.Sentinel, { wallMs: calledMs });
    }
    const stamps = [
      ["reversion.decided", reversion.decidedAt],
      ["weights.written", reversion.writtenAt],
      ["weights.verified", reversion.verifiedAt],
    ] as const;
    for (const [event, at] of stamps) {
      const wallMs = wallOf(at);
      if (wallMs !== null) this.#run.stamp(event, Source.Guard, { wallMs });
    }
  }

  async #awaitReversion(): Promise<void> {
    if (this.#homeSinceMs === null || this.#reversion) return;
    const { clock, pollWallMs } = this.#run.ports;
    const untilMs = clock.toNominal(clock.wall() + RECORD_WAIT_WALL_MS);
    const polling = { clock, pollWallMs, untilMs, signal: this.#run.signal };
    await pollUntil(polling, async () => {
      await this.#findReversion();
      return this.#reversion;
    });
  }

  /** An alarm that was in ALARM between two looks is in its history all the same. */
  async #missedTransition(): Promise<void> {
    if (this.#run.has("alarm.transitioned")) return;
    const { alarms } = this.#run.ports;
    const at = await alarms
      .firstAlarmSince(this.#plan.candidate, this.#injectedMs)
      .catch(() => null);
    if (at !== null) this.#run.stamp("alarm.transitioned", Source.CloudWatch, { nominalMs: at });
  }

  /**
   * Whether every sidecar says, after recovery had been sustained, that it still obeys the lease.
   * Null when that is not known.
   */
  async #faultOutlasted(sustainedMs: number): Promise<boolean | null> {
    const { leaseId } = this.#run;
    if (this.#faultEndedMs !== null) return false;
    if (leaseId === undefined) return null;
    const { clock, pollWallMs, faults } = this.#run.ports;
    const sustainedWallMs = clock.toWall(sustainedMs);
    const said = await faults.reports(this.#plan.candidate).catch(() => []);
    const untilMs = clock.toNominal(clock.wall() + nextWordWithinMs(said));
    const polling = { clock, pollWallMs, untilMs, signal: this.#run.signal };
    const answer = await pollUntil(polling, async () => {
      const reports = await faults.reports(this.#plan.candidate).catch(() => []);
      return faultActiveSince(reports, leaseId, sustainedWallMs, clock.wall()) ?? undefined;
    });
    return answer ?? null;
  }
}

function wallOf(iso: string | null | undefined): number | null {
  return iso == null ? null : Date.parse(iso);
}
