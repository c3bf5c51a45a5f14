/**
 * Asynchronous invocations: queued, retried after a function's error, returned to the queue when
 * throttled; what became of them is told to destinations and dead-letter topics.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { AwsError, type LabCore } from "../service.ts";
import type { Execution, Executor } from "./executor.ts";
import { type Attempt, Condition } from "./invocationRecord.ts";
import type { FunctionMetrics } from "./metrics.ts";
import type { Outcomes } from "./outcomes.ts";
import type { FunctionRecord, FunctionStore } from "./store.ts";

/** Nominal waits before the second and the third attempt. */
const RETRY_MS = [60_000, 120_000];
/** After a throttle the interval "increases exponentially from 1 second … to … 5 minutes". */
const LONGEST_THROTTLE_MS = 300_000;
const DEFAULT_AGE_SECONDS = 21_600;

interface QueuedEvent {
  readonly found: FunctionRecord;
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** Nominal milliseconds. */
  readonly queuedAt: number;
  /** Attempts that ran the function; every one before the last failed. */
  invokeCount: number;
  throttles: number;
  last: Attempt | undefined;
}

export interface QueueParts {
  readonly core: LabCore;
  readonly store: FunctionStore;
  readonly executor: Executor;
  readonly metrics: FunctionMetrics;
  readonly outcomes: Outcomes;
}

export class EventQueue {
  readonly #parts: QueueParts;
  readonly #waiting = new Set<Cancel>();
  #stopped = false;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Takes an event; it runs soon after the caller has its answer. */
  add(found: FunctionRecord, requestId: string, payload: Uint8Array): void {
    const queuedAt = this.#parts.core.clock.now();
    this.#parts.metrics.count(found.name, "AsyncEventsReceived", 1);
    const fresh = { invokeCount: 0, throttles: 0, last: undefined };
    this.#after(0, { found, requestId, payload, queuedAt, ...fresh });
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#waiting) cancel();
  }

  #after(waitMs: number, event: QueuedEvent): void {
    const { clock } = this.#parts.core;
    if (this.#stopped) return;
    if (waitMs === 0) {
      const turn = new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      void clock.hold("an event of Lambda's queue", turn).then(() => this.#attempt(event));
      return;
    }
    const cancel = clock.schedule(clock.now() + waitMs, () => {
      this.#waiting.delete(cancel);
      void this.#attempt(event);
    });
    this.#waiting.add(cancel);
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    const { found, requestId, payload, queuedAt } = event;
    const { core, executor, metrics, store } = this.#parts;
    if (this.#stopped || store.functions.get(found.name) !== found) return;
    // "Lambda begins sending new events to the configured dead-letter queue or the on-failure event
    // destination, without any retries": the function is not even tried.
    if (found.reservedConcurrency === 0) {
      metrics.count(found.name, "Throttles", 1);
      event.last = undefined;
      await this.#drop(
        event,
        Condition.ZeroReservedConcurrency,
        "was throttled: the reserved concurrency is 0",
      );
      return;
    }
    const invokedAt = core.clock.now();
    let execution: Execution;
    try {
      execution = await executor.invoke(found, requestId, payload);
    } catch (error) {
      if (!this.#stopped) await this.#returned(event, error);
      return;
    }
    if (this.#stopped) return;
    metrics.count(found.name, "AsyncEventAge", invokedAt - queuedAt, invokedAt);
    event.invokeCount += 1;
    event.last = { status: 200, payload: execution.payload, failed: execution.failed };
    if (execution.failed) await this.#failed(event);
    else await this.#finish(event, Condition.Success);
  }

  async #failed(event: QueuedEvent): Promise<void> {
    const retries = event.found.eventInvoke?.maximumRetryAttempts ?? RETRY_MS.length;
    const waitMs = RETRY_MS[event.invokeCount - 1] ?? 0;
    if (event.invokeCount > retries) {
      await this.#drop(event, Condition.RetriesExhausted, `failed ${event.invokeCount} times`);
    } else await this.#again(event, waitMs);
  }

  /** Not run for lack of concurrency (429), or of a role that Lambda may assume (500). */
  async #returned(event: QueuedEvent, error: unknown): Promise<void> {
    const throttled = error instanceof AwsError && error.code === "TooManyRequestsException";
    const message = messageOf(error);
    event.last = { status: throttled ? 429 : 500, failed: false, message };
    const waitMs = Math.min(LONGEST_THROTTLE_MS, 1000 * 2 ** event.throttles);
    event.throttles += 1;
    this.#parts.core.log(`Lambda ${event.found.name}: ${message} The event is tried again.`);
    await this.#again(event, waitMs);
  }

  /** An event that would be too old by its next attempt is given up now. */
  async #again(event: QueuedEvent, waitMs: number): Promise<void> {
    const ageSeconds = event.found.eventInvoke?.maximumEventAgeSeconds ?? DEFAULT_AGE_SECONDS;
    const ageMs = this.#parts.core.clock.now() + waitMs - event.queuedAt;
    if (ageMs > ageSeconds * 1000) {
      await this.#drop(event, Condition.EventAgeExceeded, `was older than ${ageSeconds} s`);
    } else this.#after(waitMs, event);
  }

  async #drop(event: QueuedEvent, condition: Condition, why: string): Promise<void> {
    const { core, metrics } = this.#parts;
    const { found, requestId } = event;
    metrics.count(found.name, "AsyncEventsDropped", 1);
    core.log(`Lambda ${found.name}: event ${requestId} ${why} and was dropped.`);
    await this.#finish(event, condition);
  }

  async #finish(event: QueuedEvent, condition: Condition): Promise<void> {
    const { found, requestId, payload, invokeCount, last } = event;
    const atMs = this.#parts.core.clock.now();
    await this.#parts.outcomes.tell(found, {
      condition,
      requestId,
      functionArn: found.arn,
      payload,
      invokeCount,
      last,
      atMs,
    });
  }
}
