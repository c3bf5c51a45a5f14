/** Schedules by the clock: each has one timer for its next time, and retries what fails. */
import { randomUUID } from "node:crypto";
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { isRetryable, retryAt } from "../events/retry.ts";
import { AwsError } from "../service.ts";
import type { LabCore } from "../service.ts";
import { callOf } from "./invocation.ts";
import type { Attempt } from "./invocation.ts";
import { lateness, nextOccurrence } from "./occurrences.ts";
import type { SchedulerPorts } from "./ports.ts";
import type { Schedule } from "./store.ts";

export const SERVICE_PRINCIPAL = "scheduler.amazonaws.com";

export class Runner {
  readonly #core: Pick<LabCore, "clock" | "log">;
  readonly #ports: SchedulerPorts;
  /** By ARN, as an update puts another object in a schedule's place. */
  readonly #timers = new Map<string, Cancel>();
  readonly #retries = new Set<Cancel>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(core: Pick<LabCore, "clock" | "log">, ports: SchedulerPorts) {
    this.#core = core;
    this.#ports = ports;
  }

  /** Waits for the schedule's first time after `afterMs`, and no longer for any time of before. */
  arrange(schedule: Schedule, afterMs: number): void {
    this.forget(schedule);
    if (schedule.enabled) this.#await(schedule, afterMs);
  }

  forget(schedule: Schedule): void {
    this.#timers.get(schedule.arn)?.();
    this.#timers.delete(schedule.arn);
  }

  /** Resolves when no invocation is under way; retries that wait for their time go on. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of [...this.#timers.values(), ...this.#retries]) cancel();
    await this.settled();
  }

  #await(schedule: Schedule, afterMs: number): void {
    const { timing, arn } = schedule;
    const dueMs = nextOccurrence(timing, afterMs);
    if (dueMs === undefined) return;
    const cancel = this.#core.clock.schedule(
      dueMs + lateness(arn, dueMs, timing.windowMinutes),
      () => {
        this.#timers.delete(arn);
        const last = nextOccurrence(timing, dueMs) === undefined;
        if (!last) this.#await(schedule, dueMs);
        this.#run(schedule, { dueMs, executionId: randomUUID(), number: 1 }, last);
      },
    );
    this.#timers.set(arn, cancel);
  }

  #run(schedule: Schedule, attempt: Attempt, last: boolean): void {
    if (this.#stopped) return;
    const running = this.#core.clock
      .hold(`an invocation of schedule ${schedule.name}`, this.#attempt(schedule, attempt, last))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #attempt(schedule: Schedule, attempt: Attempt, last: boolean): Promise<void> {
    const { clock } = this.#core;
    const acceptedMs = clock.now();
    const error = await this.#invoke(schedule, attempt);
    if (error !== undefined && isRetryable(error)) {
      const { retry } = schedule.target;
      const atMs = retryAt(retry, attempt.number, attempt.dueMs, acceptedMs);
      if (atMs !== undefined) {
        this.#later(atMs, schedule, { ...attempt, number: attempt.number + 1 }, last);
        return;
      }
    }
    if (error !== undefined) {
      this.#core.log(`scheduler: ${schedule.name} did not reach ${schedule.target.arn}: ${error}`);
    }
    if (last && schedule.deleteAfterCompletion) this.#complete(schedule);
  }

  #later(atMs: number, schedule: Schedule, attempt: Attempt, last: boolean): void {
    if (this.#stopped) return;
    const cancel = this.#core.clock.schedule(atMs, () => {
      this.#retries.delete(cancel);
      this.#run(schedule, attempt, last);
    });
    this.#retries.add(cancel);
  }

  /** The error, with its code in front. */
  async #invoke(schedule: Schedule, attempt: Attempt): Promise<string | undefined> {
    const { roleArn } = schedule.target;
    if (!this.#ports.trusts(roleArn, SERVICE_PRINCIPAL, schedule.group.arn)) {
      return `AccessDenied: ${SERVICE_PRINCIPAL} may not assume ${roleArn}`;
    }
    try {
      await this.#ports.callAs(roleArn, callOf(schedule, attempt));
      return undefined;
    } catch (error) {
      return error instanceof AwsError ? `${error.code}: ${error.message}` : messageOf(error);
    }
  }

  /** Unless the schedule was changed in the meantime. */
  #complete({ group, name, ...schedule }: Schedule): void {
    if (group.schedules.get(name)?.modifiedMs === schedule.modifiedMs) group.schedules.delete(name);
  }
}
