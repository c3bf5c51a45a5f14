/** EventBridge Scheduler: one-time and recurring calls of functions, topics and tasks, as a role. */
import { ServiceName } from "../service.ts";
import type { LabCore, LabService, Operation, PassedRole } from "../service.ts";
import { isRecord } from "../wire/tree.ts";
import { groupOperations } from "./groups.ts";
import type { SchedulerPorts } from "./ports.ts";
import { Runner, SERVICE_PRINCIPAL } from "./runner.ts";
import { scheduleOperations } from "./schedules.ts";
import { DEFAULT_GROUP, groupArn, scheduleArn, ScheduleStore } from "./store.ts";

export class Scheduler implements LabService {
  readonly name = ServiceName.Scheduler;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #runner: Runner;

  constructor(core: Pick<LabCore, "clock" | "log">, ports: SchedulerPorts) {
    const now = (): number => core.clock.now();
    const store = new ScheduleStore(now());
    const runner = new Runner(core, ports);
    this.#runner = runner;
    this.operations = {
      ...scheduleOperations({ store, runner, ports, now }),
      ...groupOperations(store, runner, now),
    };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const { Name, GroupName, ResourceArn } = input;
    if (typeof ResourceArn === "string") return [ResourceArn];
    if (typeof Name !== "string") return ["*"];
    if (operation.endsWith("Group")) return [groupArn(Name)];
    return [scheduleArn(typeof GroupName === "string" ? GroupName : DEFAULT_GROUP, Name)];
  }

  /** The target's role is Scheduler's to assume. */
  rolesPassed(operation: string, { Target }: Record<string, unknown>): readonly PassedRole[] {
    if (operation !== "CreateSchedule" && operation !== "UpdateSchedule") return [];
    const roleArn = isRecord(Target) ? Target["RoleArn"] : undefined;
    return typeof roleArn === "string" ? [{ roleArn, toService: SERVICE_PRINCIPAL }] : [];
  }

  /** Resolves when no invocation is under way. */
  settled(): Promise<void> {
    return this.#runner.settled();
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }
}
