/** `backout env rollback`: all traffic back, at once where it is warm, and to any release that is known. */
import { InvalidArgumentError } from "commander";
import { parseDuration, formatDuration } from "../base/duration.ts";
import { environmentError, usageError } from "../base/errors.ts";
import { returnTraffic, rollBack } from "../guard/authority.ts";
import type { History } from "../guard/history.ts";
import { Phase } from "../guard/record.ts";
import { describeEstimate } from "../guard/rollback/estimate.ts";
import { knownReleases, type RollbackSight, wayBack } from "../guard/rollback/plan.ts";
import { restoreRelease, type RestoreParts } from "../guard/rollback/restore.ts";
import { shiftPorts, type TickPorts } from "../guard/rollout/tick.ts";
import { type BeforePorts, checkBeforeRollback } from "../guard/verification/beforeRollback.ts";
import { ecsSlotServices, type SlotServices } from "../guard/slotServices.ts";
import { otherSlot, type Slot, type Weights } from "../guard/slot.ts";
import { openEnvironment } from "./openEnvironment.ts";
import {
  estimateNow,
  lookForRollback,
  releaseRows,
  renderParts,
  renderReleases,
} from "./envReleases.ts";
import type { LiveOptions } from "./live.ts";
import { diagnose, ExitCode, onceEach, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { needRunningClock, resolveTarget } from "./target.ts";
import { printWrapped, withoutArns } from "./words.ts";

interface EnvOptions extends LiveOptions {
  readonly json?: boolean;
}

export interface RollbackOptions extends EnvOptions {
  /** A release: any of those that `env releases` lists. */
  readonly to?: string;
  /** Also to a side that the checks before call unfit. */
  readonly force?: boolean;
  /** Milliseconds of the environment's clock, for a release by name. @default 15 min */
  readonly within?: number;
}

/** How long ECS and the alarm may take together. */
const WITHIN_MS = 15 * 60_000;

export function withinOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError("allowed: a duration such as 90s, 15m or 1h.");
}

export async function releases(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const services = ecsSlotServices(target.clients.ecs, environment.names);
  const rows = await releaseRows(await lookForRollback(guard), services, guard);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, releases: rows });
  else printWrapped(renderReleases(environment.name, rows));
  return ExitCode.Passed;
}

export async function rollback(
  wanted: string | undefined,
  options: RollbackOptions,
): Promise<ExitCode> {
  if (options.to !== undefined) return rollbackTo(wanted, options.to, options);
  if (options.within !== undefined) throw withinWithoutTo(options.within);
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const { phase, previous, stable, history } = await guard.store.read();
  // In a rollout home is the stable slot; after a promotion it is the release before.
  const back = phase === Phase.Idle && previous;
  if (back) refuseBad(environment.name, back, history);
  if (back)
    refuseReplaced(environment.name, back, await guard.releaseOf(back.slot).catch(() => null));
  await before(guard, back ? back.slot : stable, options);
  const weights = back
    ? await rollBack(guard, "rolled back by a person")
    : await returnTraffic(guard);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, weights });
  else await sayWhere(environment.name, weights, guard).catch(() => {});
  if (!back && phase === Phase.Idle) {
    const services = ecsSlotServices(target.clients.ecs, environment.names);
    // The traffic is home: what else could be done is only a hint.
    await sayWhatElse(environment.name, services, guard).catch(() => {});
  }
  return ExitCode.Passed;
}

/** Without a name only weights move, which takes seconds: there is nothing to wait for. */
function withinWithoutTo(withinMs: number): Error {
  const time = `${withinMs / 1_000}s`;
  return usageError(
    "within-without-to",
    `--within ${time} says how long a deployment may take, and without --to nothing is deployed`,
    "leave --within out, and all traffic goes back at once; or name the release to deploy: " +
      `\`${commandLine("env rollback")} --to RELEASE --within ${time}\` ` +
      `(\`${commandLine("env releases")}\` lists them)`,
  );
}

/** The traffic has moved: what the record says of it is only a hint. */
async function sayWhere(name: string, weights: Weights, guard: TickPorts): Promise<void> {
  print(`${name}: ${inWords(weights)}, read back`);
  const { stable, latch } = await guard.store.read();
  const release = await guard.releaseOf(stable).catch(() => null);
  print(`  slot ${stable} is stable${release === null ? "" : ` with ${release}`}`);
  if (latch) {
    const unlatch = commandLine("env unlatch");
    printWrapped([`  slot ${latch.slot} is latched: no rollout goes there before \`${unlatch}\``]);
  }
}

async function before(guard: BeforePorts, home: Slot, { force }: RollbackOptions): Promise<void> {
  for (const doubt of await checkBeforeRollback(guard, home, force === true)) diagnose(doubt);
}

/** The traffic was home already, and no release is warm: who wants one before, must name it. */
async function sayWhatElse(
  environment: string,
  services: SlotServices,
  guard: TickPorts,
): Promise<void> {
  const sight = await lookForRollback(guard);
  const stable = sight.deployed[sight.record.stable].release;
  const older = knownReleases(sight).find((one) => one.bad === null && one.release !== stable);
  if (!older) return;
  const { desired } = await services.look(otherSlot(sight.record.stable));
  const small = desired === 0 ? ", for its slot is scaled down to 0 tasks" : "";
  const estimate = describeEstimate(await estimateNow(sight, services, guard));
  diagnose(
    `backout: no release is kept warm any more${small}; the one before, ${older.release}, is started ` +
      `first by \`backout env rollback ${environment} --to ${older.release}\`: ${estimate}`,
  );
}

/** After a rollback by name: what was left then is no way back. */
function refuseBad(
  environment: string,
  { slot, release }: { readonly slot: Slot; readonly release: string | null },
  history: History,
): void {
  const left = history.find((one) => one.release === release)?.bad;
  if (!left) return;
  throw environmentError(
    "previous-bad",
    `the release before, ${release} in slot ${slot} of environment "${environment}", was left at ${left.at}: ${left.why}`,
    `\`backout env releases ${environment}\` lists those to go back to with \`--to\``,
  );
}

/** Whatever was put into the idle slot since was never stable: nobody means that by "back". */
function refuseReplaced(
  environment: string,
  { slot, release }: { readonly slot: Slot; readonly release: string | null },
  running: string | null,
): void {
  if (release === null || running === null || running === release) return;
  throw environmentError(
    "previous-replaced",
    `slot ${slot} of environment "${environment}" runs ${running} now, not ${release}, which was stable before`,
    `\`backout env rollback ${environment} --to ${release}\` deploys it again; ` +
      `\`backout env releases ${environment}\` lists what else is known`,
  );
}

async function rollbackTo(
  wanted: string | undefined,
  release: string,
  options: RollbackOptions,
): Promise<ExitCode> {
  const { within = WITHIN_MS } = options;
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const services = ecsSlotServices(target.clients.ecs, environment.names);
  const sight = await lookForRollback(guard);
  const way = wayBack(release, sight);
  const why = `rolled back to ${release} by a person`;
  const tell = options.json ? () => {} : (line: string) => printWrapped([line]);
  if (way.way === "home") await before(guard, sight.record.stable, options);
  if (way.way === "warm") await before(guard, otherSlot(sight.record.stable), options);
  let parts: RestoreParts | null = null;
  if (way.way === "home") {
    tell(`${environment.name}: ${release} is the stable release; its slot gets all traffic`);
    await returnTraffic(guard);
  } else if (way.way === "warm") {
    tell(`${environment.name}: ${release} is warm: only the weights move`);
    await rollBack(guard, why);
  } else {
    needRunningClock(target, "env rollback --to");
    const estimate = describeEstimate(await estimateNow(sight, services, guard));
    const goesOn = way.way === "resume" ? "goes on coming" : "comes";
    tell(`${environment.name}: ${release} ${goesOn} into slot ${otherSlot(sight.record.stable)}`);
    tell(`  deployment: ${estimate}; given up after ${formatDuration(within)}`);
    tell("  then all traffic at once: seconds");
    const say = onceEach(options.json ? diagnose : tell);
    const targets = guard.idle?.targets;
    const ports = {
      ...shiftPorts(guard),
      services,
      deployed: guard.deployed!,
      say,
      ...(targets && { targets }),
    };
    const clocked = { ...ports, environmentNow: guard.environmentNow };
    parts = await restoreRelease(way, why, within, clocked);
  }
  await conclude(environment.name, release, way.way, parts, await lookForRollback(guard), options);
  return ExitCode.Passed;
}

async function conclude(
  name: string,
  release: string,
  way: string,
  parts: RestoreParts | null,
  { record, weights }: RollbackSight,
  options: RollbackOptions,
): Promise<void> {
  const slot = record.stable;
  // What Pulumi would otherwise put back with its next change.
  const configure = parts === null ? null : `pulumi config set backout:${slot}Release ${release}`;
  if (options.json) {
    printJson({
      schemaVersion: 1,
      name,
      release,
      slot,
      way,
      parts,
      weights,
      latch: record.latch,
      configure,
    });
    return;
  }
  print(`${name}: ${inWords(weights)}, read back; ${release} is stable in slot ${slot}`);
  if (parts) print(`  ${renderParts(parts)}`);
  const left = record.history.find((one) => one.release === record.previous?.release)?.bad;
  const { latch } = record;
  printWrapped([
    ...(left ? [`  ${record.previous?.release} is recorded as bad: ${withoutArns(left.why)}`] : []),
    ...(latch ? [`  latched: slot ${latch.slot}, ${withoutArns(latch.reason)}`] : []),
    ...(parts ? [`  the stack's config must say so: ${configure}`] : []),
  ]);
}

function inWords({ blue, green }: Weights): string {
  return `blue ${blue}, green ${green}`;
}
