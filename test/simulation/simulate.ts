/**
 * One seed: a drill in a whole environment under a hand-moved clock, with everything that the seed lets
 * go wrong, then everything mended, swept and put back. Real are: the drill's runner, its undo, sweep
 * and verdict; the guard's handler, decisions, traffic authority and ticks; the rollout; the
 * sidecars' lease watch and sentinel; the evaluation of alarms and the policy over them. Left out are
 * the wire itself (SDK, HTTP, JSON), the disk, and ECS's own replacement of unhealthy tasks: requests
 * are counts, and every call goes through a function that is slow, fails or loses its answer by the
 * seed.
 */
import { every, sleep } from "../../base/clock.ts";
import { BackoutError, messageOf } from "../../base/errors.ts";
import type { JournalEntry } from "../../drills/journal/journalEntry.ts";
import type { DrillRecord } from "../../drills/verdict/record.ts";
import { runDrill } from "../../drills/runner.ts";
import { sweep } from "../../drills/undo/sweep.ts";
import { clearLatch, returnTraffic } from "../../guard/authority.ts";
import { DEFAULT_SETTINGS, STEPS } from "../../guard/rollout/settings.ts";
import { startRollout } from "../../guard/rollout/start.ts";
import { chooseFault } from "../../drills/faults/registry.ts";
import { SLOTS } from "../../guard/slot.ts";
import { Surroundings } from "../drills/surroundings.ts";
import { seededRandom } from "../judge/random.ts";
import { Alarms } from "./alarms.ts";
import { Cloud } from "./cloud.ts";
import { Demand } from "./demand.ts";
import { deterministic } from "./determinism.ts";
import { drillPorts } from "./drillPorts.ts";
import { GuardFunction, tickPorts } from "./guardFunction.ts";
import { SimulatedExperiments } from "./experiments.ts";
import { Links } from "./links.ts";
import { Metrics } from "./metrics.ts";
import { checkDrill, checkEnd, checkSettled } from "./properties.ts";
import { type Scenario, scenarioOf, type Span } from "./scenario.ts";
import { SimulatedClock } from "./simulatedClock.ts";
import { Slots } from "./slots.ts";
import { Truth } from "./truth.ts";
import { Watcher } from "./watcher.ts";
import { type Death, Process, Wire } from "./wire.ts";

export interface Simulated {
  readonly seed: number;
  readonly scenario: Scenario;
  /** Null when the runner died before it could write one. */
  readonly record: DrillRecord | null;
  /** What was refused before anything was read, or why nothing could be recorded. */
  readonly problem: string | null;
  readonly swept: boolean;
  readonly timeline: readonly string[];
  /** Empty when every property held. */
  readonly violations: readonly string[];
  /** Milliseconds of the simulation's clock. */
  readonly spanMs: number;
}

const ORIGIN_MS = Date.parse("2026-03-14T09:00:00.000Z");
/** A simulated drill that has not ended by then never will. */
const LONGEST_MS = 4 * 3_600_000;
/** Longer than a minute's schedule, two retries of Lambda and every write that may be open. */
const CALM_MS = 300_000;

/** All that a simulation consists of. */
export type World = ReturnType<typeof build>;

export function build(scenario: Scenario) {
  const { seed } = scenario;
  const startMs = ORIGIN_MS + scenario.startPhaseMs;
  const clock = new SimulatedClock(startMs);
  const stream = (which: number) => seededRandom(seed * 16 + which);
  const watcher = new Watcher(clock, scenario.drill === "guard-weights-drift");
  const wire = new Wire(clock, stream(1), scenario.wire);
  const cloud = new Cloud(clock, wire, watcher);
  const metrics = new Metrics(clock, scenario.metricDelayMs, (slot) => cloud.healthy[slot]);
  for (let minute = 6; minute > 0; minute--) metrics.wasHealthy(startMs - minute * 60_000);
  const random = stream(2);
  let alarms: Alarms;
  let slots: Slots;
  const isRunning = (): boolean => slots.isRunning("green");
  const experiments = onlyOnAws(scenario.drill) ? new SimulatedExperiments(clock) : undefined;
  const around = new Surroundings({
    clock,
    matcherStuck: () => false,
    isDown: () => !isRunning(),
    onAlarmState: (state) => alarms.set("green", "errors", state, around.reason),
    onPoints: (count) => metrics.putFailures("green", count),
    onStop: () => slots.stop("green"),
    ...(experiments && { experiments }),
  });
  const links = new Links(around, stream(5));
  wire.refuses = (process, name) => links.refuses(process, name);
  const guard = new GuardFunction({
    clock,
    random,
    scenario,
    cloud,
    wire,
    alarms: () => alarms,
    links,
    metrics,
    watcher,
  });
  const { troubles } = scenario;
  const act = (slot: (typeof SLOTS)[number], event: object): void => {
    if (isPermitted.now && links.permits(slot))
      clock.schedule(clock.now() + 200 + Math.floor(random() * 1_300), () => guard.invoke(event));
    else alarms.failedActions.push({ slot, atMs: clock.now() });
  };
  const isPermitted = { now: !troubles.permissionGone };
  const fast = scenario.fastSignals;
  alarms = new Alarms({ clock, metrics, watcher, links, fast, startMs, act });
  alarms.actionsEnabled = !troubles.actionsDisabled;
  const fails = (): boolean => random() < wire.settings.failing;
  slots = new Slots({
    clock,
    scenario,
    cloud,
    watcher,
    fails,
    checksFail: (slot) => (slot === "green" ? around.checksFail : around.homeIsUnfit),
    store: cloud.store(new Process("sidecar")),
    callGuard: async (event) => {
      if (fails()) throw new Error("TooManyRequestsException");
      clock.schedule(clock.now() + 100 + Math.floor(random() * 400), () => guard.invoke(event));
    },
    changed: (slot) => metrics.noteHealth(slot),
  });
  const demand = new Demand({ clock, random: stream(3), scenario, cloud, slots, metrics });
  every(clock, 60_000, () => {
    for (const slot of SLOTS) metrics.noteHealth(slot);
  });
  every(clock, 60_000, () => alarms.evaluate("minute"), scenario.evaluationPhaseMs);
  if (scenario.fastSignals) every(clock, 10_000, () => alarms.evaluate("ten-seconds"), 1_000);
  const entries: JournalEntry[] = [];
  const isActive = (): boolean => slots.isFaulted("green") || around.checksFail;
  const truth = new Truth(clock, isActive);
  return {
    truth,
    scenario,
    startMs,
    clock,
    random,
    watcher,
    wire,
    cloud,
    metrics,
    alarms,
    guard,
    links,
    around,
    experiments,
    untouched: around.machinery.snapshot(),
    slots,
    demand,
    entries,
    isPermitted,
    /** Nothing goes wrong any more. */
    isMended: { now: false },
  };
}

function onlyOnAws(fault: string): boolean {
  return !chooseFault(fault).targets.includes("lab");
}

/** @param scenario @default what the seed chooses */
export async function simulate(seed: number, scenario = scenarioOf(seed)): Promise<Simulated> {
  const world = build(scenario);
  const { clock, watcher, startMs } = world;
  return deterministic(clock, seededRandom(seed * 16 + 4), () =>
    clock.runUntil(live(world), startMs + LONGEST_MS),
  ).catch((error: unknown) => {
    watcher.violated("it ends", messageOf(error));
    return ended(world, { record: null, problem: messageOf(error), swept: false });
  });
}

function ended(
  { scenario, watcher, clock, startMs }: World,
  outcome: Pick<Simulated, "record" | "problem" | "swept">,
): Simulated {
  const { timeline, violations } = watcher;
  const spanMs = clock.now() - startMs;
  return { seed: scenario.seed, scenario, ...outcome, timeline, violations, spanMs };
}

async function live(world: World): Promise<Simulated> {
  const { clock, watcher } = world;
  trouble(world);
  const { record, problem, died } = await drill(world);
  world.truth.end();
  if (record) checkDrill(record, world);
  mend(world);
  await sleep(clock, CALM_MS);
  checkSettled(world);
  let swept = false;
  if (world.cloud.record.rollout) await putBack(world);
  const isStuck = record?.verdict === "stuck-on-removal";
  if (died || isStuck) swept = await sweepUp(world);
  await putBack(world);
  checkEnd(world);
  if (record)
    watcher.note(`verdict: ${record.verdict}${record.reason ? ` (${record.reason})` : ""}`);
  return ended(world, { record, problem, swept });
}

/** Everything that goes wrong at a time of its own. */
function trouble(world: World): void {
  const { scenario, clock, startMs, watcher, wire, guard, slots, cloud } = world;
  const { troubles } = scenario;
  const at = (fromMs: number, act: () => void): void => {
    clock.schedule(startMs + fromMs, () => {
      if (!world.isMended.now) act();
    });
  };
  const during = (span: Span | null, what: string, set: (isOn: boolean) => void): void => {
    if (!span) return;
    at(span.fromMs, () => {
      watcher.note(`${what}: begins`);
      set(true);
    });
    at(span.fromMs + span.forMs, () => {
      watcher.note(`${what}: ends`);
      set(false);
    });
  };
  const down = (prefix: string) => (isOn: boolean) => {
    if (isOn) wire.down.add(prefix);
    else wire.down.delete(prefix);
  };
  during(troubles.throttled, "the guard's function may not run", (isOn) => {
    guard.mayRun = !isOn;
  });
  during(troubles.storeDown, "the record's table does not answer", down("store."));
  during(troubles.balancerDown, "the load balancer's API does not answer", down("traffic."));
  during(troubles.stableUnhealthy, "the stable slot is ill", (isOn) => {
    slots.isStableUnhealthy = isOn;
  });
  const { sickFromMs, stranger, rolloutAtMs, operator } = troubles;
  if (sickFromMs !== null) {
    at(sickFromMs, () => {
      watcher.note("the candidate's release is bad by itself from here on");
      slots.isSick = true;
    });
  }
  if (stranger) at(stranger.atMs, () => cloud.drift(stranger.weights));
  if (operator) {
    at(operator.atMs, () => {
      void bringHome(world, operator.death ?? undefined);
    });
  }
  if (rolloutAtMs !== null) {
    at(rolloutAtMs, () => {
      void beginRollout(world);
    });
  }
}

async function bringHome(world: World, death: Death | undefined): Promise<void> {
  const { clock, watcher } = world;
  const process = new Process("a person", death, () => watcher.note("the operator dies"));
  watcher.note("an operator brings the traffic home");
  await returnTraffic(tickPorts(process, guardParts(world), () => clock.now())).catch(
    (error: unknown) => watcher.note(`operator: ${messageOf(error)}`),
  );
}

async function beginRollout(world: World): Promise<void> {
  const { clock, watcher, scenario } = world;
  const ports = tickPorts(new Process("rollout"), guardParts(world), () => clock.now());
  const steps = STEPS.canary.slice(1);
  const request = { ...DEFAULT_SETTINGS, steps, minimumRequests: 0 };
  try {
    await startRollout(request, { ...ports, metricDelayMs: scenario.metricDelayMs });
    watcher.note("a rollout has begun");
  } catch (error) {
    watcher.note(`no rollout: ${messageOf(error).split("\n").join(" ")}`);
  }
}

function guardParts(world: World) {
  return { ...world, alarms: () => world.alarms };
}

async function drill(
  world: World,
): Promise<{ record: DrillRecord | null; problem: string | null; died: boolean }> {
  const { scenario, clock, startMs, watcher, demand } = world;
  const { runnerDies, interruptedAtMs } = scenario.troubles;
  const { drill: name, parameters, ttlMs } = scenario;
  watcher.note(`drill ${name} ${JSON.stringify(parameters)}`);
  const interrupt = new AbortController();
  if (interruptedAtMs !== null) {
    clock.schedule(startMs + interruptedAtMs, () => {
      watcher.note("a person interrupts the drill");
      interrupt.abort(new Error("interrupted"));
    });
  }
  return new Promise((resolve) => {
    const process = new Process("runner", runnerDies ?? undefined, () => {
      watcher.note("the runner dies");
      demand.dropLoads();
      resolve({ record: null, problem: null, died: true });
    });
    const options = {
      drill: name,
      parameters,
      ...(ttlMs !== null && { ttlMs }),
      signal: interrupt.signal,
      onEvent: (event: { readonly type: string }) => {
        if ("event" in event) watcher.note(`timeline: ${JSON.stringify(event.event)}`);
        if ("text" in event) watcher.note(`runner: ${String(event.text)}`);
      },
    };
    void (async () => {
      const end = await runDrill(options, drillPorts(process, world)).then(
        (record) => ({ record, problem: null }),
        (error: unknown) => ({ record: null, problem: messageOf(error) }),
      );
      if (process.alive) resolve({ ...end, died: false });
    })();
  });
}

/** Whatever was broken by the seed works again; what the drill or the guard did stays. */
function mend({ wire, guard, slots, alarms, isPermitted, isMended, watcher }: World): void {
  isMended.now = true;
  watcher.note("everything is mended");
  wire.settings = { ...wire.settings, failing: 0 };
  wire.down.clear();
  guard.mayRun = true;
  slots.isStableUnhealthy = false;
  alarms.actionsEnabled = true;
  isPermitted.now = true;
}

/** A new runner finishes what the dead one left. */
async function sweepUp(world: World): Promise<boolean> {
  const { watcher } = world;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const results = await sweep(drillPorts(new Process(`sweep ${attempt}`), world));
    const stuck = results.filter(({ outcome }) => outcome === "stuck");
    watcher.note(`sweep ${attempt}: ${JSON.stringify(results.map(({ outcome }) => outcome))}`);
    if (stuck.length === 0) return results.length > 0;
    if (attempt === 3) {
      watcher.violated("zero residue", `a sweep leaves ${JSON.stringify(stuck)}`);
    }
  }
  return true;
}

/** What a person does with what others left: ends a rollout, clears a latch. */
async function putBack(world: World): Promise<void> {
  const { clock, cloud, watcher, slots, scenario } = world;
  slots.isSick = false;
  const process = new Process("operator");
  const ports = tickPorts(process, guardParts(world), () => clock.now());
  const isOthers = (): boolean =>
    cloud.record.candidate !== null ||
    cloud.record.latch !== null ||
    scenario.troubles.stranger !== null ||
    cloud.weights[cloud.record.stable] !== 100;
  for (let attempt = 0; attempt < 8 && isOthers(); attempt++) {
    try {
      if (cloud.record.candidate) await returnTraffic(ports);
      if (cloud.record.latch) await clearLatch(ports, ports.alarmStateOf);
      if (cloud.record.phase === "idle") await returnTraffic(ports);
      return;
    } catch (error) {
      if (!(error instanceof BackoutError)) throw error;
      watcher.note(`operator: ${error.message}`);
      await sleep(clock, 60_000);
    }
  }
}
