/** `backout env`: what an environment looks like now, and the two things a person may do to it. */
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { Command } from "commander";
import { clearLatch, returnTraffic } from "../guard/authority.ts";
import {
  chooseEnvironment,
  environmentsIn,
  type LocatedEnvironment,
  locateEnvironment,
} from "../guard/environment.ts";
import { RELEASE_TAG } from "../guard/names.ts";
import { dynamoRecordStore } from "../guard/recordStore.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { elbv2Traffic } from "../guard/traffic.ts";
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
  verb("rollback [name]", "all traffic back to the stable slot, now").action(
    async (name: string | undefined, options: EnvOptions) => finish(await rollback(name, options)),
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
  return {
    environment,
    authority: {
      traffic: elbv2Traffic(clients.elbv2, environment),
      store: dynamoRecordStore(
        clients.dynamodb,
        environment.names.recordTable,
        name,
        environment.initialStable,
      ),
      now: () => Date.now(),
    },
    alarmStateOf: (slot: Slot) => alarmState(target, environment, slot),
  };
}

async function alarmState(
  target: Target,
  environment: LocatedEnvironment,
  slot: Slot,
): Promise<string> {
  const { CompositeAlarms } = await target.clients.cloudwatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [environment.names.guardAlarm[slot]],
      AlarmTypes: ["CompositeAlarm"],
    }),
  );
  return CompositeAlarms?.[0]?.StateValue ?? "missing";
}

async function releases(
  target: Target,
  environment: LocatedEnvironment,
): Promise<Record<Slot, string | null>> {
  const { names } = environment;
  const { services } = await target.clients.ecs.send(
    new DescribeServicesCommand({
      cluster: names.cluster,
      services: [names.service.blue, names.service.green],
      include: ["TAGS"],
    }),
  );
  const releaseOf = (slot: Slot): string | null =>
    services
      ?.find((service) => service.serviceName === names.service[slot])
      ?.tags?.find((tag) => tag.key === RELEASE_TAG)?.value ?? null;
  return { blue: releaseOf("blue"), green: releaseOf("green") };
}

async function status(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, authority, alarmStateOf } = await openEnvironment(target, wanted);
  const [url, live, record, running, ...looks] = await Promise.all([
    target.urlOf(environment),
    authority.traffic.read(),
    authority.store.read(),
    releases(target, environment),
    ...SLOTS.map(async (slot) => ({
      slot,
      alarm: await alarmStateOf(slot),
      healthyTargets: await authority.traffic.healthyTargets(slot),
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
  const { environment, authority } = await openEnvironment(target, wanted);
  const weights = await returnTraffic(authority);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, weights });
  else print(`${environment.name}: blue ${weights.blue}, green ${weights.green}, read back`);
  return ExitCode.Passed;
}

async function unlatch(wanted: string | undefined, options: EnvOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, authority, alarmStateOf } = await openEnvironment(target, wanted);
  await clearLatch(authority, alarmStateOf);
  if (options.json) printJson({ schemaVersion: 1, name: environment.name, latch: null });
  else print(`${environment.name}: no latch, rollouts are allowed`);
  return ExitCode.Passed;
}
