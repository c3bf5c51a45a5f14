/**
 * The steady-state hypothesis: probes that must hold before the fault, while it acts, and once everything
 * is undone. Before: nothing is broken without it. During and after: a drill that breaks it has failed,
 * and one of which it cannot be told has proven nothing.
 */
import type { Clock } from "../../base/clock.ts";
import { environmentError, messageOf } from "../../base/errors.ts";
import type { HypothesisResult } from "../verdict/record.ts";
import type { Plan } from "../preflight/plan.ts";
import type { ChosenProbe, ProbeReading } from "../probes/probe.ts";
import type { DrillRun } from "../run.ts";
import { pollUntil, sleepWall } from "../wait.ts";

export const When = { Before: "before", During: "during", After: "after" } as const;
export type When = (typeof When)[keyof typeof When];

export interface Expectation {
  /** What it is called in the record. */
  readonly name: string;
  readonly probe: ChosenProbe;
  readonly when: readonly When[];
}

/** A look that takes longer cannot tell. */
const LOOK_WALL_MS = 5_000;
/** Between two looks while the fault acts. */
const PACE_WALL_MS = 1_000;
/** Looks in a row that cannot tell, until nothing can be said of the time in which the fault acted. */
const BLIND_LOOKS = 3;
/** What holds before and after may need a while until it can be told: windows must fill. */
const SETTLE_WALL_MS = 30_000;

export class Hypothesis {
  readonly #run: DrillRun;
  readonly #expectations: readonly Expectation[];
  /** By phase and name. */
  readonly #results = new Map<string, HypothesisResult>();
  /** By the same: looks in a row that could not tell, while the fault acted. */
  readonly #blind = new Map<string, number>();
  /** What was wrong while the fault acted stays so. */
  readonly #settledFor = new Set<string>();

  constructor(run: DrillRun, expectations: readonly Expectation[]) {
    this.#run = run;
    this.#expectations = expectations;
  }

  get results(): readonly HypothesisResult[] {
    return [...this.#results.values()];
  }

  /** @throws BackoutError `no-steady-state` with every probe that does not hold within 30 s of wall time */
  async before(plan: Plan): Promise<void> {
    const wrong = await this.#settled(plan, When.Before, this.#run.signal);
    if (wrong.length === 0) return;
    throw environmentError(
      "no-steady-state",
      `the steady state does not hold before the fault: ${wrong.map(wordsOf).join("; ")}`,
      "mend that, or what the definition's hypothesis asks for",
    );
  }

  /** Looks again and again while `work` is under way; what once did not hold stays so. */
  async during<T>(plan: Plan, work: () => Promise<T>): Promise<T> {
    if (!this.#expectations.some(({ when }) => when.includes(When.During))) return work();
    const over = new AbortController();
    const looks = (async () => {
      while (!over.signal.aborted) {
        await this.#look(plan, When.During);
        await sleepWall(this.#run.ports.clock, PACE_WALL_MS, over.signal).catch(() => {});
      }
    })();
    try {
      return await work();
    } finally {
      over.abort();
      await looks;
    }
  }

  /** Once everything is undone: what does not hold within 30 s of wall time is in the results. */
  async after(plan: Plan): Promise<void> {
    await this.#settled(plan, When.After, undefined);
  }

  async #settled(
    plan: Plan,
    when: When,
    signal: AbortSignal | undefined,
  ): Promise<readonly HypothesisResult[]> {
    const { clock, pollWallMs } = this.#run.ports;
    let wrong: readonly HypothesisResult[] = [];
    const untilMs = clock.toNominal(clock.wall() + SETTLE_WALL_MS);
    await pollUntil({ clock, pollWallMs, untilMs, signal }, async () => {
      wrong = (await this.#look(plan, when)).filter(({ outcome }) => outcome !== "held");
      return wrong.length === 0 ? true : undefined;
    });
    for (const result of this.results.filter((one) => one.when === when)) {
      this.#run.tryJournal("hypothesis", { result });
    }
    return wrong;
  }

  /** The results of this look; while the fault acts, what once was wrong stays so. */
  async #look(plan: Plan, when: When): Promise<HypothesisResult[]> {
    const asked = this.#expectations.filter((one) => one.when.includes(when));
    return Promise.all(
      asked.map(async ({ name, probe }) => {
        const { holds, shown } = await lookOnce(this.#run, plan, probe);
        const outcome = holds === null ? "unknown" : holds ? "held" : "broken";
        const result: HypothesisResult = { name, when, outcome, shown };
        const key = `${when} ${name}`;
        if (when !== When.During) this.#results.set(key, result);
        else this.#keepWorst(key, result);
        return result;
      }),
    );
  }

  #keepWorst(key: string, result: HypothesisResult): void {
    const { outcome } = result;
    const blind = outcome === "unknown" ? (this.#blind.get(key) ?? 0) + 1 : 0;
    this.#blind.set(key, blind);
    if (this.#settledFor.has(key)) return;
    // A single look that fails says nothing: the next one comes in a second.
    const isWrong = outcome === "broken" || blind >= BLIND_LOOKS;
    if (outcome === "unknown" && !isWrong && this.#results.has(key)) return;
    this.#results.set(key, result);
    if (!isWrong) return;
    this.#settledFor.add(key);
    this.#run.tryJournal("hypothesis", { result });
    this.#run.note(wordsOf(result));
  }
}

/** `few errors (during) is broken: 12 % of 340 responses failed`. */
export function wordsOf({ name, when, outcome, shown }: HypothesisResult): string {
  const said = outcome === "unknown" ? "cannot be told" : `is ${outcome}`;
  return `${name} (${when}) ${said}: ${shown}`;
}

async function lookOnce(run: DrillRun, plan: Plan, probe: ChosenProbe): Promise<ProbeReading> {
  const { environment, clock, store, traffic, alarms, url } = run.ports;
  const { candidate, stable } = plan;
  const late = new AbortController();
  const ports = { environment, clock, store, traffic, alarms, url, load: run.load };
  try {
    return await Promise.race([
      probe.look({ ...ports, candidate, stable, signal: late.signal }),
      expired(clock, late.signal),
    ]);
  } catch (error) {
    return { holds: null, shown: messageOf(error) };
  } finally {
    late.abort(new Error("nobody waits for this look any more"));
  }
}

async function expired(clock: Clock, signal: AbortSignal): Promise<never> {
  await sleepWall(clock, LOOK_WALL_MS, signal);
  throw new Error(`no answer within ${LOOK_WALL_MS / 1000} s`);
}
