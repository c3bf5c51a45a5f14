/** `backout rollout`: a candidate's way to all traffic, step by step, and what a person may do to it. */
import { Command } from "commander";
import { messageOf, refuseProblems } from "../base/errors.ts";
import { prepareCandidate } from "../guard/idleSlot.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import { type Move, nextMove, type Sight } from "../guard/rollout/decide.ts";
import {
  abortRollout,
  pauseRollout,
  promoteRollout,
  resumeRollout,
  runningOf,
} from "../guard/rollout/operate.ts";
import type { Hook } from "../guard/rollout/hooks.ts";
import { currentStep } from "../guard/rollout/rollout.ts";
import { parseSettings, type SettingTexts } from "../guard/rollout/settings.ts";
import { startRollout } from "../guard/rollout/start.ts";
import { look, shiftPorts, tick, type TickPorts } from "../guard/rollout/tick.ts";
import { otherSlot } from "../guard/slot.ts";
import { signalsOf, type SlotAlarms } from "../guard/alarms.ts";
import { openEnvironment } from "./openEnvironment.ts";
import { onInterrupt } from "./interrupt.ts";
import { withWayBack } from "../guard/verification/lookBack.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, onceEach, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { needRunningClock, resolveTarget } from "./target.ts";
import { renderTestRoutes, type TestRoute, testRoutesOf } from "./testRoutes.ts";
import { renderEnd, renderRollout } from "./rolloutView.ts";
import {
  HOOK_HELP,
  hookNews,
  joinHooks,
  placesOf,
  readHooks,
  sameHooks,
  stackHooksOf,
  waitingHooks,
} from "./rolloutHooks.ts";
import { createView, silentView, type View } from "./view.ts";
import { printWrapped, withoutArns } from "./words.ts";

interface CommonOptions extends LiveOptions {
  readonly json?: boolean;
}

interface WaitOptions extends CommonOptions {
  readonly wait?: boolean;
  readonly hook?: readonly string[];
}

interface StartOptions extends WaitOptions, SettingTexts {}

/** Wall milliseconds between two ticks of a command that waits. */
const TICK_WALL_MS = 1_000;
/** So many looks in a row may fail before such a command gives up; the rollout goes on without it. */
const MOST_FAILURES = 30;
const ANOTHER = "another rollout took its place";

export function rolloutCommand(finish: (code: ExitCode) => void): Command {
  const rollout = new Command("rollout").description(
    "shift traffic to the candidate step by step; its alarms bring it home at any of them",
  );
  const verb = (name: string, description: string): Command =>
    withOptions(rollout.command(`${name} [name]`).description(description), [
      endpointOption(),
      ...liveOptions(),
      jsonOption(),
    ]);
  verb("start", "begin one; with --wait, stay until it has ended")
    .option("--steps <list>", 'weight in percent and bake: "5:5m 25:10m 50:10m:gate"')
    .option("--minimum-requests <n>", "requests that a step needs to be judged")
    .option("--decide-within <time>", "how long a step may stay unjudged, or its gate closed")
    .option("--on-deadline <act>", "abort, hold or proceed")
    .option("--on-bad <act>", "revert, or hold for a release that cannot go back")
    .option("--warm <time>", "how long the previous release stays warm after promotion")
    .option("--hook <when=what>", HOOK_HELP, also)
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
  verb("resume", "go on where it was paused; with --wait, stay until it has ended")
    .option("--hook <when=what>", "as it was started with, to run its commands here", also)
    .option("--wait", "exit 0 when it is promoted, 1 when it was reverted or aborted")
    .action(async (name: string | undefined, options: WaitOptions) =>
      finish(await resume(name, options)),
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

/** `--on-bad` for `onBad`, as it was typed. */
function optionOf(setting: string): string {
  return `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function also(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

async function open(wanted: string | undefined, options: CommonOptions) {
  const target = await resolveTarget(options);
  return { target, ...(await openEnvironment(target, wanted)) };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function start(wanted: string | undefined, options: StartOptions): Promise<ExitCode> {
  const opened = await open(wanted, options);
  const { target, environment, guard } = opened;
  const { settings, problems } = parseSettings(options, environment.rollout);
  const given = readHooks(options.hook ?? [], options.wait === true);
  const [routes, url, ofStack] = await Promise.all([
    testRoutesOf(target, environment),
    target.urlOf(environment),
    stackHooksOf(target.clients.lambda, environment.names.guardFunction),
  ]);
  const places = placesOf(url, routes);
  const all = joinHooks(ofStack, given.hooks, places);
  const unfit = problems.map(({ field, ...rest }) => ({ field: optionOf(field), ...rest }));
  refuseProblems("the rollout", [...unfit, ...given.problems, ...all.problems]);
  const metricDelayMs = target.lab?.metricDelayMs ?? 0;
  const request = { ...settings, hooks: { named: [...all.hooks], places } };
  await prepareIdle(opened, settings.decideWithinMs, options);
  const record = await startRollout(request, { ...guard, metricDelayMs });
  if (options.wait) return await watch(record, opened, given.hooks, options);
  await show(opened, options);
  if (!options.json) {
    print(`  it goes on by itself; see \`${commandLine("rollout status")}\``);
  }
  return ExitCode.Passed;
}

/** Also after whoever waited was killed: the hooks that it had to run wait for somebody. */
async function resume(wanted: string | undefined, options: WaitOptions): Promise<ExitCode> {
  const opened = await open(wanted, options);
  const { guard } = opened;
  const rollout = runningOf(await guard.store.read(), guard.now());
  const given = readHooks(options.hook ?? [], options.wait === true, {});
  const others = sameHooks(rollout, given.hooks);
  refuseProblems("the rollout's hooks", [...given.problems, ...others]);
  const record = await resumeRollout(guard);
  if (options.wait) return await watch(record, opened, given.hooks, options);
  await show(opened, options);
  return ExitCode.Passed;
}

/** Where the idle slot is kept small it gets its tasks first. */
async function prepareIdle(
  { target, guard }: Opened,
  withinMs: number,
  options: CommonOptions,
): Promise<void> {
  if (!guard.idle) return;
  needRunningClock(target, "scaling the idle slot up");
  const { stable } = await guard.store.read();
  const say = onceEach(options.json ? diagnose : (line) => printWrapped([line]));
  await prepareCandidate(otherSlot(stable), withinMs, { ...guard, ...shiftPorts(guard), say });
}

async function status(wanted: string | undefined, options: CommonOptions): Promise<ExitCode> {
  await show(await open(wanted, options), options);
  return ExitCode.Passed;
}

async function operate(
  wanted: string | undefined,
  options: CommonOptions,
  act: (guard: TickPorts) => Promise<EnvironmentRecord>,
): Promise<ExitCode> {
  const opened = await open(wanted, options);
  await act(opened.guard);
  await show(opened, options);
  return ExitCode.Passed;
}

async function show(opened: Opened, options: CommonOptions): Promise<void> {
  const { target, environment, guard } = opened;
  const sight = await withWayBack(await look(guard), guard);
  const move = nextMove(sight);
  const alarms = await alarmsOf(sight, guard);
  const routes = await testRoutesOf(target, environment);
  if (options.json) {
    printJson(documentOf(environment.name, sight, move, alarms, routes));
  } else {
    const lines = renderRollout(environment.name, sight, move, alarms);
    printWrapped([...lines, ...renderTestRoutes(routes, sight.record)]);
  }
}

/** Of the candidate, or of the slot that was latched: they say why. */
async function alarmsOf(sight: Sight, guard: TickPorts): Promise<SlotAlarms | null> {
  const { latch } = sight.record;
  return sight.candidate ?? (latch ? guard.alarms(latch.slot).catch(() => null) : null);
}

/** Ticks until the rollout has ended; the schedule's own ticks may come in between. */
async function watch(
  started: EnvironmentRecord,
  opened: Opened,
  commands: readonly Hook[],
  options: WaitOptions,
): Promise<ExitCode> {
  const { target, environment } = opened;
  const routes = await testRoutesOf(target, environment);
  const view = options.json ? silentView : createView();
  const interrupt = onInterrupt(() => view.say("interrupted: the rollout goes on by itself"));
  const hooks = waitingHooks(
    commands,
    async () => target.clients.lambda,
    interrupt.signal,
    (text) => view.say(text),
  );
  const guard = { ...opened.guard, hooks };
  const news = hookNews();
  const id = started.rollout?.id;
  for (const line of renderTestRoutes(routes, started)) view.say(line.trim());
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
        for (const line of news(sight.record.rollout?.hooks.runs ?? [])) view.say(line);
        if (record.rollout?.id !== id) {
          return await conclude(started, record, guard, routes, options, view);
        }
        shown = tell(view, sight, move, problem, shown);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_WALL_MS));
    }
    view.end();
    if (options.json) {
      const sight = await look(guard);
      printJson(documentOf(started.environment, sight, null, sight.candidate, routes));
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
  const seen = requests === null || weight === 0 ? "" : `${requests} requests, `;
  const verdict = rises ? ` (${seen}alarms OK)` : "";
  const waits = move.move === "wait" || move.move === "hook";
  const news = waits && problem === null ? `${weight} wait` : move.move + move.why;
  // The guard's schedule ticks too, and whoever comes first takes the step.
  const begins = waits && !shown.startsWith("set") && news !== shown;
  const by = begins && rollout.step > 0 ? "the guard's schedule went on; " : "";
  if (news !== shown) view.say(`${at}  ${by}${withoutArns(problem ?? move.why)}${verdict}`);
  view.panel(renderRollout(record.environment, sight, move, candidate));
  return news;
}

async function conclude(
  started: EnvironmentRecord,
  record: EnvironmentRecord,
  guard: TickPorts,
  routes: readonly TestRoute[],
  options: WaitOptions,
  view: View,
): Promise<ExitCode> {
  const last = record.lastRollout?.id === started.rollout?.id ? record.lastRollout : null;
  const sight = await look(guard);
  const alarms = await alarmsOf(sight, guard);
  if (options.json) {
    printJson(documentOf(record.environment, sight, null, alarms, routes));
  } else {
    const lines = last ? renderEnd(last, record, alarms, sight.nowMs) : [ANOTHER];
    for (const line of lines) view.say(line);
  }
  view.end();
  return last?.ended === "promoted" ? ExitCode.Passed : ExitCode.Failed;
}

function documentOf(
  name: string,
  sight: Sight,
  next: Move | null,
  alarms: SlotAlarms | null,
  testRoutes: readonly TestRoute[],
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
    testRoutes,
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
