/**
 * One execution environment: a process that serves one invocation at a time and is frozen between
 * two, so that what a handler left behind unfinished stays unfinished, as on AWS.
 */
import type { ServerResponse } from "node:http";
import type { Keeper, KeptProcess } from "../service.ts";
import { type Failure, failure } from "./failures.ts";
import type { RuntimeApi, RuntimeListener } from "./runtimeApi.ts";

/** Lambda's limit for what happens before the first invocation. Wall time: it is work. */
const INIT_TIMEOUT_MS = 10_000;
/** Lambda's limit for a synchronous response. */
const MAX_RESPONSE_BYTES = 6_291_556;

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Uint8Array;
  readonly timeoutSeconds: number;
}

export interface Outcome {
  readonly payload: Buffer;
  readonly failure: Failure | undefined;
  /** Wall milliseconds in the handler. */
  readonly durationMs: number;
  /** Wall milliseconds from the process's start to its readiness; of a cold start only. */
  readonly initMs: number | undefined;
}

interface Current {
  readonly invocation: Invocation;
  readonly finish: (outcome: Outcome) => void;
  readonly flushed: Set<string>;
  answer?: { payload: Buffer; failure: Failure | undefined };
  answeredAt?: number;
  sentAt?: number;
  timer?: NodeJS.Timeout;
}

export interface EnvironmentParts {
  readonly id: string;
  readonly api: RuntimeApi;
  readonly keeper: Keeper;
  readonly command: readonly string[];
  readonly cwd: string;
  env(runtimeApi: string): Record<string, string>;
  /** A line of this environment's log, without line feed. */
  onLine(line: string): void;
  /** Formats a console line: the process does not have the lab's clock. */
  stamp(): string;
}

export class Environment implements RuntimeListener {
  readonly id: string;
  readonly #parts: EnvironmentParts;
  #process: KeptProcess | undefined;
  #waiting: ServerResponse | undefined;
  #current: Current | undefined;
  #initFailure: Buffer | undefined;
  #startedAt = 0;
  #ready = false;
  /** Until the first invocation has reported it. */
  #initMs: number | undefined;
  #ended = false;

  constructor(parts: EnvironmentParts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return !this.#ended;
  }

  /** Never rejects: what goes wrong is the outcome's failure. */
  invoke(invocation: Invocation): Promise<Outcome> {
    return new Promise((finish) => {
      this.#current = { invocation, finish, flushed: new Set() };
      if (!this.#process) void this.#start();
      else {
        this.#process.kill("SIGCONT");
        this.#send();
      }
    });
  }

  kill(): void {
    this.#ended = true;
    this.#process?.kill("SIGKILL");
    this.#parts.api.disconnect(this.id);
  }

  next(response: ServerResponse): void {
    this.#waiting = response;
    if (!this.#ready) this.#initMs = performance.now() - this.#startedAt;
    this.#ready = true;
    if (this.#current?.sentAt === undefined) this.#send();
    else this.#settle();
  }

  succeeded(requestId: string, payload: Buffer): void {
    const tooLarge = payload.length > MAX_RESPONSE_BYTES;
    this.#answer(
      requestId,
      tooLarge ? failure.responseTooLarge(payload.length, MAX_RESPONSE_BYTES) : undefined,
      payload,
    );
  }

  failed(requestId: string, payload: Buffer): void {
    this.#answer(requestId, failure.fromHandler(payload), payload);
  }

  initFailed(payload: Buffer): void {
    this.#initFailure = payload;
  }

  async #start(): Promise<void> {
    const { api, keeper, command, cwd } = this.#parts;
    const address = await api.connect(this.id, this);
    this.#startedAt = performance.now();
    const started = keeper.spawn(command, {
      cwd,
      env: this.#parts.env(address),
      onLine: (line, stream) => this.#line(line, stream),
    });
    this.#process = started;
    if (this.#ended) this.kill();
    else this.#limit(INIT_TIMEOUT_MS);
    const { code, signal, error } = await started.exited;
    this.#ended = true;
    api.disconnect(this.id);
    const requestId = this.#current?.invocation.requestId ?? "";
    this.#finish(
      this.#initFailure
        ? failure.fromHandler(this.#initFailure)
        : (this.#current?.answer?.failure ?? failure.exited(requestId, code, signal, error)),
    );
  }

  #send(): void {
    const current = this.#current;
    const response = this.#waiting;
    if (!current || !response) return;
    const { requestId, functionArn, payload, timeoutSeconds } = current.invocation;
    this.#waiting = undefined;
    current.sentAt = performance.now();
    this.#limit(timeoutSeconds * 1000);
    response
      .writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": requestId,
        "lambda-runtime-deadline-ms": String(Date.now() + timeoutSeconds * 1000),
        "lambda-runtime-invoked-function-arn": functionArn,
      })
      .end(payload);
  }

  /** Ends the environment when its phase outlasts `ms`. */
  #limit(ms: number): void {
    const current = this.#current;
    if (!current) return;
    clearTimeout(current.timer);
    current.timer = setTimeout(() => {
      const timedOut = failure.timedOut(current.invocation.requestId, ms / 1000);
      this.#parts.onLine(
        `${this.#parts.stamp()} ${current.invocation.requestId} ${timedOut.message}`,
      );
      this.kill();
      this.#finish(timedOut);
    }, ms);
  }

  #answer(requestId: string, failed: Failure | undefined, payload: Buffer): void {
    const current = this.#current;
    if (current?.invocation.requestId !== requestId) return;
    current.answer = { payload: failed?.payload ?? payload, failure: failed };
    current.answeredAt = performance.now();
    this.#settle();
  }

  /** `\u0000` ends an invocation's lines on its stream; `\u0001` wants the time in front. */
  #line(line: string, stream: string): void {
    if (line.startsWith("\u0000")) {
      this.#current?.flushed.add(stream);
      this.#settle();
    } else if (line.startsWith("\u0001")) {
      this.#parts.onLine(`${this.#parts.stamp()}\t${line.slice(1)}`);
    } else {
      this.#parts.onLine(line);
    }
  }

  /** Done when the answer, every line, and the request for the next event are here. */
  #settle(): void {
    const current = this.#current;
    if (!current?.answer || current.flushed.size < 2 || !this.#waiting) return;
    this.#process?.kill("SIGSTOP");
    this.#finish(current.answer.failure);
  }

  #finish(failed: Failure | undefined): void {
    const current = this.#current;
    if (!current) return;
    clearTimeout(current.timer);
    this.#current = undefined;
    const { answer, sentAt, answeredAt = performance.now() } = current;
    const initMs = this.#initMs;
    this.#initMs = undefined;
    current.finish({
      payload: failed?.payload ?? answer?.payload ?? Buffer.from("null"),
      failure: failed,
      durationMs: sentAt === undefined ? 0 : answeredAt - sentAt,
      initMs,
    });
  }
}
