/** `backout drill`: the faults there are, running them, and clearing up after a crash. */
import { Command, InvalidArgumentError } from "commander";
import type { DrillConnection } from "../drills/connect.ts";
import { listFaults } from "../drills/faults/registry.ts";
import { strangersTraces, sweep } from "../drills/undo/sweep.ts";
import { environmentError } from "../base/errors.ts";
import { connect, DEFAULT_REQUESTS_PER_SECOND } from "./drillConnection.ts";
import { journalOf } from "./journalPlace.ts";
import type { LiveOptions } from "./live.ts";
import { openLive } from "./liveAccount.ts";
import { LIVE_SHARE } from "./liveDrills.ts";
import { run, type RunOptions } from "./drillRun.ts";
import { fire, type FireOptions, isFire } from "./drillFire.ts";
import { nextCommand } from "./drillNext.ts";
import { scheduleCommand } from "./drillSchedule.ts";
import { stopCommand } from "./drillStop.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, setOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { resolveTarget } from "./target.ts";

interface ListOptions extends LiveOptions {
  readonly json?: boolean;
}

export function drillCommand(finish: (code: ExitCode) => void): Command {
  const drill = new Command("drill").description("break an environment on purpose");
  withOptions(drill.command("list").description("the drills there are; with --live, on AWS"), [
    ...liveOptions(),
    jsonOption(),
  ]).action(async (options: ListOptions) => finish(await list(options)));
  withOptions(
    drill
      .command("run [name]")
      .description("run one drill by its fault's name or its definition's file, or all")
      .option("--dry-run", "say what it would do and what stands against it, and write nothing")
      .option("--all", "every drill")
      .option("--environment <name>", "the environment (default: the only one there is)")
      .option("--schedule <file>", "run one fire of this schedule file (env:NAME: its text)")
      .option("--fire <time>", "the fire's time, without jitter: 2026-11-21T02:30:00Z")
      .option("--lane <schedule/environment>", "whose fire (default: the only one there is)")
      .option("--journal <dir>", "where to write it down (default: this project's journal)"),
    [setOption(), endpointOption(), ...liveOptions(), jsonOption()],
  )
    .option(
      "--rate <n>",
      `requests per second to send, 1 to 10000 (default: ${DEFAULT_REQUESTS_PER_SECOND}; with --live none, users' are watched)`,
      parseRate,
    )
    .option("--yes", "with --all --live: do not ask for the environment's name first")
    .option(
      "--max-share <f>",
      `fraction of requests that may go bad, above 0 up to 1 (default: 1; with --live ${LIVE_SHARE})`,
      Number,
    )
    .option("--max-tasks <n>", "tasks of the candidate that may be touched", Number)
    .action(async (name: string | undefined, options: RunOptions & FireOptions) =>
      finish(await (isFire(options) ? fire(name, options) : run(name, options))),
    );
  withOptions(
    drill
      .command("sweep")
      .description("finish what a crashed drill left: its fault, its traffic, its latch")
      .option("--environment <name>", "the environment (default: the only one there is)")
      .option("--journal <dir>", "the crashed drill's journal (default: this project's)"),
    [endpointOption(), ...liveOptions(), jsonOption()],
  ).action(async (options: RunOptions) => finish(await sweepRuns(options)));
  drill.addCommand(nextCommand(finish));
  drill.addCommand(scheduleCommand(finish));
  drill.addCommand(stopCommand(finish));
  return drill;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (rate >= 1 && rate <= 10_000) return rate;
  throw new InvalidArgumentError("allowed: a number from 1 to 10000.");
}

async function list(options: ListOptions): Promise<ExitCode> {
  const live = await openLive(options);
  const drills = listFaults().filter(({ targets }) => !live || targets.includes("aws"));
  if (options.json) {
    printJson({ schemaVersion: 1, drills });
  } else {
    for (const drill of drills) {
      const { name, fidelity, summary, targets, breaks, expiresItself, parameters } = drill;
      print(`${name.padEnd(23)} ${fidelity.padEnd(15)} ${summary}`);
      print(
        `  on ${targets.join(", ")}; ${breaks === "content" ? "seen by no alarm" : `seen by ${breaks}`}${expiresItself ? "" : "; needs its undo"}`,
      );
      // Which of them there are is the environment's.
      if (drill.homeBy) print(`  ways home that are left: ${drill.homeBy.join(", ")}`);
      for (const [parameter, schema] of Object.entries(parameters.properties ?? {})) {
        if (typeof schema === "boolean") continue;
        const value = schema.default === undefined ? "N" : JSON.stringify(schema.default);
        const preset = `--set ${parameter}=${value}`;
        print(`  ${preset.padEnd(20)} ${schema.description}`);
      }
    }
  }
  return ExitCode.Passed;
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
  const journal = await journalOf(options);
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
