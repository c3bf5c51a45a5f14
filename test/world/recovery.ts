/** One recovery in a world: a release goes bad during a rollout, and how long that hurts. */
import { STEPS } from "../../guard/rollout/settings.ts";
import type { Step } from "../../guard/rollout/rollout.ts";
import { type Noted, type Signals, world, type World } from "./world.ts";

export interface Situation {
  readonly steps: readonly Step[];
  /** The candidate's weight when it turns bad, percent, and its weight before that step. */
  readonly weight: number;
  readonly weightBefore: number;
  /** Nominal seconds after that weight was set, at least and at most. */
  readonly afterSeconds: readonly [number, number];
}

/** When in which strategy the candidate goes bad. */
export const SITUATIONS = {
  "blue-green": {
    steps: STEPS.blueGreen,
    weight: 100,
    weightBefore: 0,
    afterSeconds: [60, 120],
  },
  "blue-green-at-once": {
    steps: STEPS.blueGreen,
    weight: 100,
    weightBefore: 0,
    afterSeconds: [0, 0],
  },
  "canary-5": { steps: STEPS.canary, weight: 5, weightBefore: 0, afterSeconds: [0, 0] },
  "canary-25": { steps: STEPS.canary, weight: 25, weightBefore: 5, afterSeconds: [0, 0] },
} as const satisfies Record<string, Situation>;
export type SituationName = keyof typeof SITUATIONS;

export interface Recovery {
  readonly situation: SituationName;
  readonly signals: Signals;
  readonly seed: number;
  /** Fault to the last bad response of the candidate, nominal; null when it went on to the end. */
  readonly totalMs: number | null;
  /** Fault to the weights' change; null without one. */
  readonly revertedMs: number | null;
  /** What called the guard that moved the weights. */
  readonly path: string | null;
  /** The traffic came home before anything was wrong. */
  readonly falseReversion: boolean;
  /** Of the candidate, from the fault on. */
  readonly badResponses: number;
  readonly timeline: readonly Noted[];
}

export interface RecoveryOptions {
  /** Of the candidate's answers, once it is bad. @default 0.3 */
  readonly errors?: number;
  /** @default 50 */
  readonly requestsPerSecond?: number;
  /** Of every answer, good releases included. @default 0.01 */
  readonly baseline?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** Called in the provisioned environment, before its first request. */
  readonly change?: (made: World) => Promise<void>;
}

export const DEFAULTS = { errors: 0.3, requestsPerSecond: 50, baseline: 0.01 } as const;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** The stable slot's traffic before a rollout: what a sentinel knows of it once it has none. */
export const BASELINE_MS = 5 * MINUTE_MS;
/** A fault that lasts so long without a recovery is not waited for. */
export const GIVEN_UP_MS = 10 * MINUTE_MS;
/** Without a bad response for so long after the weights moved, the environment has recovered. */
const SUSTAINED_MS = 30 * SECOND_MS;

/** @throws when the environment does not become ready, or its good release does not get on */
export async function recover(
  situation: SituationName,
  signals: Signals,
  seed: number,
  options: RecoveryOptions = {},
): Promise<Recovery> {
  const { errors, requestsPerSecond, baseline, config, change } = { ...DEFAULTS, ...options };
  const made = await world({ seed, signals, baseline, ...(config ? { config } : {}) });
  try {
    await change?.(made);
    if (!(await made.until(() => made.isReady(), 20 * MINUTE_MS, 10 * SECOND_MS))) {
      throw new Error(`seed ${seed}: the environment did not become ready`);
    }
    made.clients.come(requestsPerSecond);
    await made.advance(BASELINE_MS + Math.floor(made.random() * MINUTE_MS));
    const { fault, falseReversion } = await roll(made, SITUATIONS[situation], errors);
    const faultMs = fault.fromMs;
    const isHome = (): boolean => homeMs(made, faultMs) !== null;
    if (!falseReversion) {
      await made.until(isHome, faultMs + GIVEN_UP_MS - made.nowMs);
      if (isHome()) await made.advance(SUSTAINED_MS);
    }
    return resultOf(made, { situation, signals, seed, faultMs, falseReversion });
  } finally {
    await made.stop();
  }
}

/** Rolls out until the fault is on, or is sure to come. */
async function roll(made: World, situation: Situation, errors: number) {
  const [least, most] = situation.afterSeconds;
  const afterMs = Math.floor((least + made.random() * (most - least)) * SECOND_MS);
  made.onWeights = ({ green }) => {
    if (green === situation.weight && !made.fault) {
      made.fault = { fromMs: made.nowMs + afterMs, errors };
    }
  };
  await made.startRollout(situation.steps);
  const isHome = (): boolean => made.notes.at(-1)?.weights.green === 0;
  await made.until(() => made.fault !== null || isHome(), 20 * MINUTE_MS);
  const { fault } = made;
  if (fault && made.nowMs < fault.fromMs) await made.advance(fault.fromMs - made.nowMs - 1);
  if (!fault && !isHome()) throw new Error("the rollout did not reach the step of the fault");
  return { fault: fault ?? { fromMs: made.nowMs, errors }, falseReversion: isHome() };
}

/** When the candidate lost all its traffic after the fault; null if it did not. */
function homeMs({ notes }: World, faultMs: number): number | null {
  return notes.find(({ atMs, weights }) => atMs >= faultMs && weights.green === 0)?.atMs ?? null;
}

function resultOf(
  made: World,
  facts: Pick<Recovery, "situation" | "signals" | "seed" | "falseReversion"> & { faultMs: number },
): Recovery {
  const { faultMs, ...names } = facts;
  const bad = made.clients.answers.filter(
    ({ atMs, slot, status }) => slot === "green" && status >= 500 && atMs >= faultMs,
  );
  const revertedAtMs = homeMs(made, faultMs);
  const recovered = revertedAtMs !== null && !names.falseReversion;
  const mover = made.reversions.find(
    ({ outcome, writtenAt }) =>
      outcome === "reverted" && writtenAt !== null && Date.parse(writtenAt) >= faultMs,
  );
  return {
    ...names,
    totalMs: recovered ? (bad.at(-1)?.atMs ?? faultMs) - faultMs : null,
    revertedMs: recovered ? revertedAtMs - faultMs : null,
    path: mover?.path ?? null,
    badResponses: bad.length,
    timeline: made.notes,
  };
}
