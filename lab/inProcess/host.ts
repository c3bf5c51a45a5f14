/**
 * The machine that a lab without processes and sockets runs its containers on: it starts apps in
 * place of commands, gives them ports that exist nowhere else, and carries requests to them.
 */
import { PassThrough } from "node:stream";
import type { Clock } from "../../base/clock.ts";
import type { InProcessRequest, TargetNetwork, TargetResponse } from "../dataplane/network.ts";
import type { TargetAddress } from "../dataplane/model.ts";
import type { PortHost } from "../ecs/localPorts.ts";
import type { Keeper, KeptProcess, SpawnOptions } from "../service.ts";
import type { App, AppHandler, AppResponse, AppTask } from "./app.ts";
import type { ClientConfig } from "./functions.ts";

type Ending = Awaited<KeptProcess["exited"]>;

interface Running {
  readonly app: App;
  readonly task: AppTask;
  /** Nominal. */
  readonly readyAtMs: number;
  /** Cut off what the container has not answered yet. */
  readonly inFlight: Set<() => void>;
  ended: boolean;
}

const FIRST_PORT = 20_000;

/** AWS clients of a container with this environment, until `ended` says that it is gone. */
type Connect = (env: Readonly<Record<string, string>>, ended: () => boolean) => ClientConfig;

export class InProcessHost implements Keeper, PortHost, TargetNetwork {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #connect: Connect;
  readonly #apps: ReadonlyMap<string, App>;
  readonly #listening = new Map<number, Running>();
  readonly #running = new Set<KeptProcess>();
  #lastPort = FIRST_PORT - 1;
  #started = 0;

  /** `apps` by the name that stands as the image's command. */
  constructor(
    clock: Clock,
    apps: Readonly<Record<string, App | AppHandler>>,
    connect: Connect,
    log: (line: string) => void,
  ) {
    this.#clock = clock;
    this.#connect = connect;
    this.#log = log;
    this.#apps = new Map(
      Object.entries(apps).map(([name, app]) => [
        name,
        typeof app === "function" ? { handle: app } : app,
      ]),
    );
  }

  spawn([name = ""]: readonly string[], options: SpawnOptions): KeptProcess {
    const app = this.#apps.get(name);
    const stdin = new PassThrough().resume();
    if (!app) {
      // A container's health check is such a command: it fails.
      const error = new Error(`spawn ${name}: this lab starts no processes`);
      this.#log(error.message);
      const exited = Promise.resolve({ code: null, signal: null, error });
      return { pid: undefined, exited, kill: () => {}, stdin };
    }
    const { promise: exited, resolve } = Promise.withResolvers<Ending>();
    const port = Number(options.env["PORT"]);
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (running.ended) return;
      running.ended = true;
      for (const cutOff of running.inFlight) cutOff();
      if (this.#listening.get(port) === running) this.#listening.delete(port);
      this.#running.delete(kept);
      resolve({ code, signal });
      app.stop?.(task);
    };
    const task: AppTask = {
      env: options.env,
      clientConfig: this.#connect(options.env, () => running.ended),
      request: (to, request) => this.#requestAt(to, request),
      log: (line) => options.onLine?.(line, "stdout"),
      exit: (code = 0) => end(code, null),
    };
    const readyAtMs = this.#clock.now() + (app.readyAfterMs ?? 0);
    const running: Running = { app, task, readyAtMs, inFlight: new Set(), ended: false };
    const kept: KeptProcess = {
      pid: ++this.#started,
      exited,
      stdin,
      kill: (signal) => {
        if (signal !== "SIGSTOP" && signal !== "SIGCONT") end(null, signal);
      },
    };
    this.#running.add(kept);
    if (port > 0) this.#listening.set(port, running);
    try {
      app.start?.(task);
    } catch (error) {
      crash(running, error);
    }
    return kept;
  }

  stop(): Promise<void> {
    for (const kept of this.#running) kept.kill("SIGTERM");
    return Promise.resolve();
  }

  take(): Promise<number> {
    // One after the other, never twice: a port that was given back may still be draining somewhere.
    this.#lastPort = this.#lastPort === 65_535 ? FIRST_PORT : this.#lastPort + 1;
    return Promise.resolve(this.#lastPort);
  }

  give(): void {}

  /** At once: as on AWS, a task is registered whether it listens or not. */
  untilListening(): Promise<void> {
    return Promise.resolve();
  }

  request(
    { port }: TargetAddress,
    request: InProcessRequest,
  ): TargetResponse | Promise<TargetResponse> {
    return this.#requestAt(port, request);
  }

  #requestAt(port: number, request: InProcessRequest): TargetResponse | Promise<TargetResponse> {
    const running = this.#listening.get(port);
    if (!running || this.#clock.now() < running.readyAtMs) {
      throw connectionError("connect", "ECONNREFUSED");
    }
    const { app, task } = running;
    try {
      const answer = app.handle(request, task.env, task);
      if (answer instanceof Promise) return answerOf(running, answer);
      return responseOf(running, answer);
    } catch (error) {
      throw crash(running, error);
    }
  }
}

/** Waits for the app, or for its container's end. */
function answerOf(running: Running, answer: Promise<AppResponse>): Promise<TargetResponse> {
  return new Promise((resolve, reject) => {
    const cutOff = (): void => reject(connectionError("read", "ECONNRESET"));
    running.inFlight.add(cutOff);
    answer
      .then(
        (response) => resolve(responseOf(running, response)),
        (error: unknown) => reject(crash(running, error)),
      )
      .catch(reject)
      .finally(() => running.inFlight.delete(cutOff));
  });
}

function responseOf(running: Running, response: AppResponse): TargetResponse {
  if (running.ended) throw connectionError("read", "ECONNRESET");
  const { status, headers = {}, body = "", tookMs = 1 } = response;
  return { status, headers, body, tookMs };
}

/** Ends the container as an error that nobody caught does; returns what its clients see. */
function crash(running: Running, error: unknown): Error {
  if (!running.ended) {
    running.task.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    running.task.exit(1);
  }
  return connectionError("read", "ECONNRESET");
}

function connectionError(syscall: "connect" | "read", code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
