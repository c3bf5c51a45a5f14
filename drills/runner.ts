/**
 * A drill from preflight to record: break the candidate, watch the guard, undo everything, judge.
 * Every act is on disk before it is done, and undone whatever happens in between.
 */
import { environmentError, messageOf, type Problem, refuseProblems } from "../base/errors.ts";
import { sortableId } from "../base/ids.ts";
import { type Caps, capProblems } from "./preflight/blastRadius.ts";
import { awaitBaseline, awaitControl, shiftToCandidate } from "./preflight/baseline.ts";
import { explainLink, brokenLink as judgeLink } from "./verdict/brokenLink.ts";
import type { DrillEvent } from "./events.ts";
import type { ChosenFault } from "./faults/fault.ts";
import { chooseFault } from "./faults/registry.ts";
import { type Expectation, Hypothesis } from "./watch/hypothesis.ts";
import { inject } from "./inject.ts";
import { observe } from "./watch/observe.ts";
import type { DrillPorts } from "./ports.ts";
import { OBJECTIVE_MS } from "./preflight/planning.ts";
import { preflight } from "./preflight/preflight.ts";
import { restAfterLast } from "./preflight/rest.ts";
import { type DrillRecord, Recovery } from "./verdict/record.ts";
import { type Ending, renderRecord } from "./verdict/renderRecord.ts";
import { lookingOn } from "./watch/lookingOn.ts";
import type { Plan } from "./preflight/plan.ts";
import { DrillRun } from "./run.ts";
import { abortAlarmProblems, refuseUnsafe, type Watching, watchSafety } from "./watch/safety.ts";
import { undoAll } from "./undo/undo.ts";
import { judgeRecovery } from "./verdict/verdict.ts";

/** All durations are nominal milliseconds. */
export interface DrillOptions {
  /** A fault's name, such as `bad-release-errors`; with `fault`, the drill's own. */
  readonly drill: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** In place of the one that `drill` names, parameters and all. */
  readonly fault?: ChosenFault;
  /** What must hold before, while, and after it. @default nothing beside the baseline */
  readonly hypothesis?: readonly Expectation[];
  /** An alarm that ends the drill when it is not OK: none of the environment's own. @default none */
  readonly abortAlarm?: string | undefined;
  /** Why a drill may not begin at a nominal time; null when it may. @default it always may */
  readonly notNow?: (nowMs: number) => string | null;
  /**
   * True: a way home that is seen to be cut keeps the drill from nothing, and is its finding.
   * @default false
   */
  readonly evenIfUnarmed?: boolean;
  /**
   * Recovery must take no longer in total.
   * @default 300000, or a minute beyond the worst detection where that is later; where a way home is
   *   broken, what the others may need more
   */
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
  /** How much it may reach at most. @default all of the candidate */
  readonly caps?: Caps;
  /** Aborting it undoes everything and ends as `interrupted`; so do the stop and the abort alarm. */
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
  const { drill, abortAlarm, hypothesis = [], alarmWaitMs = 600_000 } = options;
  const injected = options.fault ?? chooseFault(drill, options.parameters);
  refuseProblems("the drill's options", [
    ...optionProblems(options),
    ...capProblems(injected, options.caps ?? {}),
    ...(await abortAlarmProblems(abortAlarm, ports)),
  ]);
  const outer = options.signal ?? new AbortController().signal;
  const watching = watchSafety(ports, abortAlarm, outer);
  const emit = options.onEvent ?? (() => {});
  const id = sortableId(ports.clock.wall());
  const run = new DrillRun(id, { ...injected, name: drill }, ports, watching.signal, emit);
  const steady = new Hypothesis(run, hypothesis);

  const isRenamed = drill !== injected.name;
  await run.journal("run.started", {
    environment: ports.environment,
    drill,
    ...(isRenamed ? { fault: injected.name } : {}),
    parameters: injected.parameters,
    clock: { speed: ports.clock.speed },
  });
  const ending = await breakAndWatch(run, options, { watching, steady });
  // From here on everything is undone, whoever asks for it.
  watching.end();
  if (isRenamed) ending.fault = injected.name;
  run.step("undo", "putting everything back");
  const residue = await lookingOn(run, ending.plan, () => undoAll(run, ending.plan, alarmWaitMs));
  if (ending.plan && run.has("fault.injected") && !ending.interrupted) {
    await steady.after(ending.plan);
  }
  await run.load?.stop();
  ending.hypothesis = steady.results;
  const record = renderRecord(run, ending, residue);
  await run.journal("record", { record });
  emit({ type: "finished", record });
  return record;
}

interface Guards {
  readonly watching: Watching;
  readonly steady: Hypothesis;
}

async function breakAndWatch(
  run: DrillRun,
  options: DrillOptions,
  { watching, steady }: Guards,
): Promise<Ending> {
  const { sustainMs = 60_000, baselineMs = 30_000, alarmWaitMs = 600_000 } = options;
  const { objectiveTotalMs, caps = {} } = options;
  const ending: Ending = { objectiveTotalMs: objectiveTotalMs ?? OBJECTIVE_MS };
  try {
    run.step("preflight", "checking that the environment is ready");
    await restAfterLast(run.ports, run.signal, (text) => run.note(text));
    const refusal = options.notNow?.(run.ports.clock.now()) ?? null;
    if (refusal !== null) throw environmentError("not-now", refusal);
    await refuseUnsafe(run.ports, options.abortAlarm);
    watching.begin();
    const { holdMs, evenIfUnarmed = false } = options;
    const waitMs = alarmWaitMs;
    const bounds = { waitMs, sustainMs, holdMs, objectiveTotalMs, caps, evenIfUnarmed };
    const plan = await preflight(run, bounds);
    ending.plan = plan;
    ending.objectiveTotalMs = plan.objectiveTotalMs;

    run.load = run.ports.startLoad(plan.judging, run.fault.load);
    if (run.ports.hasSentinel) {
      run.step("preflight", `sampling slot ${plan.stable}, for the sentinel to compare with`);
      await awaitControl(run, plan);
    }
    run.step("shift", `moving all traffic to slot ${plan.candidate}`);
    await shiftToCandidate(run, plan);
    run.step("baseline", `watching slot ${plan.candidate} while it is healthy`);
    await awaitBaseline(run, plan, baselineMs);
    await steady.before(plan);

    run.step("inject", `breaking slot ${plan.candidate}: ${run.fault.name}`);
    ending.weightsBefore = (await run.ports.traffic.read()).weights;
    await inject(run, plan, options.ttlMs);
    run.step("observe", "waiting for the guard; the fault stays");
    await steady.during(plan, () => watch(run, plan, ending));
  } catch (error) {
    ending.interrupted = run.signal.aborted;
    ending.interruptedBy = watching.reason();
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
