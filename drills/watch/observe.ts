/** Watching a broken candidate until it is known how it ended: who saw what, and when. */
import { environmentError } from "../../base/errors.ts";
import { environmentNames } from "../../guard/names.ts";
import { Outcome, type Reversion, ReversionPath } from "../../guard/reversion.ts";
import { allOn, sameWeights, type Weights } from "../../guard/slot.ts";
import { type Course, courseOf } from "./course.ts";
import { Source } from "../verdict/record.ts";
import type { Plan } from "../preflight/plan.ts";
import type { DrillRun, Look } from "../run.ts";
import { actedThroughout } from "../verdict/attribution.ts";
import { faultActive } from "./sidecars.ts";
import type { SidecarReport } from "../../sidecar/lease.ts";
import { pollUntil, sleepWall } from "../wait.ts";
import type { RecoveryFacts } from "../verdict/verdict.ts";

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
    if (course.over && !watch.isPending()) break;
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
  /** Reversions after which the weights left home again. */
  readonly #undone = new Set<string>();

  constructor(run: DrillRun, plan: Plan) {
    const injected = run.timeline.find((entry) => entry.event === "fault.injected");
    if (!injected) throw new Error("nothing was injected");
    this.#run = run;
    this.#plan = plan;
    this.#injectedMs = Date.parse(injected.at);
    this.#injectedWallMs = Date.parse(injected.wallAt);
  }

  async take(look: Look): Promise<void> {
    const { load, ports } = this.#run;
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
      // Somebody moved them since: what counts is what brings them home for good.
      if (!home && this.#reversion) this.#undone.add(this.#reversion.id);
      if (!home) this.#reversion = undefined;
      if (home) await this.#findReversion();
    }
    if (this.#faultEndedMs === null && this.#hasEnded(look.reports)) {
      this.#faultEndedMs = clock.now();
    }
  }

  /** Part of the fault is still to come, and there is time for it. */
  isPending(): boolean {
    const { acting, ports } = this.#run;
    const inHold = ports.clock.now() < this.#injectedMs + this.#plan.holdMs;
    return inHold && acting.some((step) => step.isPending?.() === true);
  }

  #hasEnded(reports: readonly SidecarReport[] | null): boolean {
    const { acting, fault, leaseId, ports } = this.#run;
    if (acting.some((step) => step.isOver())) return true;
    if (fault.effect.kind === "outside" || !reports || leaseId === undefined) return false;
    return faultActive(reports, leaseId, ports.clock.wall()) === false;
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
    await this.#firstTransition();
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
      faultOutlasted: sustainedMs === null ? null : await this.#owedToGuard(sustainedMs),
      weightsAfter,
      path: this.#reversion?.path,
    };
  }

  /** The guard's own stamps; it records only after it has moved the weights. */
  async #findReversion(): Promise<void> {
    if (this.#reversion) return;
    const reversion = await this.#entry((entry) => entry.outcome === Outcome.Reverted);
    if (!reversion) return;
    this.#take(reversion);
    const stamps = [
      ["reversion.decided", reversion.decidedAt],
      ["weights.written", reversion.writtenAt],
      ["weights.verified", reversion.verifiedAt],
    ] as const;
    for (const [event, at] of stamps) {
      const wallMs = wallOf(at);
      if (wallMs === null) continue;
      if (this.#undone.size > 0) this.#run.restamp(event, Source.Guard, { wallMs });
      else this.#run.stamp(event, Source.Guard, { wallMs });
    }
  }

  /** The first entry about this drill's candidate that is so, and that was not undone. */
  async #entry(isSo: (entry: Reversion) => boolean): Promise<Reversion | undefined> {
    const found = await this.#run.ports.store.reversions().catch(() => []);
    return found.find(
      (entry) =>
        isSo(entry) &&
        entry.alarm.slot === this.#plan.candidate &&
        !this.#undone.has(entry.id) &&
        !this.#plan.knownReversionIds.includes(entry.id),
    );
  }

  #take(reversion: Reversion): void {
    this.#reversion = reversion;
    const calledMs = wallOf(reversion.alarm.stateAt);
    const seenBy = withoutAlarm(reversion);
    if (seenBy && calledMs !== null) {
      // An alarm may have gone off meanwhile, or after: it was not what called the guard.
      this.#run.restamp("alarm.transitioned", seenBy, { wallMs: calledMs });
    }
  }

  /**
   * The guard died, or its record store did, before it could say what it had done; another call found
   * the traffic at home and wrote that down. When it was decided nobody knows: no later than it was seen. Where
   * the listener does not say that a reversion wrote it, a person may have: that credits nobody.
   */
  async #findLateWord(homeMs: number): Promise<void> {
    const found = await this.#entry(
      (entry) => entry.outcome === Outcome.AlreadyHome && entry.broughtHome === true,
    );
    if (!found) return;
    this.#take(found);
    for (const event of ["reversion.decided", "weights.written", "weights.verified"] as const) {
      this.#run.restamp(event, Source.Runner, { nominalMs: homeMs });
    }
  }

  async #awaitReversion(): Promise<void> {
    const homeMs = this.#homeSinceMs;
    if (homeMs === null || this.#reversion) return;
    const { clock, pollWallMs } = this.#run.ports;
    const untilMs = clock.toNominal(clock.wall() + RECORD_WAIT_WALL_MS);
    const polling = { clock, pollWallMs, untilMs, signal: this.#run.signal };
    await pollUntil(polling, async () => {
      await this.#findReversion();
      if (!this.#reversion) await this.#findLateWord(homeMs);
      return this.#reversion;
    });
  }

  /**
   * An alarm that was in ALARM between two looks is in its history all the same, and what called the
   * guard is the first of several transitions. A sentinel's call is no transition.
   */
  async #firstTransition(): Promise<void> {
    const { alarms } = this.#run.ports;
    const shown = this.#run.timeline.find((entry) => entry.event === "alarm.transitioned");
    if (shown && shown.source !== Source.CloudWatch) return;
    const at = await alarms
      .firstAlarmSince(this.#plan.candidate, this.#injectedMs)
      .catch(() => null);
    if (at === null || (shown && Date.parse(shown.at) <= at)) return;
    this.#run.restamp("alarm.transitioned", Source.CloudWatch, { nominalMs: at });
  }

  async #owedToGuard(sustainedMs: number): Promise<boolean | null> {
    if (this.#faultEndedMs !== null) return false;
    return actedThroughout(this.#run, this.#plan.candidate, sustainedMs);
  }
}

/** Who saw it in an alarm's place; undefined where an alarm did. A watchdog may also act on one. */
function withoutAlarm({ path, alarm, environment }: Reversion): Source | undefined {
  if (path === ReversionPath.Sentinel) return Source.Sentinel;
  const { watchdog } = environmentNames(environment);
  return alarm.name === watchdog[alarm.slot] ? Source.Watchdog : undefined;
}

function wallOf(iso: string | null | undefined): number | null {
  return iso == null ? null : Date.parse(iso);
}
