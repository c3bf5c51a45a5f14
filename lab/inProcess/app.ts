/** What an image runs in a lab without processes: a function of a request. */
import type { Body, InProcessRequest, TargetResponse } from "../dataplane/network.ts";
import type { ClientConfig } from "./functions.ts";

export interface AppResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Body;
  /**
   * Milliseconds that count as the response time. The clock does not move by them: work takes no
   * nominal time.
   * @default 1
   */
  readonly tookMs?: number;
}

/** The container that an app runs in. */
export interface AppTask {
  readonly env: Readonly<Record<string, string>>;
  /** For AWS clients: they reach the lab, signed as the task's role; refused once it has ended. */
  readonly clientConfig: ClientConfig;
  /**
   * A request to a container by its local port. Throws or rejects as a connection would when nobody
   * listens there.
   */
  request(port: number, request: InProcessRequest): TargetResponse | Promise<TargetResponse>;
  /** A line of the container's log. */
  log(line: string): void;
  /** Ends the container; requests under way are cut off. @default 0 */
  exit(code?: number): void;
}

/** What throws ends the container with exit code 1, as an error that nobody catches does. */
export type AppHandler = (
  request: InProcessRequest,
  env: Readonly<Record<string, string>>,
  task: AppTask,
) => AppResponse | Promise<AppResponse>;

export interface App {
  readonly handle: AppHandler;
  /** Called when the container starts. One that throws ends it. */
  start?(task: AppTask): void;
  /** Called when the container has ended, however it did. */
  stop?(task: AppTask): void;
  /** As the image's own: `{port:8080}` becomes the local port of that container port of the task. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Nominal milliseconds from the container's start until it takes connections; they are refused
   * before.
   * @default 0
   */
  readonly readyAfterMs?: number;
}
