/** `backout drill stop`: no drill begins, and those that run undo everything and end, wherever they run. */
import { hostname, userInfo } from "node:os";
import { Command } from "commander";
import { BackoutError, type Problem, refuseProblems, usageError } from "../base/errors.ts";
import { NO_FAULT_SIDECAR } from "../drills/faultStore.ts";
import { dynamoStopStore, type Stop, stopWords } from "../drills/stop.ts";
import { chooseEnvironment, environmentsIn } from "../guard/environment.ts";
import { environmentNames } from "../guard/names.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { resolveTarget } from "./target.ts";

interface StopOptions extends LiveOptions {
  readonly all?: boolean;
  readonly clear?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `none`: drills may run. `no-sidecar`: none can run there, stopped or not. */
interface Stopped {
  readonly environment: string;
  readonly state: "stopped" | "none" | "no-sidecar";
  readonly stop: Stop | null;
}

const MOST_WORDS = 512;

const HELP = `
A runner looks every second: it undoes what it did and ends as "interrupted", and a drill that is
begun meanwhile ends as "not-run". That holds until --clear.

  ${commandLine('drill stop --all --reason "incident 4711"')}
  ${commandLine("drill stop --all --clear")}`;

export function stopCommand(finish: (code: ExitCode) => void): Command {
  const stop = new Command("stop")
    .description("stop the drills of one environment or of all, until --clear")
    .argument("[environment]", "the environment")
    .option("--all", "every environment of the account and region")
    .option("--clear", "let drills run again")
    .option("--reason <text>", "why, for whoever finds a drill stopped")
    .addHelpText("after", HELP);
  return withOptions(stop, [endpointOption(), ...liveOptions(), jsonOption()]).action(
    async (environment: string | undefined, options: StopOptions) =>
      finish(await stopDrills(environment, options)),
  );
}

async function stopDrills(name: string | undefined, options: StopOptions): Promise<ExitCode> {
  refuseMixed(name, options);
  const { clients } = await resolveTarget(options);
  const known = await environmentsIn(clients.elbv2);
  const wanted = options.all ? known : [chooseEnvironment(known, name)];
  const stop: Stop = {
    schemaVersion: 1,
    at: new Date().toISOString(),
    by: `${userName()}@${hostname()}`.slice(0, 256),
    reason: options.reason ?? "no reason given",
  };
  const act = async (environment: string): Promise<Stopped> => {
    const store = dynamoStopStore(clients.dynamodb, environmentNames(environment).faultTable);
    try {
      if (!options.clear) return { environment, state: "stopped", stop: await store.put(stop) };
      await store.clear();
      return { environment, state: "none", stop: null };
    } catch (error) {
      if (!(error instanceof BackoutError && error.code === NO_FAULT_SIDECAR)) throw error;
      return { environment, state: "no-sidecar", stop: null };
    }
  };
  // One that cannot be reached keeps none of the others from being stopped.
  const settled = await Promise.allSettled(wanted.map(act));
  const stops = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (options.json) printJson({ schemaVersion: 1, stops });
  else for (const one of stops) print(wordsOf(one));
  if (!options.json && stops.length === 0 && wanted.length === 0) print("there is no environment");
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return ExitCode.Passed;
}

function wordsOf({ environment, state, stop }: Stopped): string {
  if (state === "no-sidecar") return `${environment}: no fault sidecar, so no drill can run there`;
  return `${environment}: ${stop ? stopWords(stop) : "drills may run"}`;
}

function refuseMixed(name: string | undefined, { all, clear, reason }: StopOptions): void {
  if (name !== undefined && all) {
    throw usageError("which-environment", "both an environment and --all", "give one of them");
  }
  if (name === undefined && !all) {
    throw usageError(
      "which-environment",
      "name an environment or give --all",
      `\`${commandLine("drill stop --all")}\``,
    );
  }
  const problems: Problem[] = [];
  const field = "--reason";
  if (reason !== undefined && clear) {
    problems.push({ field, value: reason, allowed: "without --clear only" });
  }
  if (reason !== undefined && (reason.length === 0 || reason.length > MOST_WORDS)) {
    problems.push({ field, value: reason, allowed: `1 to ${MOST_WORDS} characters` });
  }
  refuseProblems("this stop", problems);
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
