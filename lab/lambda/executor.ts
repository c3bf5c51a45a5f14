/** Runs invocations: finds or starts an environment, keeps it warm, writes logs and metrics. */
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import { AwsError, type LabCore } from "../service.ts";
import type { Outcome } from "./environment.ts";
import {
  type EnvironmentHost,
  type ExecutionEnvironment,
  ProcessEnvironments,
} from "./environments.ts";
import { InvocationLog } from "./invocationLog.ts";
import type { FunctionMetrics } from "./metrics.ts";
import type { LambdaPorts } from "./ports.ts";
import { ACCOUNT_CONCURRENCY } from "./settings.ts";
import type { FunctionRecord } from "./store.ts";

/** Nominal time that an idle environment stays. AWS gives no figure; minutes are usual. */
const IDLE_MS = 5 * 60_000;

export interface Execution {
  readonly payload: Buffer;
  readonly failed: boolean;
  /** The invocation's log from START to REPORT. */
  readonly log: string;
}

interface Pooled {
  readonly environment: ExecutionEnvironment;
  readonly log: InvocationLog;
  /** Code or configuration changed, or the function is gone. */
  stale: boolean;
  cancelIdle: Cancel;
}

export class Executor {
  readonly #core: LabCore;
  readonly #ports: LambdaPorts;
  readonly #environments: EnvironmentHost;
  readonly #metrics: FunctionMetrics;
  readonly #idle = new Map<FunctionRecord, Pooled[]>();
  readonly #busy = new Map<FunctionRecord, Set<Pooled>>();
  #stopped = false;

  constructor(core: LabCore, ports: LambdaPorts, metrics: FunctionMetrics) {
    this.#core = core;
    this.#ports = ports;
    this.#metrics = metrics;
    this.#environments = ports.environments ?? new ProcessEnvironments(core, ports.balancers);
  }

  /**
   * Resolves with what the function answered, also when it failed. Throws
   * `TooManyRequestsException` beyond the concurrency of the function or of the account, and
   * `AccessDeniedException` when the role cannot be assumed.
   */
  async invoke(found: FunctionRecord, requestId: string, payload: Uint8Array): Promise<Execution> {
    this.#throttle(found);
    const pooled = this.#takeIdle(found) ?? this.#newEnvironment(found);
    pooled.cancelIdle();
    const busy = this.#busy.get(found) ?? new Set();
    this.#busy.set(found, busy.add(pooled));
    const invokedAtMs = this.#core.clock.now();
    this.#metrics.concurrency(found.name, busy.size, this.#runningOfAccount());
    pooled.log.start(requestId);
    const outcome = await pooled.environment.invoke({
      requestId,
      functionArn: found.arn,
      payload,
      timeoutSeconds: found.configuration.timeoutSeconds,
    });
    const log = pooled.log.end(requestId, outcome, found.configuration.memoryMegabytes);
    busy.delete(pooled);
    this.#countOutcome(found, outcome, invokedAtMs);
    this.#park(found, pooled);
    return { payload: outcome.payload, failed: outcome.failure !== undefined, log };
  }

  /** Lets no further invocation run in the environments that are there now. */
  retire(found: FunctionRecord): void {
    for (const pooled of this.#idle.get(found) ?? []) this.#end(pooled);
    this.#idle.delete(found);
    for (const pooled of this.#busy.get(found) ?? []) pooled.stale = true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const pool of [...this.#idle.values(), ...this.#busy.values()]) {
      for (const pooled of pool) this.#end(pooled);
    }
    await this.#environments.stop();
  }

  #throttle(found: FunctionRecord): void {
    const running = this.#busy.get(found)?.size ?? 0;
    const reserved = found.reservedConcurrency;
    const free =
      reserved === undefined ? ACCOUNT_CONCURRENCY - this.#runningOfAccount() : reserved - running;
    if (free > 0 && !this.#stopped) return;
    this.#metrics.count(found.name, "Throttles", 1);
    throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {
      Type: "User",
      Reason:
        reserved === undefined
          ? "ConcurrentInvocationLimitExceeded"
          : "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
  }

  #runningOfAccount(): number {
    return [...this.#busy.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A warm environment, unless its process ended while nobody looked. */
  #takeIdle(found: FunctionRecord): Pooled | undefined {
    const warm = (this.#idle.get(found) ?? []).filter(({ environment }) => environment.alive);
    const taken = warm.pop();
    this.#idle.set(found, warm);
    return taken;
  }

  #newEnvironment(found: FunctionRecord): Pooled {
    const { clock } = this.#core;
    const id = hexId(32);
    const log = new InvocationLog(clock, this.#ports.logs, found.configuration.logGroup, id);
    const credentials = this.#assumeRole(found);
    const environment = this.#environments.start({
      id,
      found,
      credentials,
      logStream: log.stream,
      onLine: (line) => log.write(line),
    });
    return { environment, log, stale: false, cancelIdle: () => {} };
  }

  /** The role may have gone, or stopped trusting Lambda, since the function was made. */
  #assumeRole({ configuration, name }: FunctionRecord) {
    try {
      return this.#ports.credentials.issue(configuration.role, name, "lambda.amazonaws.com");
    } catch (error) {
      throw new AwsError(
        "AccessDeniedException",
        `The role defined for the function cannot be assumed by Lambda. (${messageOf(error)})`,
        403,
      );
    }
  }

  #park(found: FunctionRecord, pooled: Pooled): void {
    if (pooled.stale || this.#stopped || !pooled.environment.alive) {
      this.#end(pooled);
      return;
    }
    const { clock } = this.#core;
    pooled.cancelIdle = clock.schedule(clock.now() + IDLE_MS, () => {
      this.#idle.set(
        found,
        (this.#idle.get(found) ?? []).filter((other) => other !== pooled),
      );
      this.#end(pooled);
    });
    this.#idle.set(found, [...(this.#idle.get(found) ?? []), pooled]);
  }

  #end(pooled: Pooled): void {
    pooled.stale = true;
    pooled.cancelIdle();
    pooled.environment.kill();
  }

  /** "The timestamp on an error metric reflects when the function was invoked." */
  #countOutcome(
    found: FunctionRecord,
    { failure, durationMs }: Outcome,
    invokedAtMs: number,
  ): void {
    this.#metrics.count(found.name, "Invocations", 1, invokedAtMs);
    this.#metrics.count(found.name, "Errors", failure ? 1 : 0, invokedAtMs);
    this.#metrics.count(found.name, "Duration", durationMs, invokedAtMs);
  }
}
