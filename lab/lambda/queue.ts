/**
 * Asynchronous invocations: queued, retried after a function's error, returned to the queue when
 * throttled.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import type { Executor } from "./executor.ts";
import type { FunctionRecord, FunctionStore } from "./store.ts";

/** Nominal waits before the second and the third attempt. */
const RETRY_MS = [60_000, 120_000];
const LONGEST_THROTTLE_MS = 300_000;
const DEFAULT_AGE_SECONDS = 21_600;

interface QueuedEvent {
  readonly found: FunctionRecord;
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly queuedAt: number;
  failures: number;
  throttles: number;
}

export class EventQueue {
  readonly #core: LabCore;
  readonly #store: FunctionStore;
  readonly #executor: Executor;
  readonly #waiting = new Set<Cancel>();
  #stopped = false;

  constructor(core: LabCore, store: FunctionStore, executor: Executor) {
    this.#core = core;
    this.#store = store;
    this.#executor = executor;
  }

  /** Takes an event; it runs soon after the caller has its answer. */
  add(found: FunctionRecord, requestId: string, payload: Uint8Array): void {
    const queuedAt = this.#core.clock.now();
    this.#after(0, { found, requestId, payload, queuedAt, failures: 0, throttles: 0 });
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#waiting) cancel();
  }

  #after(waitMs: number, event: QueuedEvent): void {
    const { clock } = this.#core;
    if (this.#stopped) return;
    if (waitMs === 0) {
      setImmediate(() => void this.#attempt(event));
      return;
    }
    const cancel = clock.schedule(clock.now() + waitMs, () => {
      this.#waiting.delete(cancel);
      void this.#attempt(event);
    });
    this.#waiting.add(cancel);
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    const { found, requestId, payload } = event;
    if (this.#stopped || this.#store.functions.get(found.name) !== found) return;
    try {
      const { failed } = await this.#executor.invoke(found, requestId, payload);
      if (failed) this.#failed(event);
    } catch (error) {
      this.#throttled(event, messageOf(error));
    }
  }

  #failed(event: QueuedEvent): void {
    const retries = event.found.eventInvoke?.maximumRetryAttempts ?? RETRY_MS.length;
    const waitMs = RETRY_MS[event.failures] ?? 0;
    event.failures += 1;
    if (event.failures > retries) this.#drop(event, `failed ${event.failures} times`);
    else this.#again(event, waitMs);
  }

  /** Not run for lack of concurrency, or of a role. With no concurrency at all, AWS drops an event at once, as it says of reserved zero. */
  #throttled(event: QueuedEvent, reason: string): void {
    if (event.found.reservedConcurrency === 0) {
      this.#drop(event, "was throttled: the reserved concurrency is 0");
      return;
    }
    const waitMs = Math.min(LONGEST_THROTTLE_MS, 1000 * 2 ** event.throttles);
    event.throttles += 1;
    this.#core.log(`Lambda ${event.found.name}: ${reason} The event is tried again.`);
    this.#again(event, waitMs);
  }

  #again(event: QueuedEvent, waitMs: number): void {
    const ageSeconds = event.found.eventInvoke?.maximumEventAgeSeconds ?? DEFAULT_AGE_SECONDS;
    const age = this.#core.clock.now() + waitMs - event.queuedAt;
    if (age > ageSeconds * 1000) this.#drop(event, `was older than ${ageSeconds} s`);
    else this.#after(waitMs, event);
  }

  #drop({ found, requestId }: QueuedEvent, why: string): void {
    this.#core.log(`Lambda ${found.name}: event ${requestId} ${why} and was dropped.`);
  }
}
