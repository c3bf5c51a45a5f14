/** `backout rollout`: a candidate's way to all traffic, step by step, and what a person may do to it. */
import { Command } from "commander";
import { messageOf, refuseProblems } from "../base/errors.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import { type Move, nextMove, type Sight } from "../guard/rollout/decide.ts";
import {
  abortRollout,
  pauseRollout,
  promoteRollout,
  resumeRollout,
} from "../guard/rollout/operate.ts";
import { currentStep } from "../guard/rollout/rollout.ts";
import { parseSettings, type SettingTexts } from "../guard/rollout/settings.ts";
import { startRollout } from "../guard/rollout/start.ts";
import { look, tick, type TickPorts } from "../guard/rollout/tick.ts";
import { signalsOf, type SlotAlarms } from "../guard/alarms.ts";
import { openEnvironment } from "./env.ts";
import { onInterrupt } from "./interrupt.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { resolveTarget } from "./target.ts";
import { renderRollout, renderSignals } from "./rolloutView.ts";
import { createView, silentView, type View, wrap } from "./view.ts";

interface CommonOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

interface StartOptions extends CommonOptions, SettingTexts {
  readonly wait?: boolean;
}

/** Wall milliseconds between two ticks of a command that waits. */
const TICK_WALL_MS = 1_000;
/** So many looks in a row may fail before such a command gives up; the rollout goes on without it. */
const MOST_FAILURES = 30;

export function rolloutCommand(finish: (code: ExitCode) => void): Command {
  const rollout = new Command("rollout").description(
    "shift traffic to the candidate step by step; its alarms bring it home at any of them",
  );
  const verb = (name: string, description: string): Command =>
    withOptions(rollout.command(`${name} [name]`).description(description), [
      endpointOption(),
      jsonOption(),
    ]);
  verb("start", "begin one; with --wait, stay until it has ended")
    .option("--steps <list>", 'weight in percent and bake: "5:5m 25:10m 50:10m:gate"')
    .option("--minimum-requests <n>", "requests that a step needs to be judged")
    .option("--decide-within <time>", "how long a step may stay unjudged, or its gate closed")
    .option("--on-deadline <act>", "abort, hold or proceed")
    .option("--on-bad <act>", "revert, or hold for a release that cannot go back")
    .option("--warm <time>", "how long the previous release stays warm after promotion")
    .option("--wait", "exit 0 when it is promoted, 1 when it was reverted or aborted")
    .action(async (name: string | undefined, options: StartOptions) =>
      finish(await start(name, options)),
    );
  verb("status", "where it stands, what its signals say, what happens next").action(
    async (name: string | undefined, options: CommonOptions) => finish(await status(name, options)),
  );
  verb("pause", "stay at this step; a bad candidate still reverts")
    .option("--why <text>", "for those who look later", "paused by a person")
    .action(async (name: string | undefined, options: CommonOptions & { why: string }) =>
      finish(await operate(name, options, (guard) => pauseRollout(guard, options.why))),
    );
  verb("resume", "go on where it was paused").action(
    async (name: string | undefined, options: CommonOptions) =>
      finish(await operate(name, options, resumeRollout)),
  );
  verb("promote", "end this step: past its bake and its gate, never past its alarms")
    .option("--full", "to 100 % at once, leaving out the steps between")
    .action(async (name: string | undefined, options: CommonOptions & { full?: boolean }) =>
      finish(await operate(name, options, (guard) => promoteRollout(guard, options.full === true))),
    );
  verb("abort", "all traffic home; no latch, for nothing is said of the release").action(
    async (name: string | undefined, options: CommonOptions) =>
      finish(await operate(name, options, (guard) => abortRollout(guard, "aborted by a person"))),
  );
  return rollout;
}

async function open(wanted: string | undefined, options: CommonOptions) {
  const target = await resolveTarget(options);
  return { target, ...(await openEnvironment(target, wanted)) };
}

async function start(wanted: string | undefined, options: StartOptions): Promise<ExitCode> {
  const { target, environment, guard } = await open(wanted, options);
  const { settings, problems } = parseSettings(options, environment.rollout);
  refuseProblems("the rollout", problems);
  const metricDelayMs = target.lab?.metricDelayMs ?? 0;
  const record = await startRollout(settings, { ...guard, metricDelayMs });
  if (options.wait) return await watch(record, guard, options);
  await show(guard, environment.name, options);
  if (!options.json) {
    print(`  it goes on by itself; see \`${commandLine("rollout status")}\``);
  }
  return ExitCode.Passed;
}

async function status(wanted: string | undefined, options: CommonOptions): Promise<ExitCode> {
  const { environment, guard } = await open(wanted, options);
  await show(guard, environment.name, options);
  return ExitCode.Passed;
}

async function operate(
  wanted: string | undefined,
  options: CommonOptions,
  act: (guard: TickPorts) => Promise<EnvironmentRecord>,
): Promise<ExitCode> {
  const { environment, guard } = await open(wanted, options);
  await act(guard);
  await show(guard, environment.name, options);
  return ExitCode.Passed;
}

async function show(guard: TickPorts, name: string, options: CommonOptions): Promise<void> {
  const sight = await look(guard);
  const move = nextMove(sight);
  const alarms = await alarmsOf(sight, guard);
  if (options.json) printJson(documentOf(name, sight, move, alarms));
  else printWrapped(renderRollout(name, sight, move, alarms));
}

function printWrapped(lines: readonly string[]): void {
  const { columns } = process.stdout;
  print(lines.map((line) => wrap(line, columns > 0 ? columns : Infinity)).join("\n"));
}

/** Of the candidate, or of the slot that was latched: they say why. */
async function alarmsOf(sight: Sight, guard: TickPorts): Promise<SlotAlarms | null> {
  const { latch } = sight.record;
  return sight.candidate ?? (latch ? guard.alarms(latch.slot).catch(() => null) : null);
}

/** Ticks until the rollout has ended; the schedule's own ticks may come in between. */
async function watch(
  started: EnvironmentRecord,
  guard: TickPorts,
  options: StartOptions,
): Promise<ExitCode> {
  const view = options.json ? silentView : createView();
  const interrupt = onInterrupt(() => view.say("interrupted: the rollout goes on by itself"));
  const id = started.rollout?.id;
  let shown = "";
  let failures = 0;
  try {
    while (!interrupt.signal.aborted) {
      const ticked = await tick(guard).catch((error: unknown) => {
        if (++failures === MOST_FAILURES) throw error;
        view.say(`this look failed, the next one is in a second: ${messageOf(error)}`);
      });
      if (ticked) {
        failures = 0;
        const { sight, move, record, problem } = ticked;
        if (record.rollout?.id !== id) return await conclude(started, record, guard, options, view);
        shown = tell(view, sight, move, problem, shown);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_WALL_MS));
    }
    view.end();
    if (options.json) {
      const sight = await look(guard);
      printJson(documentOf(started.environment, sight, null, sight.candidate));
    } else {
      print(`  \`${commandLine("rollout abort")}\` brings the traffic home`);
    }
    return ExitCode.Interrupted;
  } finally {
    view.end();
    interrupt.dispose();
  }
}

/** A line that stays for whatever is new, and below it where the rollout stands. */
function tell(view: View, sight: Sight, move: Move, problem: string | null, shown: string): string {
  const { record, candidate, requests } = sight;
  const { rollout } = record;
  if (!rollout) return shown;
  const { weight } = currentStep(rollout);
  const at = `${new Date(sight.nowMs).toISOString().slice(11, 19)}  ${`${weight} %`.padStart(5)}`;
  const rises = move.move === "set" || move.move === "promote";
  const verdict = rises && requests !== null ? ` (${requests} requests, alarms OK)` : "";
  const news = move.move === "wait" && problem === null ? `${weight} wait` : move.move + move.why;
  // The guard's schedule ticks too, and whoever comes first takes the step.
  const begins = move.move === "wait" && !shown.startsWith("set") && news !== shown;
  const by = begins && rollout.step > 0 ? "the guard's schedule went on; " : "";
  if (news !== shown) view.say(`${at}  ${by}${problem ?? move.why}${verdict}`);
  view.panel(renderRollout(record.environment, sight, move, candidate));
  return news;
}

async function conclude(
  started: EnvironmentRecord,
  record: EnvironmentRecord,
  guard: TickPorts,
  options: StartOptions,
  view: View,
): Promise<ExitCode> {
  const last = record.lastRollout?.id === started.rollout?.id ? record.lastRollout : null;
  const sight = await look(guard);
  const alarms = await alarmsOf(sight, guard);
  view.end();
  if (options.json) {
    printJson(documentOf(record.environment, sight, null, alarms));
  } else {
    print(last ? `${last.ended}: ${last.why}` : "another rollout took its place");
    if (last?.ended === "reverted" && alarms) printWrapped(renderSignals(alarms));
  }
  return last?.ended === "promoted" ? ExitCode.Passed : ExitCode.Failed;
}

function documentOf(
  name: string,
  sight: Sight,
  next: Move | null,
  alarms: SlotAlarms | null,
): object {
  const { record, live, requests } = sight;
  return {
    schemaVersion: 1,
    name,
    phase: record.phase,
    stable: record.stable,
    candidate: record.candidate,
    weights: live.weights,
    rollout: record.rollout,
    last: record.lastRollout,
    latch: record.latch,
    requests,
    signals: alarms ? statesOf(alarms) : [],
    next,
  };
}

function statesOf(alarms: SlotAlarms): { name: string; state: string; reason: string }[] {
  return [alarms.guard, ...signalsOf(alarms)].map(({ name, state, reason }) => ({
    name,
    state,
    reason,
  }));
}
