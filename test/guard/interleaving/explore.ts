/**
 * All schedules of a scenario up to a number of preemptions and faults, one after the other.
 *
 * Bounding the preemptions keeps the search finite and finds nearly everything: M. Musuvathi,
 * S. Qadeer: "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007.
 */
import { type Call, type Outcome, World } from "./world.ts";

export interface Scenario {
  /** Everything that runs at once, by name. */
  readonly actors: Readonly<Record<string, (world: World) => Promise<unknown>>>;
  readonly arrange?: (world: World) => void;
  /** The faults that there may be. @default all but `unseen` */
  readonly faults?: readonly Outcome[];
  /** What is wrong with an end state; null when nothing is. */
  readonly wrong: (world: World) => string | null;
  /** Runs alone once everything else has ended, before `wrong` looks. */
  readonly afterwards?: (world: World) => Promise<unknown>;
}

export interface Bounds {
  /** How often the schedule leaves an actor that could go on. */
  readonly preemptions: number;
  readonly faults: number;
  /** A search that needs more has not ended: an error. */
  readonly mostRuns: number;
}

export interface Found {
  readonly runs: number;
  /** The first schedule that ends badly, call by call. */
  readonly violation: { readonly wrong: string; readonly schedule: readonly string[] } | null;
}

interface Option {
  readonly call: Call;
  readonly outcome: Outcome;
}

export async function explore(scenario: Scenario, bounds: Bounds): Promise<Found> {
  let path: number[] = [];
  for (let runs = 1; runs <= bounds.mostRuns; runs++) {
    const run = await runOnce(scenario, bounds, path);
    if (run.wrong !== null) {
      return { runs, violation: { wrong: run.wrong, schedule: run.schedule } };
    }
    const next = nextPath(run.taken, run.widths);
    if (!next) return { runs, violation: null };
    path = next;
  }
  throw new Error(`the search did not end within ${bounds.mostRuns} runs`);
}

/** The path after this one in depth-first order; undefined when it was the last. */
function nextPath(taken: readonly number[], widths: readonly number[]): number[] | undefined {
  for (let depth = taken.length - 1; depth >= 0; depth--) {
    const choice = taken[depth] ?? 0;
    if (choice + 1 < (widths[depth] ?? 0)) return [...taken.slice(0, depth), choice + 1];
  }
  return undefined;
}

interface Run {
  readonly taken: number[];
  readonly widths: number[];
  readonly schedule: string[];
  readonly wrong: string | null;
}

async function runOnce(scenario: Scenario, bounds: Bounds, path: readonly number[]): Promise<Run> {
  const world = new World();
  scenario.arrange?.(world);
  const run = { taken: [] as number[], widths: [] as number[], schedule: [] as string[] };
  for (const [actor, act] of Object.entries(scenario.actors)) {
    // An actor that gives up is one more way to end.
    act(world).catch(() => world.gaveUp.add(actor));
  }
  let { preemptions, faults } = bounds;
  const kinds = scenario.faults ?? ["fails", "lost-answer", "late", "crash"];
  let current = "";
  await quiet();
  while (world.pending.length > 0) {
    const options = optionsOf(world, current, preemptions, faults > 0 ? kinds : []);
    const choice = path[run.taken.length] ?? 0;
    const option = options[choice];
    if (!option) throw new Error("the schedule cannot be repeated: something is not deterministic");
    run.taken.push(choice);
    run.widths.push(options.length);
    const { call, outcome } = option;
    run.schedule.push(`${call.actor}: ${call.name}${outcome === "ok" ? "" : ` (${outcome})`}`);
    if (outcome !== "ok") faults--;
    const couldGoOn = world.pending.some(({ actor }) => actor === current);
    if (call.actor !== current && couldGoOn && call.kind !== "landing") preemptions--;
    if (call.kind !== "landing") current = call.actor;
    world.pending = world.pending.filter((other) => other !== call);
    call.settle(outcome);
    if (outcome === "crash") {
      world.pending = world.pending.filter(({ actor }) => actor !== call.actor);
    }
    await quiet();
  }
  if (scenario.afterwards) await alone(world, scenario.afterwards);
  return { ...run, wrong: scenario.wrong(world) };
}

/** What may happen next, the undisturbed course first. */
function optionsOf(
  world: World,
  current: string,
  preemptions: number,
  faults: readonly Outcome[],
): Option[] {
  const { pending } = world;
  const due = Math.min(...pending.filter(({ kind }) => kind !== "sleep").map((one) => one.limitMs));
  // Time passes only by sleeping, and not past what must have happened by then.
  const able = pending.filter((call) => call.kind !== "sleep" || call.limitMs <= due);
  // Reads that one actor makes at once are answered in one order: others come between them anyway.
  const firsts = able.filter(
    (call) => call.kind === "landing" || able.find(({ actor }) => actor === call.actor) === call,
  );
  const own = firsts.filter(({ actor }) => actor === current);
  const others = firsts.filter(({ actor }) => actor !== current);
  const calls =
    own.length === 0
      ? others
      : [...own, ...others.filter(({ kind }) => preemptions > 0 || kind === "landing")];
  const fine = calls.map((call): Option => ({ call, outcome: "ok" }));
  const worse = (call: Call): Option[] =>
    faults.filter((fault) => canEnd(call, fault)).map((outcome) => ({ call, outcome }));
  return [...fine, ...calls.flatMap(worse)];
}

function canEnd({ kind }: Call, fault: Outcome): boolean {
  if (kind === "landing" || kind === "sleep") return false;
  return kind === "weights" || fault === "fails" || fault === "crash";
}

async function alone(world: World, act: (world: World) => Promise<unknown>): Promise<void> {
  world.crashed.clear();
  let done = false;
  act(world)
    .catch(() => {})
    .finally(() => (done = true));
  for (;;) {
    await quiet();
    const [next] = world.pending;
    if (!next) {
      if (done) return;
      continue;
    }
    world.pending = world.pending.slice(1);
    next.settle("ok");
  }
}

/** Until every actor waits for its next call: promises settle within one turn of the event loop. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
