/** `backout drill run --schedule FILE --fire TIME`: one fire of a schedule, at a time that somebody else keeps. */
import { type Problem, refuseProblems, usageError } from "../base/errors.ts";
import { cloudWatchConditions, readConditions } from "../drills/schedule/conditions.ts";
import { parseSchedules, readSchedules } from "../drills/schedule/file.ts";
import { dynamoFireLog } from "../drills/schedule/fireLog.ts";
import { type OneFireEnd, runOneFire } from "../drills/schedule/oneFire.ts";
import { runFire } from "../drills/schedule/runFire.ts";
import { Concurrency, type Schedule } from "../drills/schedule/schedule.ts";
import { laneOf } from "../drills/schedule/state.ts";
import type { StateEntry } from "../drills/schedule/stateEntry.ts";
import { exitCodeOf } from "../drills/verdict/verdict.ts";
import { Verdict } from "../drills/verdict/record.ts";
import { environmentNames } from "../guard/names.ts";
import { entryLine, openerOf, readClocks, refuseUnknown, sweepDead } from "./drillSchedule.ts";
import { environmentsIn } from "../guard/environment.ts";
import { onInterrupt } from "./interrupt.ts";
import { journalOf } from "./journalPlace.ts";
import { refuseUnfit } from "./liveDrills.ts";
import type { LiveOptions } from "./live.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { needRunningClock, resolveTarget } from "./target.ts";

export interface FireOptions extends LiveOptions {
  readonly schedule?: string;
  readonly fire?: string;
  readonly lane?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly journal?: string;
  readonly json?: boolean;
}

/** A file's text in a variable of the environment: a container has no file of its user's. */
const IN_VARIABLE = /^env:(?<name>[A-Za-z_]\w*)$/;

export function isFire({ schedule, fire: time, lane }: FireOptions): boolean {
  return [schedule, time, lane].some((given) => given !== undefined);
}

export async function fire(name: string | undefined, options: FireOptions): Promise<ExitCode> {
  const { schedule: file, fire: time } = options;
  if (name !== undefined || options.all || options.dryRun || !file || !time) {
    throw usageError(
      "which-fire",
      "a fire is given with --schedule FILE and --fire TIME, and without a drill's name, --all or --dry-run",
      "the drills are those of the file",
    );
  }
  const dueMs = timeOf(time);
  const { schedule, environment } = chosen(schedulesIn(file, Date.now()), options.lane);
  const target = await resolveTarget(options);
  needRunningClock(target, "a fire");
  const only = { ...schedule, environments: [environment] };
  refuseUnfit(file, [only], target);
  await refuseUnknown(file, [only], await environmentsIn(target.clients.elbv2));
  const tell = options.json ? diagnose : print;
  const opener = openerOf(target, await journalOf(options));
  const conditions = cloudWatchConditions(target.clients.cloudwatch);
  const entries: StateEntry[] = [];
  const interrupt = onInterrupt(() => tell("ending: a running drill is undone first"));
  try {
    const end = await runOneFire(
      { schedule, environment, dueMs },
      {
        clock: target.clock,
        log: dynamoFireLog(target.clients.dynamodb, environmentNames(environment).faultTable),
        read: () => readClocks(target.clock),
        async run(started, signal) {
          await sweepDead([only], opener, tell);
          return runFire(started, signal, () => opener(environment, schedule));
        },
        conditions: (asked) => readConditions(asked.schedule, target.clock.now(), conditions),
        onEntry(entry) {
          entries.push(entry);
          tell(entryLine(entry));
        },
        onWaiting: ({ lane, detail }) => tell(`${lane} waits: ${detail}`),
      },
      interrupt.signal,
    );
    if (end.kind === "elsewhere") tell(`${laneOf(schedule.name, environment)}: decided elsewhere`);
    if (options.json) printJson({ schemaVersion: 1, end, entries });
    return codeOf(end);
  } finally {
    interrupt.dispose();
  }
}

/** A fire that policy left out is what the schedule asks for; what came too late is not. */
function codeOf(end: OneFireEnd): ExitCode {
  switch (end.kind) {
    case "ran": {
      const verdict = Object.values(Verdict).find((one) => one === end.result.outcome);
      return verdict === undefined ? ExitCode.Environment : exitCodeOf(verdict);
    }
    case "missed":
      return ["deadline", "down", "suspended", "clock-forward"].includes(end.refusal.reason)
        ? ExitCode.Environment
        : ExitCode.Passed;
    case "interrupted":
      return ExitCode.Interrupted;
    default:
      return ExitCode.Passed;
  }
}

function schedulesIn(file: string, nowMs: number): readonly Schedule[] {
  const variable = IN_VARIABLE.exec(file)?.groups?.["name"];
  if (variable === undefined) return readSchedules(file, nowMs);
  const text = process.env[variable];
  if (text !== undefined) return parseSchedules(text, file, nowMs);
  throw usageError("no-schedule-file", `--schedule ${file}: there is no variable ${variable}`);
}

/** EventBridge Scheduler writes `2026-11-21T02:30:00Z`. */
function timeOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  const allowed = "a time such as 2026-11-21T02:30:00Z, of which `backout drill next` names some";
  throw usageError("bad-fire", `--fire: ${JSON.stringify(text)} - allowed: ${allowed}`);
}

function chosen(
  schedules: readonly Schedule[],
  lane: string | undefined,
): { readonly schedule: Schedule; readonly environment: string } {
  const all = schedules.flatMap((schedule) =>
    schedule.environments.map((environment) => ({ schedule, environment })),
  );
  const named = (one: (typeof all)[number]): string => laneOf(one.schedule.name, one.environment);
  const found = lane === undefined && all.length === 1 ? all : all.filter((o) => named(o) === lane);
  const problems: Problem[] = [];
  const [one] = found;
  if (!one) {
    const allowed = `one of ${all.map(named).join(", ")}`;
    problems.push({ field: "--lane", value: lane, allowed });
  }
  if (one?.schedule.concurrency === Concurrency.Replace) {
    const field = `concurrency of schedule ${one.schedule.name}`;
    const fix = "`backout drill schedule FILE` runs it: one process holds all its drills";
    problems.push({ field, value: "replace", allowed: "forbid or allow", fix });
  }
  refuseProblems("this fire", problems);
  if (!one) throw new Error("refused");
  return one;
}
