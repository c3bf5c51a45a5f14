/**
 * The fault sidecar where there are no sockets: the real lease watch, fast metrics and sentinel, fed
 * by the answers that pass through it. Only the proxy is another: a function of a request.
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { Clock } from "../../base/clock.ts";
import type { Slot } from "../../guard/slot.ts";
import type { InProcessRequest, TargetResponse } from "../../lab/dataplane/network.ts";
import type { App, AppResponse, AppTask } from "../../lab/inProcess/app.ts";
import { connectSentinel } from "../../sidecar/connectSentinel.ts";
import { FastMetrics } from "../../sidecar/fastMetrics.ts";
import { dynamoFaultTable } from "../../sidecar/faultTable.ts";
import { effectOn, isHealthCheck } from "../../sidecar/inject.ts";
import { FAULT_HEADER, IDLE_TIMEOUT_MS, RELEASE_HEADER, SLOT_HEADER } from "../../sidecar/lease.ts";
import { LeaseWatch } from "../../sidecar/leaseWatch.ts";
import { Responses } from "../../sidecar/responses.ts";
import type { Random } from "../judge/random.ts";

export interface SidecarPorts {
  readonly clock: () => Clock;
  readonly random: Random;
  readonly log: (line: string) => void;
  /** Whether it follows the slot's lease, which is one read a second. */
  readonly obeysLeases: boolean;
}

/** The container's port of the app behind it, as the task definition has it. */
const UPSTREAM = "{port:8081}";
/** Nominal milliseconds, as the sidecar's own settings have them by default. */
const PUBLISH_MS = 10_000;
const LOOK_MS = 1_000;
/** What the sidecar adds to a response time, milliseconds. */
const OWN_MS = 1;

export function sidecarApp(ports: SidecarPorts): App {
  const sidecars = new WeakMap<AppTask, Sidecar>();
  let started = 0;
  return {
    env: { UPSTREAM },
    start: (task) => {
      sidecars.set(task, new Sidecar(task, String(started++), ports));
    },
    stop: (task) => sidecars.get(task)?.stop(),
    handle: (request, _env, task) => {
      const sidecar = sidecars.get(task);
      if (!sidecar) throw new Error("a request before the sidecar's start");
      return sidecar.handle(request);
    },
  };
}

class Sidecar {
  readonly #task: AppTask;
  readonly #ports: SidecarPorts;
  readonly #clock: Clock;
  readonly #upstream: number;
  readonly #identity: Readonly<Record<string, string>>;
  readonly #responses = new Responses();
  readonly #leases: LeaseWatch | undefined;
  readonly #fast: FastMetrics | undefined;
  readonly #sentinel: ReturnType<typeof connectSentinel> | undefined;
  readonly #clients: readonly { destroy(): void }[];

  constructor(task: AppTask, id: string, ports: SidecarPorts) {
    const { env, clientConfig } = task;
    const clock = ports.clock();
    const slot = slotOf(env["BACKOUT_SLOT"]);
    const table = env["BACKOUT_FAULT_TABLE"] ?? "";
    const sidecarId = `${slot}-${id}`;
    this.#task = task;
    this.#ports = ports;
    this.#clock = clock;
    this.#upstream = Number(env["UPSTREAM"]);
    this.#identity = {
      [SLOT_HEADER]: slot,
      [RELEASE_HEADER]: env["BACKOUT_RELEASE"] ?? "",
    };
    const dynamodb = new DynamoDBClient(clientConfig);
    const lambda = new LambdaClient(clientConfig);
    const cloudwatch = new CloudWatchClient(clientConfig);
    this.#clients = [dynamodb, lambda, cloudwatch];
    const { log } = ports;
    this.#leases = ports.obeysLeases
      ? new LeaseWatch({
          table: dynamoFaultTable(dynamodb, table, slot),
          slot,
          sidecarId,
          pollMs: LOOK_MS,
          clock,
          crash: (exitCode) => task.exit(exitCode),
          log,
        })
      : undefined;
    const environment = env["BACKOUT_FAST_METRICS"];
    this.#fast =
      environment === undefined
        ? undefined
        : new FastMetrics({
            client: cloudwatch,
            responses: this.#responses,
            environment,
            slot,
            publishMs: PUBLISH_MS,
            clock,
            log,
          });
    const orders = env["BACKOUT_SENTINEL"];
    this.#sentinel =
      orders === undefined
        ? undefined
        : connectSentinel(orders, {
            slot,
            sidecarId,
            table,
            lookMs: LOOK_MS,
            clock,
            dynamodb,
            lambda,
            log,
          });
    if (this.#leases) void clock.hold("the first look at a lease", this.#leases.start());
    this.#fast?.start();
    this.#sentinel?.watch.start();
  }

  stop(): void {
    this.#leases?.stop();
    this.#fast?.stop();
    this.#sentinel?.watch.stop();
    for (const client of this.#clients) client.destroy();
  }

  handle(request: InProcessRequest): AppResponse | Promise<AppResponse> {
    const userAgent = request.headers["user-agent"];
    const asked = { userAgent, url: request.url, headers: request.headers };
    const lease = this.#leases?.lease ?? null;
    const effect = lease && effectOn(lease, asked, this.#clock.now(), this.#ports.random());
    if (effect) this.#leases?.countInjected();
    const marked = lease && effect ? { [FAULT_HEADER]: lease.leaseId } : {};
    const answered = (response: TargetResponse, addedMs: number): AppResponse => {
      const { status, body } = response;
      const tookMs = response.tookMs + addedMs;
      if (!isHealthCheck(userAgent)) this.#count({ failed: status >= 500, seconds: tookMs / 1000 });
      return {
        status,
        headers: { ...response.headers, ...this.#identity, ...marked },
        body,
        tookMs,
      };
    };
    if (effect?.kind === "respond") {
      const { status, body = "injected" } = effect;
      return answered({ status, headers: {}, body, tookMs: 0 }, OWN_MS);
    }
    const refused = (error: unknown): never => {
      if (!isHealthCheck(userAgent)) this.#count({ failed: true, seconds: null });
      throw error;
    };
    // A connection that is reset: what the load balancer answers 502 for.
    if (effect?.kind === "reset") return refused(resetError());
    if (effect?.kind === "swallow") return this.#swallowed().then(refused);
    const addedMs = OWN_MS + (effect?.addedMs ?? 0);
    try {
      const answer = this.#task.request(this.#upstream, request);
      if (!(answer instanceof Promise)) return answered(answer, addedMs);
      return answer.then((response) => answered(response, addedMs), refused);
    } catch (error) {
      return refused(error);
    }
  }

  /** Nothing is answered until the load balancer gives up. */
  #swallowed(): Promise<Error> {
    return new Promise((resolve) => {
      this.#clock.schedule(this.#clock.now() + IDLE_TIMEOUT_MS, () => resolve(resetError()));
    });
  }

  #count(answer: { readonly failed: boolean; readonly seconds: number | null }): void {
    if (this.#fast) this.#responses.count(answer);
    this.#sentinel?.history.count(answer, this.#clock.now());
  }
}

function slotOf(value: string | undefined): Slot {
  if (value === "blue" || value === "green") return value;
  throw new Error(`the task definition names no slot: ${value}`);
}

function resetError(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
}
