/**
 * Functions that run inside the lab's own process, in place of runtimes: with their role's
 * credentials, and with timeouts in nominal time.
 */
import type { HttpHandlerUserInput } from "@smithy/core/protocols";
import type { Clock } from "../../base/clock.ts";
import type { Invocation, Outcome } from "../lambda/environment.ts";
import type {
  EnvironmentHost,
  EnvironmentOrder,
  ExecutionEnvironment,
} from "../lambda/environments.ts";
import { type Failure, failure } from "../lambda/failures.ts";
import { processEnvironment } from "../lambda/processEnvironment.ts";
import { REGION } from "../service.ts";

export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  /** What `process.env` holds in a function's own process. */
  readonly env: Readonly<Record<string, string>>;
  /** For AWS clients: they reach the lab, signed as the function's role. */
  readonly clientConfig: ClientConfig;
  /** Nominal milliseconds since the epoch. */
  readonly now: () => number;
  readonly getRemainingTimeInMillis: () => number;
  /** A line of the function's log. */
  readonly log: (line: string) => void;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly requestHandler: HttpHandlerUserInput;
  /** 1: a client waits between attempts by the wall, while the lab's clock goes on without it. */
  readonly maxAttempts: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- each handler names the event it expects.
export type FunctionHandler = (event: any, context: FunctionContext) => unknown;

export interface FunctionPorts {
  readonly clock: Clock;
  readonly endpoint: string;
  /** Requests of one environment's clients; refused once `ended` says that it is gone. */
  requestHandler(ended: () => boolean): HttpHandlerUserInput;
}

export class InProcessFunctions implements EnvironmentHost {
  readonly #handlers: ReadonlyMap<string, FunctionHandler>;
  readonly #ports: FunctionPorts;

  /** `handlers` by function name, or by what the function's `Handler` setting says. */
  constructor(handlers: Readonly<Record<string, FunctionHandler>>, ports: FunctionPorts) {
    this.#handlers = new Map(Object.entries(handlers));
    this.#ports = ports;
  }

  start(order: EnvironmentOrder): ExecutionEnvironment {
    const { name, configuration } = order.found;
    const handler = this.#handlers.get(name) ?? this.#handlers.get(configuration.handler);
    return new InProcessEnvironment(order, handler, this.#ports);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

class InProcessEnvironment implements ExecutionEnvironment {
  alive = true;
  readonly #order: EnvironmentOrder;
  readonly #handler: FunctionHandler | undefined;
  readonly #ports: FunctionPorts;
  readonly #env: Readonly<Record<string, string>>;
  readonly #clientConfig: ClientConfig;

  constructor(order: EnvironmentOrder, handler: FunctionHandler | undefined, ports: FunctionPorts) {
    const { endpoint } = ports;
    const { credentials, found, logStream } = order;
    this.#order = order;
    this.#handler = handler;
    this.#ports = ports;
    this.#env = processEnvironment(found, {
      endpoint,
      logStream,
      credentials,
      runtimeApi: "",
      directory: "",
      // No address is to be found: `request` takes the names themselves.
      balancers: [],
    });
    this.#clientConfig = {
      endpoint,
      region: REGION,
      credentials,
      requestHandler: ports.requestHandler(() => !this.alive),
      maxAttempts: 1,
    };
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    const { clock } = this.#ports;
    const startedMs = clock.now();
    const { promise: timedOut, resolve } = Promise.withResolvers<Failure>();
    const cancel = clock.schedule(startedMs + invocation.timeoutSeconds * 1000, () => {
      // What the handler goes on with reaches nothing any more, as if its process had been ended.
      this.alive = false;
      const failed = failure.timedOut(invocation.requestId, invocation.timeoutSeconds);
      this.#log(`${invocation.requestId} ${failed.message}`);
      resolve(failed);
    });
    const result = await Promise.race([this.#run(invocation), timedOut]);
    cancel();
    const failed = Buffer.isBuffer(result) ? undefined : result;
    return {
      payload: Buffer.isBuffer(result) ? result : result.payload,
      failure: failed,
      durationMs: clock.now() - startedMs,
      initMs: undefined,
    };
  }

  kill(): void {
    this.alive = false;
  }

  async #run(invocation: Invocation): Promise<Buffer | Failure> {
    const { name } = this.#order.found;
    try {
      if (!this.#handler) {
        throw Object.assign(
          new Error(`this lab runs functions in its own process, and has none for ${name}`),
          {
            name: "Runtime.ImportModuleError",
          },
        );
      }
      const event: unknown = JSON.parse(Buffer.from(invocation.payload).toString("utf8"));
      const result = await this.#handler(event, this.#contextOf(invocation));
      return Buffer.from(JSON.stringify(result) ?? "null");
    } catch (error) {
      const described = describeError(error);
      this.#log(`${invocation.requestId}\tERROR\tInvoke Error\t${described}`);
      return failure.fromHandler(Buffer.from(described));
    }
  }

  #contextOf({ requestId, functionArn, timeoutSeconds }: Invocation): FunctionContext {
    const { clock } = this.#ports;
    const deadlineMs = clock.now() + timeoutSeconds * 1000;
    return {
      awsRequestId: requestId,
      functionName: this.#order.found.name,
      invokedFunctionArn: functionArn,
      env: this.#env,
      clientConfig: this.#clientConfig,
      now: () => clock.now(),
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.now()),
      log: (line) => this.#log(`${requestId}\tINFO\t${line}`),
    };
  }

  #log(text: string): void {
    this.#order.onLine(`${new Date(this.#ports.clock.now()).toISOString()}\t${text}`);
  }
}

/** As the managed runtime describes what a handler threw. */
function describeError(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  });
}
