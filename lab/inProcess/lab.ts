/**
 * The whole lab inside one process, for simulation: no socket, no child process, no wall time. Its
 * clock stands still until `advance` moves it; the same calls, moves and seed give the same course.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { refuseProblems, usageError } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import type { ApiFaults } from "../apiFaults/apiFaults.ts";
import { seededDraw } from "../apiFaults/decide.ts";
import { clockByHand } from "../clock.ts";
import type { Body, InProcessResponse } from "../dataplane/network.ts";
import type { LoadBalancerStatus } from "../elbv2/elbv2.ts";
import type { RoleAudit } from "../iam/audit.ts";
import type { IamMode } from "../iam/mode.ts";
import { assemble, type LabStatus } from "../lab.ts";
import { type LabCore, REGION } from "../service.ts";
import { timeProblems } from "../timeOptions.ts";
import type { App, AppHandler } from "./app.ts";
import { type ClientConfig, type FunctionHandler, InProcessFunctions } from "./functions.ts";
import { InProcessHost } from "./host.ts";
import { type Receiver, senderTo } from "./receivers.ts";
import { type InProcessFront, InProcessRequestHandler } from "./requestHandler.ts";

export interface InProcessLabOptions {
  /** What an ECS image runs, by its name without tag or digest. */
  readonly apps?: Readonly<Record<string, App | AppHandler>>;
  /** What a Lambda function runs, by its name, or by its `Handler` setting. */
  readonly functions?: Readonly<Record<string, FunctionHandler>>;
  /** What answers SNS's HTTP subscriptions, by the URL that is subscribed. */
  readonly receivers?: Readonly<Record<string, Receiver>>;
  /** What the draws between weighted target groups and targets come from. @default 1 */
  readonly seed?: number;
  /** Nominal time of the lab's start, milliseconds since the epoch. @default the wall's */
  readonly startAtMs?: number;
  /** Nominal milliseconds until what PutMetricData brought is seen, 0 to 3 hours. @default 0 */
  readonly customMetricDelayMs?: number;
  /** @default "enforce" */
  readonly iam?: IamMode;
  readonly log?: (line: string) => void;
}

export interface ListenerRequest {
  /** @default "GET" */
  readonly method?: string;
  /** With its query. @default the path of the URL that was given, else `/` */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

export interface InProcessLab {
  readonly id: string;
  readonly clock: Clock;
  /** For AWS clients of the lab's own user, who may do everything. */
  readonly clientConfig: ClientConfig;
  /**
   * Moves the clock, and runs what falls due. Resolves with the nominal time that is reached.
   * Moves asked for at once happen one after the other.
   */
  advance(nominalSeconds: number): Promise<number>;
  /**
   * A client's request to a listener: its ARN, or a URL with the load balancer's DNS name, or
   * 127.0.0.1, and the listener's port. An app that answers later than at once answers when
   * `advance` has moved the clock so far.
   *
   * @throws BackoutError `no-such-listener`
   */
  request(listener: string, request?: ListenerRequest): Promise<InProcessResponse>;
  /** Faults of AWS itself, for drills; their delays take wall time. */
  readonly faults: ApiFaults;
  status(): LabStatus;
  audit(): readonly RoleAudit[] | undefined;
  stop(): Promise<void>;
}

/** Answers nowhere; clients want one all the same. */
const ENDPOINT = "http://lab.localhost";

/** @throws BackoutError `bad-input` */
export async function startInProcessLab(options: InProcessLabOptions = {}): Promise<InProcessLab> {
  const { startAtMs, customMetricDelayMs = 0, apps = {}, log = () => {} } = options;
  const time = {
    manualClock: true,
    customMetricDelayMs,
    ...(startAtMs === undefined ? {} : { startAtMs }),
  };
  refuseProblems("the lab's options", timeProblems(time));
  const labClock = clockByHand(startAtMs ?? Date.now(), log);
  const { clock } = labClock;
  const connect = (
    credentials: ClientConfig["credentials"],
    ended?: () => boolean,
  ): ClientConfig => ({
    endpoint: ENDPOINT,
    region: REGION,
    credentials,
    requestHandler: handlerOf(ended),
    maxAttempts: 1,
  });
  const host = new InProcessHost(
    clock,
    apps,
    (env, ended) => connect(credentialsOf(env), ended),
    log,
  );
  const directory = await mkdtemp(join(tmpdir(), "backout-lab-"));
  const id = hexId(12);
  const core: LabCore = { clock, id, directory, endpoint: ENDPOINT, keeper: host, log };

  const handlerOf = (ended?: () => boolean): InProcessRequestHandler =>
    new InProcessRequestHandler(front, ended);
  const images = Object.fromEntries(
    Object.entries(apps).map(([name, app]) => {
      const env = typeof app === "function" ? undefined : app.env;
      return [name, { command: [name], ...(env && { env }) }];
    }),
  );
  const assembly = assemble(
    core,
    labClock,
    { ...time, images, ...(options.iam ? { iam: options.iam } : {}) },
    {
      network: host,
      portHost: host,
      random: seededDraw(options.seed ?? 1),
      environments: new InProcessFunctions(options.functions ?? {}, {
        clock,
        endpoint: ENDPOINT,
        requestHandler: handlerOf,
      }),
      send: senderTo(options.receivers ?? {}),
    },
  );
  const { services, iam, faults, elbv2, status, audit } = assembly;
  const front: InProcessFront = {
    clock,
    dispatching: {
      services: new Map(services.map((service) => [service.name, service])),
      iam,
      interference: faults,
      log,
    },
  };
  return {
    id,
    clock,
    clientConfig: connect({ accessKeyId: "lab", secretAccessKey: "lab" }),
    advance: labClock.advance,
    request: async (listener, { method = "GET", path, headers = {}, body = "" } = {}) => {
      const url = URL.canParse(listener) ? new URL(listener) : undefined;
      const asked = url?.protocol.startsWith("http") ? url.pathname + url.search : "/";
      const arn = listenerOf(listener, elbv2.status());
      return elbv2.request(arn, { method, url: path ?? asked, headers, body });
    },
    faults,
    status,
    audit,
    stop: async () => {
      labClock.stop();
      faults.stop();
      await Promise.allSettled(services.map(async (service) => service.stop?.()));
      await host.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Those of a task's role; a task without a role has none that the lab knows. */
function credentialsOf(env: Readonly<Record<string, string>>): ClientConfig["credentials"] {
  return {
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    sessionToken: env["AWS_SESSION_TOKEN"] ?? "",
  };
}

/** The ARN of the listener that an ARN or a URL names. */
function listenerOf(wanted: string, balancers: readonly LoadBalancerStatus[]): string {
  const url = URL.canParse(wanted) ? new URL(wanted) : undefined;
  const port = url?.port === "" ? 80 : Number(url?.port);
  const found = balancers.flatMap(({ dnsName, listeners }) =>
    listeners.filter(
      (listener) =>
        listener.arn === wanted ||
        (listener.port === port && [dnsName, "127.0.0.1"].includes(url?.hostname ?? "")),
    ),
  );
  const [only] = found;
  if (only && found.length === 1) return only.arn;
  throw usageError(
    "no-such-listener",
    `${JSON.stringify(wanted)} names ${found.length} listeners of this lab, not one`,
    "give a listener's ARN, or a URL with its load balancer's DNS name",
  );
}
