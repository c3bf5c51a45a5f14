/** Where execution environments run: each a process of its own, unless a lab is given another place. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabCore } from "../service.ts";
import type { Balancer } from "./addresses.ts";
import { Environment, type Invocation, type Outcome } from "./environment.ts";
import { processEnvironment } from "./processEnvironment.ts";
import { RuntimeApi } from "./runtimeApi.ts";
import type { FunctionRecord } from "./store.ts";

/** Beside this file, with its extension: the sources run as they are, a package is JavaScript. */
const BOOTSTRAP = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./runtime.ts" : "./runtime.js", import.meta.url),
);

export interface ExecutionEnvironment {
  /** Whether it can take another invocation. */
  readonly alive: boolean;
  /** One at a time. Never rejects: what goes wrong is the outcome's failure. */
  invoke(invocation: Invocation): Promise<Outcome>;
  kill(): void;
}

export interface EnvironmentOrder {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly found: FunctionRecord;
  readonly logStream: string;
  /** The role's. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** A line of this environment's log, without line feed. */
  readonly onLine: (line: string) => void;
}

export interface EnvironmentHost {
  start(order: EnvironmentOrder): ExecutionEnvironment;
  stop(): Promise<void>;
}

export class ProcessEnvironments implements EnvironmentHost {
  readonly #core: LabCore;
  readonly #balancers: () => readonly Balancer[];
  readonly #api = new RuntimeApi();

  constructor(core: LabCore, balancers: () => readonly Balancer[] = () => []) {
    this.#core = core;
    this.#balancers = balancers;
  }

  start({ id, found, logStream, credentials, onLine }: EnvironmentOrder): ExecutionEnvironment {
    const { clock, directory: labDirectory, endpoint, keeper } = this.#core;
    const directory = join(labDirectory, "environments", id);
    mkdirSync(directory, { recursive: true });
    const environment = new Environment({
      id,
      api: this.#api,
      keeper,
      command: [process.execPath, BOOTSTRAP],
      cwd: found.code.directory,
      env: (runtimeApi) =>
        processEnvironment(found, {
          endpoint,
          runtimeApi,
          logStream,
          directory,
          credentials,
          balancers: this.#balancers(),
        }),
      onLine,
      stamp: () => new Date(clock.now()).toISOString(),
    });
    return {
      get alive() {
        return environment.alive;
      },
      invoke: (invocation) => clock.hold(`function ${found.name}`, environment.invoke(invocation)),
      kill: () => environment.kill(),
    };
  }

  stop(): Promise<void> {
    return this.#api.stop();
  }
}
