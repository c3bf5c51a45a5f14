/**
 * One environment during one fire: the stack that the real program makes, built anew in a lab of its
 * own five minutes before, with the releases and the settings that it has that night.
 */
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { every } from "../../base/clock.ts";
import { connectDrill, type DrillClients, type DrillConnection } from "../../drills/connect.ts";
import type { Journal } from "../../drills/journal/journal.ts";
import { cloudWatchConditions, type ConditionReader } from "../../drills/schedule/conditions.ts";
import { type LocatedEnvironment, locateEnvironment } from "../../guard/environment.ts";
import { environmentNames } from "../../guard/names.ts";
import type { AppHandler } from "../../lab/inProcess/app.ts";
import type { ClientConfig } from "../../lab/inProcess/functions.ts";
import { type InProcessLab, startInProcessLab } from "../../lab/inProcess/lab.ts";
import { METRIC_DELAY_MS } from "../../lab/lab.ts";
import { type Random, seededRandom } from "../judge/random.ts";
import { type Blueprint, blueprintOf, build } from "../world/blueprint.ts";
import { Clients } from "../world/clients.ts";
import { guardFunction } from "../world/guardFunction.ts";
import { sidecarApp } from "../world/sidecar.ts";
import { labLoad } from "./load.ts";
import { watchdogFunction } from "./watchdogFunction.ts";

export interface NightOptions {
  readonly environment: string;
  /** Chance: the users, the answers, the phase of everything that comes every minute. */
  readonly seed: number;
  /** Nominal time at which the daemon asks for it. */
  readonly nowMs: number;
  readonly stable: string;
  readonly candidate: string;
  readonly fastSignals: boolean;
  /** The users' requests a second, on average. */
  readonly usersPerSecond: number;
  /** What somebody changed in the stack by hand. */
  readonly change?: (clients: DrillClients, environment: LocatedEnvironment) => Promise<void>;
}

/** Alarms have seen the users for so long when the drill comes. */
const WARM_MS = 5 * 60_000;
const POLL_MS = 1_000;
/** Images that the stack's program was told of, and that stand for the night's. */
const STABLE = "shop/web:stable";
const CANDIDATE = "shop/web:candidate";

export class Night {
  readonly environment: string;
  readonly conditions: ConditionReader;
  readonly #lab: InProcessLab;
  readonly #clients: DrillClients;
  readonly #located: LocatedEnvironment;
  readonly #users: Clients;

  constructor(parts: {
    readonly lab: InProcessLab;
    readonly clients: DrillClients;
    readonly located: LocatedEnvironment;
    readonly users: Clients;
  }) {
    this.#lab = parts.lab;
    this.#clients = parts.clients;
    this.#located = parts.located;
    this.#users = parts.users;
    this.environment = parts.located.name;
    this.conditions = cloudWatchConditions(parts.clients.cloudwatch);
  }

  /** Lets its time pass up to the machine's. */
  async catchUp(nowMs: number): Promise<void> {
    const behindMs = nowMs - this.#lab.clock.now();
    if (behindMs > 0) await this.#lab.advance(behindMs / 1000);
  }

  /** As a command connects, but for the requests: there is no socket to send them to. */
  connect(journal: Journal, requestsPerSecond: number): DrillConnection {
    const lab = this.#lab;
    const { dnsName, listenerPort, listenerArn } = this.#located;
    const connection = connectDrill({
      clients: this.#clients,
      environment: this.#located,
      clock: lab.clock,
      url: `http://${dnsName}:${listenerPort}/cart`,
      journalDirectory: journal.directory,
      journal,
      requestsPerSecond,
      metricDelayMs: METRIC_DELAY_MS,
      pollWallMs: POLL_MS,
    });
    return {
      ...connection,
      startLoad: (judging) => labLoad(lab, listenerArn, requestsPerSecond, judging),
    };
  }

  async stop(): Promise<void> {
    this.#users.come(0);
    for (const client of Object.values(this.#clients)) client.destroy();
    await this.#lab.stop();
  }
}

export async function openNight(options: NightOptions): Promise<Night> {
  const { environment, seed, nowMs, usersPerSecond } = options;
  const random = seededRandom(seed);
  const chance = (): Random => seededRandom(Math.floor(random() * 2 ** 31));
  const blueprint = await blueprintOf({
    "backout:environment": environment,
    "backout:blueRelease": STABLE,
    "backout:greenRelease": CANDIDATE,
    "backout:listenerPort": "8080",
    "backout:desiredCount": "1",
    "backout:faultSidecarImage": "backout/fault-sidecar:1",
    ...(options.fastSignals ? { "backout:fastSignals": "true" } : {}),
  });
  const names = environmentNames(environment);
  const lab: InProcessLab = await startInProcessLab({
    seed,
    startAtMs: nowMs - WARM_MS - Math.floor(random() * 60_000),
    apps: {
      "shop/web": shop(chance()),
      "backout/fault-sidecar": sidecarApp({
        clock: () => lab.clock,
        random: chance(),
        log: () => {},
        obeysLeases: true,
      }),
    },
    functions: {
      [names.guardFunction]: guardFunction({ clock: () => lab.clock, onHandled: async () => {} }),
      [names.watchdogFunction]: watchdogFunction(() => lab),
    },
  });
  await build(released(blueprint, options), lab);
  const clients = connectClients(lab.clientConfig);
  const located = await locateEnvironment(clients.elbv2, environment);
  const users = new Clients(lab, located.listenerArn, chance());
  users.come(usersPerSecond);
  countOrders(lab, clients.cloudwatch, users, chance());
  await options.change?.(clients, located);
  const night = new Night({ lab, clients, located, users });
  await night.catchUp(nowMs);
  return night;
}

/** The same stack with the night's images: what the program makes of two others differs in nothing else. */
function released({ parts, network }: Blueprint, { stable, candidate }: NightOptions): Blueprint {
  const text = JSON.stringify(parts)
    .replaceAll(STABLE, `shop/web:${stable}`)
    .replaceAll(CANDIDATE, `shop/web:${candidate}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same parts but for two texts
  return { parts: JSON.parse(text) as Blueprint["parts"], network };
}

/** All its answers are good ones: what fails is the drill's. */
function shop(random: Random): AppHandler {
  return () => ({ status: 200, body: "", tookMs: 10 + Math.floor(random() * 40) });
}

/** The shop's own metric, by which the schedule tells a quiet night: one visit in ten is an order. */
function countOrders(
  lab: InProcessLab,
  cloudwatch: CloudWatchClient,
  users: Clients,
  random: Random,
): void {
  let counted = 0;
  every(lab.clock, 60_000, async () => {
    const visits = users.answers.length - counted;
    counted = users.answers.length;
    let orders = 0;
    for (let visit = 0; visit < visits; visit++) if (random() < 0.1) orders++;
    const Timestamp = new Date(lab.clock.now() - 1);
    const MetricData = [{ MetricName: "Orders", Value: orders, Timestamp }];
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: "Shop", MetricData }));
  });
}

function connectClients(config: ClientConfig): DrillClients {
  return {
    cloudwatch: new CloudWatchClient(config),
    dynamodb: new DynamoDBClient(config),
    ecs: new ECSClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
  };
}
