/** `backout drill`: the faults there are, running them, and clearing up after a crash. */
import { Command, InvalidArgumentError } from "commander";
import type { DrillConnection } from "../drills/connect.ts";
import { listFaults } from "../drills/faults/registry.ts";
import { strangersTraces, sweep } from "../drills/undo/sweep.ts";
import { environmentError } from "../base/errors.ts";
import { connect, DEFAULT_REQUESTS_PER_SECOND } from "./drillConnection.ts";
import { run, type RunOptions } from "./drillRun.ts";
import { nextCommand } from "./drillNext.ts";
import { scheduleCommand } from "./drillSchedule.ts";
import { stopCommand } from "./drillStop.ts";
import { endpointOption, jsonOption, setOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";
import { resolveTarget } from "./target.ts";

export function drillCommand(finish: (code: ExitCode) => void): Command {
  const drill = new Command("drill").description("break an environment on purpose");
  withOptions(drill.command("list").description("the drills there are"), [jsonOption()]).action(
    (options: { json?: boolean }) => finish(list(options)),
  );
  withOptions(
    drill
      .command("run [name]")
      .description("run one drill by its fault's name or its definition's file, or all")
      .option("--dry-run", "say what it would do and what stands against it, and write nothing")
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
    .option("--max-share <f>", "fraction of requests that may go bad, above 0 up to 1", Number)
    .option("--max-tasks <n>", "tasks of the candidate that may be touched", Number)
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

function list(options: { json?: boolean }): ExitCode {
  const drills = listFaults();
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
