/** `backout drill`: the faults there are, running them, and clearing up after a crash. */
import { Command, InvalidArgumentError } from "commander";
import { connectDrill, type DrillConnection } from "../drills/connect.ts";
import type { DrillEvent } from "../drills/events.ts";
import { chooseFault, FAULT_NAMES, listFaults } from "../drills/faults/registry.ts";
import type { DrillRecord } from "../drills/record.ts";
import { renderSummary } from "../drills/report/terminal.ts";
import { runDrill } from "../drills/runner.ts";
import { strangersTraces, sweep } from "../drills/sweep.ts";
import { exitCodeOf } from "../drills/verdict.ts";
import { environmentError, usageError } from "../base/errors.ts";
import { openEnvironment } from "./env.ts";
import { onInterrupt } from "./interrupt.ts";
import { endpointOption, jsonOption, setOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";
import { needRunningClock, resolveTarget, type Target } from "./target.ts";
import { createView, silentView } from "./view.ts";

/** Requests per second of wall time that a drill sends by itself. */
export const DEFAULT_REQUESTS_PER_SECOND = 50;

interface RunOptions {
  readonly all?: boolean;
  readonly environment?: string;
  readonly journal?: string;
  readonly rate: number;
  readonly set: Readonly<Record<string, unknown>>;
  readonly endpoint?: string;
  readonly json?: boolean;
}

export function drillCommand(finish: (code: ExitCode) => void): Command {
  const drill = new Command("drill").description("break an environment on purpose");
  withOptions(drill.command("list").description("the drills there are"), [jsonOption()]).action(
    (options: { json?: boolean }) => finish(list(options)),
  );
  withOptions(
    drill
      .command("run [name]")
      .description("run one drill, or all of them one after the other")
      .option("--all", "every drill")
      .option("--environment <name>", "the environment (default: the only one there is)")
      .option("--journal <dir>", "where to write it down (default: this project's journal)"),
    [setOption(), endpointOption(), jsonOption()],
  )
    .option(
      "--rate <n>",
      "requests per second to send, 1 to 10000",
      parseRate,
      DEFAULT_REQUESTS_PER_SECOND,
    )
    .action(async (name: string | undefined, options: RunOptions) =>
      finish(await run(name, options)),
    );
  withOptions(
    drill
      .command("sweep")
      .description("finish what a crashed drill left: its fault, its traffic, its latch")
      .option("--environment <name>", "the environment (default: the only one there is)")
      .option("--journal <dir>", "the crashed drill's journal (default: this project's)"),
    [endpointOption(), jsonOption()],
  ).action(async (options: RunOptions) => finish(await sweepRuns(options)));
  return drill;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (rate >= 1 && rate <= 10_000) return rate;
  throw new InvalidArgumentError("allowed: a number from 1 to 10000.");
}

function list(options: { json?: boolean }): ExitCode {
  const drills = listFaults();
  if (options.json) {
    printJson({ schemaVersion: 1, drills });
  } else {
    for (const { name, fidelity, summary, parameters } of drills) {
      print(`${name.padEnd(22)} ${fidelity.padEnd(15)} ${summary}`);
      for (const [parameter, schema] of Object.entries(parameters.properties ?? {})) {
        if (typeof schema === "boolean") continue;
        const preset = `--set ${parameter}=${JSON.stringify(schema.default)}`;
        print(`  ${preset.padEnd(20)} ${schema.description}`);
      }
    }
  }
  return ExitCode.Passed;
}

/** Opens an environment for drills. The caller closes the connection, and with it the journal. */
export async function connect(
  target: Target,
  wanted: string | undefined,
  journalDirectory: string,
  requestsPerSecond: number,
): Promise<DrillConnection> {
  needRunningClock(target, "a drill");
  const { environment } = await openEnvironment(target, wanted);
  return connectDrill({
    clients: target.clients,
    environment,
    clock: target.clock,
    url: await target.urlOf(environment),
    journalDirectory,
    requestsPerSecond,
    ...(target.lab ? { metricDelayMs: target.lab.metricDelayMs } : {}),
  });
}

async function run(name: string | undefined, options: RunOptions): Promise<ExitCode> {
  if ((name === undefined) === (options.all !== true)) {
    throw usageError(
      "which-drill",
      "name one drill or give --all",
      `the drills are: ${FAULT_NAMES.join(", ")}`,
    );
  }
  if (name === undefined && Object.keys(options.set).length > 0) {
    throw usageError("set-for-all", "--set belongs to one drill", "name that drill, without --all");
  }
  // Parameters that cannot be are refused before anything is asked of an environment.
  const names = name === undefined ? FAULT_NAMES : [chooseFault(name, options.set).name];
  const target = await resolveTarget(options);
  const journal = options.journal ?? defaultJournalDirectory();
  const connection = await connect(target, options.environment, journal, options.rate);
  const view = options.json ? silentView : createView();
  const interrupt = onInterrupt(() => view.say("interrupted: undoing first"));
  const records: DrillRecord[] = [];
  try {
    for (const drill of names) {
      if (interrupt.signal.aborted) break;
      const onEvent = (event: DrillEvent): void => view.onDrillEvent(event);
      const parameters = options.set;
      const record = await runDrill(
        { drill, parameters, signal: interrupt.signal, onEvent },
        connection,
      );
      records.push(record);
      if (!options.json) view.say(renderSummary(record));
    }
  } finally {
    view.end();
    interrupt.dispose();
    connection.close();
  }
  if (options.json)
    printJson(options.all ? { schemaVersion: 1, runs: records } : (records[0] ?? {}));
  else print(`\n  journal: ${journal}`);
  // Drills that an interrupt left out were not measured, whatever those before them say.
  return records.length < names.length ? ExitCode.Interrupted : worstOf(records);
}

function worstOf(records: readonly DrillRecord[]): ExitCode {
  const codes = new Set<ExitCode>(records.map((record) => exitCodeOf(record.verdict)));
  // 130 and 3 outweigh 1: they say that something was not measured, or was left.
  return (
    [ExitCode.Interrupted, ExitCode.Environment, ExitCode.Failed].find((code) => codes.has(code)) ??
    ExitCode.Passed
  );
}

/** Undoing what is not in this journal could be undoing a drill that runs, or a rollout. */
async function refuseStrangers(connection: DrillConnection): Promise<void> {
  const traces = await strangersTraces(connection);
  if (traces.length === 0) return;
  const { environment, journal } = connection;
  throw environmentError(
    "not-in-this-journal",
    `the journal in ${journal.directory} holds no unfinished drill of environment ` +
      `"${environment}", and yet ${traces.join(", and ")}`,
    "if that was a drill that died, give the journal of its run with --journal DIR",
  );
}

async function sweepRuns(options: RunOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const journal = options.journal ?? defaultJournalDirectory();
  const connection = await connect(target, options.environment, journal, 1);
  try {
    const runs = await sweep(connection);
    if (runs.every((swept) => swept.outcome === "elsewhere")) await refuseStrangers(connection);
    if (options.json) printJson({ schemaVersion: 1, runs });
    else if (runs.length === 0) print("no drill was left unfinished");
    for (const swept of options.json ? [] : runs) {
      print(
        `${swept.runId}: ${swept.outcome}${swept.residue.map((left) => `\n  ${left}`).join("")}`,
      );
    }
    return runs.some((swept) => swept.outcome === "stuck") ? ExitCode.Environment : ExitCode.Passed;
  } finally {
    connection.close();
  }
}
