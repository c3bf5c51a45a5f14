/**
 * A drill from preflight to record: break the candidate, watch the guard, undo everything, judge.
 * Every act is on disk before it is done, and undone whatever happens in between.
 */
import { messageOf, type Problem, refuseProblems } from "../base/errors.ts";
import { sortableId } from "../base/ids.ts";
import { awaitBaseline, awaitControl, shiftToCandidate } from "./baseline.ts";
import { explainLink, brokenLink as judgeLink } from "./brokenLink.ts";
import type { DrillEvent } from "./events.ts";
import { chooseFault } from "./faults/registry.ts";
import { inject } from "./inject.ts";
import { observe } from "./observe.ts";
import type { DrillPorts } from "./ports.ts";
import { preflight } from "./preflight.ts";
import { type DrillRecord, Recovery } from "./record.ts";
import { type Ending, renderRecord } from "./renderRecord.ts";
import { lookingOn } from "./lookingOn.ts";
import { DrillRun, type Plan } from "./run.ts";
import { undoAll } from "./undo.ts";
import { judgeRecovery } from "./verdict.ts";

/** All durations are nominal milliseconds. */
export interface DrillOptions {
  /** A fault's name, such as `bad-release-errors`. */
  readonly drill: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Recovery must take no longer in total. @default 300000 */
  readonly objectiveTotalMs?: number;
  /** How long recovery must last to count. @default 60000 */
  readonly sustainMs?: number;
  /** How long a reversion is waited for. @default the worst detection plus a minute */
  readonly holdMs?: number;
  /** How long the candidate must be seen healthy first. @default 30000 */
  readonly baselineMs?: number;
  /** How long alarms may take to become OK, before and after. @default 600000 */
  readonly alarmWaitMs?: number;
  /** When the fault ends by itself. @default outlasts the hold; shorter ends as `fault-ended` */
  readonly ttlMs?: number;
  /** Aborting it undoes everything and ends as `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: DrillEvent) => void;
}

/**
 * Runs one drill and returns its record, which is also the run's last entry in the journal. What
 * goes wrong inside the drill is in the record; before the lease it is `not-run`.
 *
 * @throws BackoutError of kind usage for an unknown fault or bad options, before anything is read;
 *   `journal-not-written` when the record could not be kept, after everything was undone
 */
export async function runDrill(options: DrillOptions, ports: DrillPorts): Promise<DrillRecord> {
  const fault = chooseFault(options.drill, options.parameters);
  refuseProblems("the drill's options", optionProblems(options));
  const { objectiveTotalMs = 300_000, alarmWaitMs = 600_000 } = options;
  const signal = options.signal ?? new AbortController().signal;
  const emit = options.onEvent ?? (() => {});
  const run = new DrillRun(sortableId(ports.clock.wall()), fault, ports, signal, emit);

  run.journal("run.started", {
    environment: ports.environment,
    drill: fault.name,
    parameters: fault.parameters,
    clock: { speed: ports.clock.speed },
  });
  const ending = await breakAndWatch(run, options, objectiveTotalMs);
  run.step("undo", "putting everything back");
  const residue = await lookingOn(run, ending.plan, () => undoAll(run, ending.plan, alarmWaitMs));
  await run.load?.stop();
  const record = renderRecord(run, ending, residue);
  run.journal("record", { record });
  emit({ type: "finished", record });
  return record;
}

async function breakAndWatch(
  run: DrillRun,
  options: DrillOptions,
  objectiveTotalMs: number,
): Promise<Ending> {
  const { sustainMs = 60_000, baselineMs = 30_000, alarmWaitMs = 600_000 } = options;
  const ending: Ending = { objectiveTotalMs };
  try {
    run.step("preflight", "checking that the environment is ready");
    const bounds = { waitMs: alarmWaitMs, sustainMs, holdMs: options.holdMs };
    const plan = await preflight(run, bounds);
    ending.plan = plan;

    run.load = run.ports.startLoad(plan.judging);
    if (run.ports.hasSentinel) {
      run.step("preflight", `sampling slot ${plan.stable}, for the sentinel to compare with`);
      await awaitControl(run, plan);
    }
    run.step("shift", `moving all traffic to slot ${plan.candidate}`);
    await shiftToCandidate(run, plan);
    run.step("baseline", `watching slot ${plan.candidate} while it is healthy`);
    await awaitBaseline(run, plan, baselineMs);

    run.step("inject", `breaking slot ${plan.candidate}: ${run.fault.name}`);
    ending.weightsBefore = (await run.ports.traffic.read()).weights;
    await inject(run, plan, options.ttlMs);
    run.step("observe", "waiting for the guard; the fault stays");
    await watch(run, plan, ending);
  } catch (error) {
    ending.interrupted = run.signal.aborted;
    ending.problem = messageOf(error);
    ending.beforeLease = run.leaseId === undefined;
    run.tryJournal("run.problem", { message: ending.problem });
  }
  ending.traffic ??= run.load?.snapshot();
  return ending;
}

async function watch(run: DrillRun, plan: Plan, ending: Ending): Promise<void> {
  const seen = await observe(run, plan);
  ending.traffic = run.load?.snapshot();
  ending.weightsAfter = seen.weightsAfter;
  ending.path = seen.path;
  ending.recovery = judgeRecovery(seen);
  if (ending.recovery !== Recovery.NotRecovered) return;
  run.step("diagnose", "the hold ran out: looking for the broken link");
  const injected = run.timeline.find((entry) => entry.event === "fault.injected");
  const evidence = await run.ports.gatherEvidence({
    slot: plan.candidate,
    home: plan.stable,
    sinceMs: Date.parse(injected?.at ?? ""),
    knownReversionIds: plan.knownReversionIds,
  });
  ending.brokenLink = judgeLink(evidence);
  run.tryJournal("diagnosis", { evidence, brokenLink: ending.brokenLink });
  run.note(explainLink(ending.brokenLink));
}

function optionProblems(options: DrillOptions): Problem[] {
  const durations = [
    "objectiveTotalMs",
    "sustainMs",
    "holdMs",
    "baselineMs",
    "alarmWaitMs",
    "ttlMs",
  ] as const;
  return durations.flatMap((field): Problem[] => {
    const value = options[field];
    if (value === undefined || (Number.isInteger(value) && value > 0)) return [];
    return [{ field, value, allowed: "a whole number of milliseconds above 0" }];
  });
}
