/** What a drill would do, and everything that stands against it, found by reading alone. */
import { messageOf, renderProblem } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import { otherSlot, type Slot } from "../../guard/slot.ts";
import { capProblems } from "./blastRadius.ts";
import { notCarried } from "./carried.ts";
import { chooseFault } from "../faults/registry.ts";
import { RUNNER_PERMISSIONS } from "../faults/runnerPermissions.ts";
import { leaseSpanMs } from "../inject.ts";
import type { Plan } from "./plan.ts";
import { planOf } from "./planning.ts";
import { refuseUnlessReverting } from "./policyReach.ts";
import type { DrillPorts } from "../ports.ts";
import { assess, readAll, type Readings, withTraffic } from "./preflight.ts";
import { DrillRun } from "../run.ts";
import type { DrillOptions } from "../runner.ts";
import { abortAlarmProblems, unsafe } from "../watch/safety.ts";

export interface DryRun {
  readonly drill: string;
  readonly fault: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly environment: string;
  /** Nothing stands against it, and nothing has to be waited for. */
  readonly ready: boolean;
  /** What would keep it from being run. */
  readonly problems: readonly string[];
  /** What it would wait for first. */
  readonly waits: readonly string[];
  /** Null when the environment cannot be read. */
  readonly targets: {
    readonly candidate: Slot;
    readonly stable: Slot;
    readonly healthyTargets: Readonly<Record<Slot, number>>;
    /** Fraction of the requests that may go bad, and tasks that may be touched. */
    readonly reach: DrillRun["fault"]["reach"];
    /** The alarms that would be set off, and the one that would call the guard. */
    readonly alarms: readonly string[];
  } | null;
  /** Actions of IAM that whoever runs it needs; sorted. */
  readonly permissions: readonly string[];
  /** In the order in which they would be taken. */
  readonly steps: readonly string[];
  /** Nominal milliseconds; null where something stands against planning it. */
  readonly plan: {
    readonly floors: Plan["floors"];
    readonly objectiveMs: number;
    readonly holdMs: number;
    readonly sustainMs: number;
    /** The fault ends by itself at the latest after this. */
    readonly leaseMs: number;
  } | null;
}

type Options = Omit<DrillOptions, "signal" | "onEvent">;

/**
 * Reads what a drill would read before it begins, and writes nothing: no record, no lease, no journal.
 * Probes are not asked. What keeps the drill from being run is in the result, all of it at once.
 *
 * @throws BackoutError of kind usage for an unknown fault or bad parameters
 */
export async function dryRun(options: Options, ports: DrillPorts): Promise<DryRun> {
  const { drill, abortAlarm, caps = {} } = options;
  const fault = options.fault ?? chooseFault(drill, options.parameters);
  const none = new AbortController().signal;
  const run = new DrillRun("dry-run", { ...fault, name: drill }, ports, none, () => {});
  const problems = new Found();
  problems.add(capProblems(fault, caps).map(renderProblem));
  problems.add(options.notNow?.(ports.clock.now()));
  await problems.try(async () =>
    problems.add((await abortAlarmProblems(abortAlarm, ports)).map(renderProblem)),
  );
  await problems.try(async () =>
    problems.add((await unsafe(ports.safety, abortAlarm)).map(({ text }) => text)),
  );
  const readings = await problems.try(() => readAll(ports));
  const found = readings && withTraffic(run, readings, assess(readings, options.evenIfUnarmed));
  problems.add(found?.blocking);
  const plan = readings && (await planned(run, readings, options, problems));
  const steps = readings ? await stepsOf(run, readings, plan, options, problems) : [];
  const waits = found?.passing ?? [];
  const ofSteps = fault.steps.flatMap(({ permissions }) => permissions);
  return {
    drill,
    fault: fault.name,
    parameters: fault.parameters,
    environment: ports.environment,
    ready: problems.all.length === 0 && waits.length === 0,
    problems: problems.all,
    waits,
    targets: readings ? targetsOf(run, readings) : null,
    permissions: [...new Set([...RUNNER_PERMISSIONS, ...ofSteps])].sort(),
    steps,
    plan: plan
      ? {
          floors: plan.floors,
          objectiveMs: plan.objectiveTotalMs,
          holdMs: plan.holdMs,
          sustainMs: plan.sustainMs,
          leaseMs: options.ttlMs ?? leaseSpanMs(plan),
        }
      : null,
  };
}

/** Everything that stands against it, each once. */
class Found {
  readonly #all = new Set<string>();

  get all(): readonly string[] {
    return [...this.#all];
  }

  add(found: string | readonly string[] | null | undefined): void {
    for (const one of typeof found === "string" ? [found] : (found ?? [])) this.#all.add(one);
  }

  /** What is thrown stands against it too. */
  async try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.add(messageOf(error));
      return undefined;
    }
  }
}

async function planned(
  run: DrillRun,
  readings: Readings,
  options: Options,
  problems: Found,
): Promise<Plan | undefined> {
  const alarms = readings.alarms[otherSlot(readings.record.stable)];
  const uncarried = notCarried(run.fault, run.ports.outside.target, alarms);
  problems.add(uncarried);
  if (uncarried !== null) return undefined;
  await problems.try(async () => refuseUnlessReverting(run.fault, alarms));
  const { sustainMs = 60_000, holdMs, objectiveTotalMs, caps = {} } = options;
  const bounds = { waitMs: 0, sustainMs, holdMs, objectiveTotalMs, caps };
  return problems.try(() => planOf(run, readings, bounds));
}

function targetsOf(
  { fault }: DrillRun,
  { record, healthyTargets, alarms }: Readings,
): NonNullable<DryRun["targets"]> {
  const { stable } = record;
  const candidate = otherSlot(stable);
  const shown = alarms[candidate];
  const signal = fault.breaks === "content" ? undefined : shown[fault.breaks]?.name;
  return {
    candidate,
    stable,
    healthyTargets,
    reach: fault.reach,
    alarms: [...(signal === undefined ? [] : [signal]), shown.guard.name],
  };
}

async function stepsOf(
  run: DrillRun,
  { record }: Readings,
  plan: Plan | undefined,
  options: Options,
  problems: Found,
): Promise<string[]> {
  const { ports, fault, id } = run;
  const candidate = otherSlot(record.stable);
  const { clock } = ports;
  const spanMs = options.ttlMs ?? (plan ? leaseSpanMs(plan) : 0);
  const expiresWallMs = clock.toWall(clock.now() + spanMs);
  const scene = { runId: id, leaseId: hexId(16), candidate, expiresWallMs };
  const outside: string[] = [];
  for (const step of fault.steps) {
    const prepared = await problems.try(() => step.prepare(ports, scene));
    if (prepared && "problems" in prepared) problems.add(prepared.problems);
    else if (prepared) outside.push(`change ${prepared.step.name}, and put it back afterwards`);
  }
  const { kind } = fault.effect;
  const expectations = options.hypothesis ?? [];
  const probes = (when: "before" | "after"): string[] => {
    const names = expectations.filter((one) => one.when.includes(when)).map(({ name }) => name);
    return names.length > 0 ? [`probe the steady state (${when}): ${names.join(", ")}`] : [];
  };
  return [
    `move all traffic from slot ${record.stable} to slot ${candidate}`,
    `watch slot ${candidate} while it is healthy`,
    ...probes("before"),
    ...(kind === "outside"
      ? [`claim slot ${candidate} with a lease`]
      : [`let the sidecars of slot ${candidate} obey the fault ${kind}, by a lease`]),
    ...outside,
    `wait for the guard to move the traffic to slot ${record.stable}`,
    "remove the fault, bring the traffic home, and clear the latch",
    ...probes("after"),
  ];
}
