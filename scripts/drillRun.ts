/** `backout drill run`: one drill, or one after the other all that the target can carry. */
import { refuseProblems, usageError } from "../base/errors.ts";
import { notCarried, outOfReach } from "../drills/preflight/carried.ts";
import type { DrillConnection } from "../drills/connect.ts";
import type { DrillEvent } from "../drills/events.ts";
import type { FaultTarget } from "../drills/faults/fault.ts";
import { FAULT_NAMES } from "../drills/faults/registry.ts";
import type { DrillRecord } from "../drills/verdict/record.ts";
import { noJournal } from "../drills/journal/noJournal.ts";
import { renderSummary } from "../drills/report/terminal.ts";
import { refuseImpossible } from "../drills/preflight/possible.ts";
import { runDrill } from "../drills/runner.ts";
import { exitCodeOf } from "../drills/verdict/verdict.ts";
import { otherSlot } from "../guard/slot.ts";
import { connect } from "./drillConnection.ts";
import { tryOut } from "./drillDryRun.ts";
import { catalogued, type Job, jobOf } from "./drillJobs.ts";
import { journalOf } from "./journalPlace.ts";
import { askName, defaultRate, fitted, mustAsk, reasonOf, userProblems } from "./liveDrills.ts";
import type { LiveOptions } from "./live.ts";
import { onInterrupt } from "./interrupt.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { resolveTarget, type Target } from "./target.ts";
import { createView, silentView, type View } from "./view.ts";

export interface RunOptions extends LiveOptions {
  readonly all?: boolean;
  readonly environment?: string;
  readonly journal?: string;
  /** @default as `defaultRate` says */
  readonly rate?: number;
  readonly maxShare?: number;
  readonly maxTasks?: number;
  readonly set: Readonly<Record<string, unknown>>;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A drill that the target, or this environment as it is provisioned, cannot carry. */
interface LeftOut {
  readonly drill: string;
  readonly reason: string;
}

/** A run, and how long it took to bring the environment back after it: nominal milliseconds. */
interface Run {
  readonly record: DrillRecord;
  readonly broughtBackMs: number | null;
}

export async function run(name: string | undefined, options: RunOptions): Promise<ExitCode> {
  refuseMixed(name, options);
  // What cannot be is refused before anything is asked of an environment.
  const named = name === undefined ? undefined : await jobOf(name, options);
  const isAsked = mustAsk(options, process.stdin.isTTY && process.stderr.isTTY);
  const target = await resolveTarget(options);
  const rate = named?.rate ?? options.rate ?? defaultRate(target);
  const within = choose(named, options, target, rate);
  const journal = await journalOf(options);
  const connection = await connect(
    target,
    options.environment ?? named?.environment,
    journal,
    rate,
    options.dryRun ? noJournal(journal) : undefined,
  );
  if (options.dryRun) return tryOut(within.jobs, within.leftOut, connection, options);
  if (isAsked) await asked(connection);
  const view = options.json ? silentView : createView();
  const interrupt = onInterrupt(() => view.say("interrupted: undoing first"));
  const runs: Run[] = [];
  let { jobs, leftOut } = within;
  try {
    const lacking = await lackingFor(jobs, connection);
    if (named) {
      refuse(lacking[0]?.reason ?? null);
      await refuseImpossible(named.fault, named.options, connection);
    }
    jobs = jobs.filter(({ name: drill }) => !lacking.some((one) => one.drill === drill));
    leftOut = [...leftOut, ...lacking];
    for (const { drill, reason } of leftOut) view.say(`left out: ${drill}: ${reason}`);
    for (const job of jobs) {
      if (interrupt.signal.aborted) break;
      const done = await runOne(job, { connection, view, signal: interrupt.signal });
      runs.push(done);
      if (options.json) continue;
      view.say(renderSummary(done.record));
      if (done.broughtBackMs !== null && options.all) {
        view.say(`  brought back in ${done.broughtBackMs / 1000} s of the environment's clock`);
      }
    }
  } finally {
    view.end();
    interrupt.dispose();
    connection.close();
  }
  const records = runs.map(({ record }) => record);
  if (options.json) printJson(options.all ? documentOf(runs, leftOut) : (records[0] ?? {}));
  else print(`\n  journal: ${journal}`);
  // Drills that an interrupt left out were not measured, whatever those before them say.
  return records.length < jobs.length ? ExitCode.Interrupted : worstOf(records);
}

async function asked(connection: DrillConnection): Promise<void> {
  try {
    await askName(connection.environment);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function documentOf(runs: readonly Run[], leftOut: readonly LeftOut[]): object {
  return {
    schemaVersion: 1,
    runs: runs.map(({ record }) => record),
    leftOut,
    broughtBack: runs.map(({ record, broughtBackMs }) => ({ id: record.id, ms: broughtBackMs })),
  };
}

function refuseMixed(name: string | undefined, options: RunOptions): void {
  if ((name === undefined) === (options.all !== true)) {
    throw usageError(
      "which-drill",
      "name one drill or a definition's file, or give --all",
      `the drills are: ${FAULT_NAMES.join(", ")}`,
    );
  }
  if (name === undefined && Object.keys(options.set).length > 0) {
    throw usageError("set-for-all", "--set belongs to one drill", "name that drill, without --all");
  }
}

/** @throws BackoutError `not-carried` for a named drill that the target cannot carry */
function choose(
  named: Job | undefined,
  options: RunOptions,
  where: Target,
  rate: number,
): { readonly jobs: readonly Job[]; readonly leftOut: readonly LeftOut[] } {
  const target: FaultTarget = where.lab ? "lab" : "aws";
  if (named !== undefined) {
    const job = fitted(named, rate, where);
    refuse(outOfReach(job.fault, target));
    refuseProblems(`${job.name} with --live`, userProblems(job, rate, where));
    return { jobs: [job], leftOut: [] };
  }
  const all = FAULT_NAMES.map((name) => fitted(catalogued(name, options), rate, where));
  const leftOut = all.flatMap((job) => {
    const reason = outOfReach(job.fault, target) ?? reasonOf(userProblems(job, rate, where));
    return reason === null ? [] : [{ drill: job.name, reason }];
  });
  return { jobs: all.filter(({ name }) => !leftOut.some((one) => one.drill === name)), leftOut };
}

/** Drills that this environment is not provisioned for, before any of them is begun. */
async function lackingFor(
  jobs: readonly Job[],
  { store, alarms, outside }: DrillConnection,
): Promise<readonly LeftOut[]> {
  const shown = await alarms.read(otherSlot((await store.read()).stable));
  return jobs.flatMap(({ name, fault }) => {
    const reason = notCarried(fault, outside.target, shown);
    return reason === null ? [] : [{ drill: name, reason }];
  });
}

function refuse(reason: string | null): void {
  if (reason !== null) throw usageError("not-carried", reason);
}

interface Stage {
  readonly connection: DrillConnection;
  readonly view: View;
  readonly signal: AbortSignal;
}

async function runOne({ options }: Job, stage: Stage): Promise<Run> {
  const { connection, view, signal } = stage;
  const { clock } = connection;
  let undoingSinceMs: number | null = null;
  const onEvent = (event: DrillEvent): void => {
    if (event.type === "step" && event.step === "undo") undoingSinceMs = clock.now();
    view.onDrillEvent(event);
  };
  const record = await runDrill({ ...options, signal, onEvent }, connection);
  const hadFault = record.timeline.some(({ event }) => event === "fault.injected");
  const broughtBackMs =
    hadFault && undoingSinceMs !== null ? Math.round(clock.now() - undoingSinceMs) : null;
  return { record, broughtBackMs };
}

function worstOf(records: readonly DrillRecord[]): ExitCode {
  const codes = new Set<ExitCode>(records.map((record) => exitCodeOf(record.verdict)));
  // 130 and 3 outweigh 1: they say that something was not measured, or was left.
  return (
    [ExitCode.Interrupted, ExitCode.Environment, ExitCode.Failed].find((code) => codes.has(code)) ??
    ExitCode.Passed
  );
}
