/** `backout env`: what an environment looks like now, and what a person may do to it. */
import { Command } from "commander";
import { clearLatch } from "../guard/authority.ts";
import { environmentsIn } from "../guard/environment.ts";
import { releasesOf } from "../guard/releases.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { fallbackCommand } from "./envFallback.ts";
import { releases, rollback, type RollbackOptions, withinOf } from "./envRollback.ts";
import { lastResortLines, lastResortStatus } from "./lastResortView.ts";
import { openEnvironment } from "./openEnvironment.ts";
import { latchLines, policyLines } from "./latchView.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { resolveTarget } from "./target.ts";
import { renderTestRoutes, testRoutesOf } from "./testRoutes.ts";
import { renderVerificationStatus, verificationStatus } from "./verificationView.ts";
import { printWrapped } from "./words.ts";

interface EnvOptions extends LiveOptions {
  readonly json?: boolean;
}

export function envCommand(finish: (code: ExitCode) => void): Command {
  const env = new Command("env").description("guarded environments: status, rollback, unlatch");
  const verb = (name: string, description: string): Command =>
    withOptions(env.command(name).description(description), [
      endpointOption(),
      ...liveOptions(),
      jsonOption(),
    ]);
  verb("list", "the environments of this account and region").action(async (options: EnvOptions) =>
    finish(await list(options)),
  );
  verb("status [name]", "live weights, slots, releases, alarms, latch").action(
    async (name: string | undefined, options: EnvOptions) => finish(await status(name, options)),
  );
  verb(
    "rollback [name]",
    "all traffic back, now: to the stable slot, or after a promotion to the one before",
  )
    .option(
      "--force",
      "also to a side that is known not to be fit, but never to one without targets",
    )
    .option("--to <release>", "to this one of `env releases`, deployed first where it is not warm")
    .option(
      "--within <time>",
      "with --to: how long that deployment may take (default: 15m)",
      withinOf,
    )
    .action(async (name: string | undefined, options: RollbackOptions) =>
      finish(await rollback(name, options)),
    );
  verb(
    "releases [name]",
    "the last stable releases, how each comes back, how long it takes",
  ).action(async (name: string | undefined, options: EnvOptions) =>
    finish(await releases(name, options)),
  );
  verb("unlatch [name]", "allow rollouts again; refused while the slot's alarm is not OK").action(
    async (name: string | undefined, options: EnvOptions) => finish(await unlatch(name, options)),
  );
  env.addCommand(fallbackCommand(finish));
  return env;
}

async function list(options: EnvOptions): Promise<ExitCode> {
  const { clients } = await resolveTarget(options);
  const environments = await environmentsIn(clients.elbv2);
  if (options.json) {
    printJson({ schemaVersion: 1, environments: environments.map((name) => ({ name })) });
  } else {
    print(
      environments.join("\n") ||
        `no environment: \`${commandLine("up")}\` provisions this project's`,
    );
  }
  return ExitCode.Passed;
}

async function status(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard, verifications } = await openEnvironment(target, wanted);
  const [url, testRoutes, lastResort, live, record, running, ...looks] = await Promise.all([
    target.urlOf(environment),
    testRoutesOf(target, environment),
    lastResortStatus(target, environment),
    guard.traffic.read(),
    guard.store.read(),
    releasesOf(target.clients.ecs, environment.names),
    ...SLOTS.map(async (slot) => ({
      slot,
      alarm: await guard.alarmStateOf(slot),
      healthyTargets: await guard.traffic.healthyTargets(slot),
    })),
  ]);
  const verification = await verificationStatus(verifications, record, guard.environmentNow());
  const roleOf = (slot: Slot): string => {
    if (slot === record.stable) return "stable";
    return slot === record.candidate ? "candidate" : "idle";
  };
  const slots = Object.fromEntries(
    looks.map(({ slot, alarm, healthyTargets }) => [
      slot,
      {
        role: roleOf(slot),
        release: running[slot],
        weight: live.weights[slot],
        healthyTargets,
        alarm,
      },
    ]),
  );
  if (options.json) {
    printJson({
      schemaVersion: 1,
      name: environment.name,
      url,
      weights: live.weights,
      sticky: live.sticky,
      slots,
      phase: record.phase,
      policy: { signals: environment.policy.roles, votesNeeded: environment.policy.votesNeeded },
      latch: record.latch,
      lastResort,
      testRoutes,
      ...verification,
    });
    return ExitCode.Passed;
  }
  print(`${environment.name} at ${url}: ${record.phase}`);
  printWrapped(lastResortLines(lastResort, environment.name));
  print("  slot   role       weight  healthy  alarm              release");
  for (const [slot, look] of Object.entries(slots)) {
    print(
      `  ${slot.padEnd(6)} ${look.role.padEnd(10)} ${String(look.weight).padStart(6)}  ` +
        `${String(look.healthyTargets).padStart(7)}  ${look.alarm.padEnd(17)}  ${look.release ?? "unknown"}`,
    );
  }
  printWrapped([
    ...policyLines(environment.policy).map((line) => `  policy: ${line}`),
    ...latchLines(record.latch).map((line) => `  ${line}`),
    ...renderTestRoutes(testRoutes, record),
    ...renderVerificationStatus(verification, record.latch, guard.environmentNow()),
  ]);
  return ExitCode.Passed;
}

async function unlatch(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  await clearLatch(guard, guard.alarmStateOf);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, latch: null });
  else print(`${environment.name}: no latch, rollouts are allowed`);
  return ExitCode.Passed;
}
