/** `backout drill schedule`: the daemon in the foreground, or the systemd unit that keeps it running. */
import { createHash } from "node:crypto";
import { uptime } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { Command } from "commander";
import { type Problem, refuseProblems } from "../base/errors.ts";
import type { DrillConnection } from "../drills/connect.ts";
import { cloudWatchConditions, readConditions } from "../drills/schedule/conditions.ts";
import { ScheduleDaemon } from "../drills/schedule/daemon.ts";
import { readSchedules } from "../drills/schedule/file.ts";
import { runFire } from "../drills/schedule/runFire.ts";
import type { Schedule } from "../drills/schedule/schedule.ts";
import { sharedJournal, type SharedJournal } from "../drills/schedule/sharedJournal.ts";
import type { Reading } from "../drills/schedule/state.ts";
import type { StateEntry } from "../drills/schedule/stateEntry.ts";
import { openStateFile } from "../drills/schedule/stateFile.ts";
import { systemdUnit } from "../drills/schedule/systemd.ts";
import { sweep } from "../drills/undo/sweep.ts";
import { environmentsIn } from "../guard/environment.ts";
import type { Clock } from "../base/clock.ts";
import { connect } from "./drillConnection.ts";
import { onInterrupt } from "./interrupt.ts";
import { absolutePlace, checkPlace, journalOf, openJournalAt } from "./journalPlace.ts";
import { type Live, type LiveOptions, liveArguments } from "./live.ts";
import { liveOf } from "./liveAccount.ts";
import { defaultRate, refuseUnfit } from "./liveDrills.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { commandLine, ownDirectory, packageDirectory, runsDirectory } from "./paths.ts";
import { needRunningClock, resolveTarget, type Target } from "./target.ts";

interface ScheduleOptions extends LiveOptions {
  readonly state?: string;
  readonly journal?: string;
  readonly printSystemd?: boolean;
  readonly json?: boolean;
}

const HELP = `
Each fire is written down before its drills begin: killed and started again, the daemon starts none
twice. What it could not start in time, it writes down as missed, with the reason. SIGTERM or ^C
interrupts a running drill, undoes everything, and ends.

  ${commandLine("drill next nightly.yaml")}                       when the next ones are due
  ${commandLine("drill schedule nightly.yaml --print-systemd")}   for /etc/systemd/system`;

export function scheduleCommand(finish: (code: ExitCode) => void): Command {
  const schedule = new Command("schedule")
    .description("run the drills of a schedule file when they are due, until interrupted")
    .argument("<file>", "a schedule file (YAML)")
    .option("--journal <dir>", "where drills are written down (default: this project's journal)")
    .option("--state <file>", "what was started and missed (default: one per schedule file)")
    .option("--print-systemd", "print a systemd unit that runs this, and end")
    .addHelpText("after", HELP);
  return withOptions(schedule, [endpointOption(), ...liveOptions(), jsonOption()]).action(
    async (file: string, options: ScheduleOptions) =>
      finish(options.printSystemd ? await printUnit(file, options) : await follow(file, options)),
  );
}

/** Two files of one name in two directories are two schedules. */
function defaultState(file: string, live: Live | undefined): string {
  const path = resolve(file);
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return join(runsDirectory(live), "schedule", `${basename(path, extname(path))}-${digest}.jsonl`);
}

async function printUnit(file: string, options: ScheduleOptions): Promise<ExitCode> {
  const schedules = readSchedules(file, Date.now());
  const live = await liveOf(options);
  const endpoint = options.endpoint ?? process.env["AWS_ENDPOINT_URL"];
  const unit = systemdUnit({
    description: `Backout drills of ${basename(file)} (${schedules.map(({ name }) => name).join(", ")})`,
    command: [
      process.execPath,
      join(packageDirectory, "scripts", "backout.js"),
      "drill",
      "schedule",
      resolve(file),
      "--state",
      resolve(options.state ?? defaultState(file, live)),
      "--journal",
      absolutePlace(await journalOf(options)),
      ...(endpoint ? ["--endpoint", endpoint] : []),
      ...(live ? liveArguments(live) : []),
    ],
    workingDirectory: process.cwd(),
    environment: { BACKOUT_DIRECTORY: resolve(ownDirectory()) },
  });
  if (options.json) printJson({ schemaVersion: 1, unit });
  else print(unit.trimEnd());
  return ExitCode.Passed;
}

async function follow(file: string, options: ScheduleOptions): Promise<ExitCode> {
  // A file that is wrong is refused before a lab is looked for.
  readSchedules(file, Date.now());
  checkPlace(options.journal ?? "");
  const target = await resolveTarget(options);
  needRunningClock(target, "a schedule");
  const schedules = readSchedules(file, target.clock.now());
  refuseUnfit(file, schedules, target);
  await refuseUnknown(file, schedules, await environmentsIn(target.clients.elbv2));
  const statePath = options.state ?? defaultState(file, target.live);
  const journalDirectory = await journalOf(options);
  const store = openStateFile(statePath);
  const entries: StateEntry[] = [];
  const tell = options.json ? diagnose : print;
  try {
    tell(`following ${file}; state: ${statePath}; journal: ${journalDirectory}`);
    const opener = openerOf(target, journalDirectory);
    await sweepDead(schedules, opener, tell);
    const conditions = cloudWatchConditions(target.clients.cloudwatch);
    const end = new Ending();
    const daemon = new ScheduleDaemon({
      clock: target.clock,
      store,
      schedules,
      read: () => readClocks(target.clock),
      run: (fire, signal) => runFire(fire, signal, () => opener(fire.environment, fire.schedule)),
      conditions: ({ schedule }) => readConditions(schedule, target.clock.now(), conditions),
      onEntry(entry) {
        if (entry.type === "ended" && entry.outcome === "interrupted") end.interrupted = true;
        entries.push(entry);
        tell(entryLine(entry));
      },
      onWaiting: ({ lane, detail }) => tell(`${lane} waits: ${detail}`),
      onFailure: (error) => end.fail(error),
    });
    const interrupt = onInterrupt(() => {
      tell("ending: a running drill is undone first");
      end.come();
    });
    try {
      await daemon.start();
      await end.reached;
    } finally {
      await daemon.stop();
      interrupt.dispose();
    }
    if (options.json) printJson({ schemaVersion: 1, state: statePath, entries });
    return end.interrupted ? ExitCode.Interrupted : ExitCode.Passed;
  } finally {
    store.close();
  }
}

/** Resolves when somebody asks for the end, rejects when the daemon cannot go on. */
class Ending {
  interrupted = false;
  readonly #ending = Promise.withResolvers<void>();
  readonly reached = this.#ending.promise;

  come(): void {
    this.#ending.resolve();
  }

  fail(error: unknown): void {
    this.#ending.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

export async function refuseUnknown(
  file: string,
  schedules: readonly Schedule[],
  known: readonly string[],
): Promise<void> {
  const problems = schedules.flatMap(({ name, environments }): Problem[] =>
    environments
      .filter((environment) => !known.includes(environment))
      .map((environment) => ({
        field: `${file}: environments of schedule ${name}`,
        value: environment,
        allowed: known.length > 0 ? `one of ${known.join(", ")}` : "an environment; there is none",
        fix: `\`${commandLine("up")}\` provisions this project's`,
      })),
  );
  refuseProblems("the schedule file", problems);
}

type Opener = (environment: string, schedule: Schedule) => Promise<DrillConnection>;

/** Connections that share one journal. */
export function openerOf(target: Target, directory: string): Opener {
  const shared: SharedJournal = sharedJournal(() => openJournalAt(directory, target));
  return async (environment, { requestsPerSecond }) => {
    const rate = requestsPerSecond ?? defaultRate(target);
    const journal = await shared.take();
    try {
      const opened = await connect(target, environment, directory, rate, journal);
      return { ...opened, close: () => shared.giveBack() };
    } catch (error) {
      shared.giveBack();
      throw error;
    }
  };
}

/** What a daemon that was killed left behind would keep every drill from running. */
export async function sweepDead(
  schedules: readonly Schedule[],
  opener: Opener,
  tell: (text: string) => void,
): Promise<void> {
  const swept = new Set<string>();
  for (const schedule of schedules) {
    for (const environment of schedule.environments) {
      if (swept.has(environment)) continue;
      swept.add(environment);
      const connection = await opener(environment, schedule);
      try {
        for (const { runId, outcome } of await sweep(connection)) {
          if (outcome !== "elsewhere") tell(`${environment}: run ${runId} of before: ${outcome}`);
        }
      } finally {
        connection.close();
      }
    }
  }
}

/** libuv's uptime counts suspended time (CLOCK_BOOTTIME), its high-resolution time does not. */
export function readClocks(clock: Clock): Reading {
  return {
    nowMs: clock.now(),
    wallMs: Date.now(),
    upMs: uptime() * 1000,
    awakeMs: performance.now(),
  };
}

export function entryLine(entry: StateEntry): string {
  const { at, lane } = entry;
  switch (entry.type) {
    case "lane":
      return `${at}  ${lane}  followed from now on`;
    case "started":
      return `${at}  ${lane}  started, due ${entry.due}`;
    case "ended":
      return `${at}  ${lane}  ended, due ${entry.due}: ${entry.outcome} ${entry.runs.join(" ")}`.trimEnd();
    case "missed": {
      const which =
        entry.count === 1 ? entry.first : `${entry.count} from ${entry.first} to ${entry.last}`;
      return `${at}  ${lane}  missed, due ${which}: ${entry.reason}: ${entry.detail}`;
    }
    case "reinstated":
    default:
      return `${at}  ${lane}  the clock went back: fires after ${entry.after} are owed again`;
  }
}
