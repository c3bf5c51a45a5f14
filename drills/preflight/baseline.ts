/** Traffic to the candidate, and a window in which it is seen healthy, before anything is broken. */
import { BackoutError, environmentError } from "../../base/errors.ts";
import { shiftTraffic } from "../../guard/authority.ts";
import { allOn, sameWeights, type Slot } from "../../guard/slot.ts";
import type { LoadSnapshot } from "../watch/loadRecorder.ts";
import { Source } from "../verdict/record.ts";
import { bringTrafficHome } from "../undo/restore.ts";
import type { Plan } from "./plan.ts";
import type { DrillRun, Look } from "../run.ts";
import { nominalSpan, pollUntil, wallOf } from "../wait.ts";

/** `shiftTraffic` throws these before it writes anything, or after it has cleaned up behind itself. */
const NOTHING_SHIFTED = new Set([
  "latched",
  "rollout-in-progress",
  "not-healthy",
  "candidate-is-stable",
  "alarm-not-ok",
  "lost-race",
]);

/** All traffic to the candidate, through the guard's traffic authority. */
export async function shiftToCandidate(run: DrillRun, plan: Plan): Promise<void> {
  const { store, traffic, clock, environment } = run.ports;
  const release = await releaseIn(run, plan.candidate);
  await run.journal("traffic.intent", {
    environment,
    candidate: plan.candidate,
    stable: plan.stable,
    release,
  });
  const undo = {
    name: `traffic on slot ${plan.candidate}`,
    of: "traffic" as const,
    run: () => bringTrafficHome(run.ports),
  };
  run.undos.push(undo);
  try {
    const guardAlarm = async (slot: Slot) => (await run.ports.alarms.read(slot)).guard;
    const { sleep, now } = wallOf(clock);
    await shiftTraffic({ store, traffic, guardAlarm, now, sleep }, plan.candidate);
  } catch (error) {
    // Somebody else's rollout must not be undone by a drill that never moved anything.
    if (error instanceof BackoutError && NOTHING_SHIFTED.has(error.code)) run.undos.pop();
    throw error;
  }
  await run.journal("traffic.shifted", { weights: allOn(plan.candidate) });
}

/** For reports; a drill does not fail because nobody can name it. */
async function releaseIn({ ports }: DrillRun, slot: Slot): Promise<string | null> {
  try {
    return (await ports.releases?.())?.[slot] ?? null;
  } catch {
    return null;
  }
}

/** From so many answers the sentinel can say what the stable slot's error rate is at most: 4 %. */
const CONTROL_REQUESTS = 300;
const CONTROL_WAIT_WALL_MS = 60_000;

/**
 * Lets the stable slot serve for a while: a sentinel compares a candidate that has all the traffic
 * with what the stable slot answered before. With less it is left to the alarms.
 */
export async function awaitControl(run: DrillRun, plan: Plan): Promise<void> {
  const { clock, pollWallMs } = run.ports;
  const untilMs = clock.toNominal(clock.wall() + CONTROL_WAIT_WALL_MS);
  const polling = { clock, pollWallMs, untilMs, signal: run.signal };
  const served = await pollUntil(polling, async () => {
    await run.look(plan.candidate);
    const { requests } = run.load?.snapshot().bySlot[plan.stable] ?? { requests: 0 };
    return requests >= CONTROL_REQUESTS ? true : undefined;
  });
  if (!served) run.note(`slot ${plan.stable} answered too little for the sentinel to compare with`);
}

/** Fewer responses than this show no health. */
const LEAST_REQUESTS = 10;
const LEAST_WAIT_WALL_MS = 20_000;

/**
 * Waits for a window of `windowMs` nominal in which the weights and every response are the
 * candidate's, none is bad and the guard alarm is OK; a window that fails starts anew.
 *
 * @throws BackoutError `no-healthy-baseline` when none came within four windows (and 20 s of wall)
 */
export async function awaitBaseline(run: DrillRun, plan: Plan, windowMs: number): Promise<void> {
  const { clock, pollWallMs } = run.ports;
  const { load } = run;
  if (!load) throw new Error("the baseline needs a load");
  let from = { atMs: clock.now(), counts: load.snapshot() };
  let lastProblem = "the window was not over";
  const waitMs = Math.max(4 * windowMs, windowMs + nominalSpan(clock, LEAST_WAIT_WALL_MS));
  const polling = { clock, pollWallMs, untilMs: clock.now() + waitMs, signal: run.signal };
  const healthy = await pollUntil(polling, async () => {
    const look = await run.look(plan.candidate);
    const counts = load.snapshot();
    const problem = windowProblem(plan.candidate, from.counts, counts, look);
    if (problem !== null) {
      lastProblem = problem;
      from = { atMs: clock.now(), counts };
      return undefined;
    }
    if (clock.now() - from.atMs < windowMs) return undefined;
    const requests = counts.requests - from.counts.requests;
    if (requests >= LEAST_REQUESTS) return true;
    lastProblem = `only ${requests} responses came in ${clock.now() - from.atMs} ms`;
    return undefined;
  });
  if (!healthy) {
    throw environmentError(
      "no-healthy-baseline",
      `slot ${plan.candidate} was not seen healthy before the fault: ${lastProblem}`,
      "mend the release in that slot, or the way to it, and run the drill again",
    );
  }
  run.stamp("baseline.healthy", Source.Runner, { nominalMs: clock.now() });
}

/** Why a stretch of responses is no healthy baseline; null when it is (so far). */
export function windowProblem(
  candidate: Slot,
  from: LoadSnapshot,
  to: LoadSnapshot,
  look: Look,
): string | null {
  if (!look.weights || !look.alarm) return "the weights or the alarms could not be read";
  if (!sameWeights(look.weights, allOn(candidate)) || look.sticky) {
    return `the weights are blue ${look.weights.blue} / green ${look.weights.green}`;
  }
  if (look.alarm.state !== "OK") return `the guard alarm is ${look.alarm.state}`;
  const requests = to.requests - from.requests;
  const bad = to.bad - from.bad;
  if (bad > 0) return `${bad} of ${requests} responses were bad (${to.lastBadWas})`;
  const unknown = to.bySlot.unknown.requests - from.bySlot.unknown.requests;
  if (unknown > 0) return `${unknown} of ${requests} responses do not say which slot answered`;
  const others = requests - (to.bySlot[candidate].requests - from.bySlot[candidate].requests);
  return others > 0 ? `${others} of ${requests} responses came from the other slot` : null;
}
