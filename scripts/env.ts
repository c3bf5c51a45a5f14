/** `backout env`: what an environment looks like now, and the two things a person may do to it. */
import { Command } from "commander";
import { clearLatch, returnTraffic, rollBack } from "../guard/authority.ts";
import { connectGuard } from "../guard/connect.ts";
import {
  chooseEnvironment,
  environmentsIn,
  type LocatedEnvironment,
  locateEnvironment,
} from "../guard/environment.ts";
import { Phase } from "../guard/record.ts";
import { releasesOf } from "../guard/releases.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { resolveTarget, type Target } from "./target.ts";

interface EnvOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

export function envCommand(finish: (code: ExitCode) => void): Command {
  const env = new Command("env").description("guarded environments: status, rollback, unlatch");
  const verb = (name: string, description: string): Command =>
    withOptions(env.command(name).description(description), [endpointOption(), jsonOption()]);
  verb("list", "the environments of this account and region").action(async (options: EnvOptions) =>
    finish(await list(options)),
  );
  verb("status [name]", "live weights, slots, releases, alarms, latch").action(
    async (name: string | undefined, options: EnvOptions) => finish(await status(name, options)),
  );
  verb(
    "rollback [name]",
    "all traffic back, now: to the stable slot, or after a promotion to the one before",
  ).action(async (name: string | undefined, options: EnvOptions) =>
    finish(await rollback(name, options)),
  );
  verb("unlatch [name]", "allow rollouts again; refused while the slot's alarm is not OK").action(
    async (name: string | undefined, options: EnvOptions) => finish(await unlatch(name, options)),
  );
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

/** The environment that a command means, and the adapters to it. */
export async function openEnvironment(target: Target, wanted: string | undefined) {
  const { clients } = target;
  const name = chooseEnvironment(await environmentsIn(clients.elbv2), wanted);
  const environment = await locateEnvironment(clients.elbv2, name);
  const identity = {
    environment: name,
    initialStable: environment.initialStable,
    listenerArn: environment.listenerArn,
    targetGroupArns: environment.targetGroupArns,
    topicArn: topicArnOf(environment),
  };
  const guard = connectGuard(
    clients,
    identity,
    () => target.clock.now(),
    () => {},
  );
  return { environment, guard };
}

/** Topics have the region and account of everything else in an environment. */
function topicArnOf({ loadBalancerArn, names }: LocatedEnvironment): string {
  const [, partition, , region, account] = loadBalancerArn.split(":");
  return `arn:${partition}:sns:${region}:${account}:${names.topic}`;
}

async function status(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const [url, live, record, running, ...looks] = await Promise.all([
    target.urlOf(environment),
    guard.traffic.read(),
    guard.store.read(),
    releasesOf(target.clients.ecs, environment.names),
    ...SLOTS.map(async (slot) => ({
      slot,
      alarm: await guard.alarmStateOf(slot),
      healthyTargets: await guard.traffic.healthyTargets(slot),
    })),
  ]);
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
      latch: record.latch,
    });
    return ExitCode.Passed;
  }
  print(`${environment.name} at ${url}: ${record.phase}`);
  print("  slot   role       weight  healthy  alarm              release");
  for (const [slot, look] of Object.entries(slots)) {
    print(
      `  ${slot.padEnd(6)} ${look.role.padEnd(10)} ${String(look.weight).padStart(6)}  ` +
        `${String(look.healthyTargets).padStart(7)}  ${look.alarm.padEnd(17)}  ${look.release ?? "unknown"}`,
    );
  }
  print(
    record.latch
      ? `  latched since ${record.latch.at}, slot ${record.latch.slot}: ${record.latch.reason}`
      : "  not latched",
  );
  return ExitCode.Passed;
}

async function rollback(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const { phase, previous } = await guard.store.read();
  // In a rollout home is the stable slot; after a promotion it is the release before.
  const weights =
    phase === Phase.Idle && previous
      ? await rollBack(guard, "rolled back by a person")
      : await returnTraffic(guard);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, weights });
  else print(`${environment.name}: blue ${weights.blue}, green ${weights.green}, read back`);
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
