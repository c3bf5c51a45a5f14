/** A drill's ports over AWS SDK clients, an environment that was found, and a journal's directory. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { Clock } from "../base/clock.ts";
import { type Problem, refuseProblems } from "../base/errors.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import { dynamoRecordStore } from "../guard/recordStore.ts";
import { releasesOf } from "../guard/releases.ts";
import { elbv2Traffic } from "../guard/traffic.ts";
import { cloudWatchAlarms } from "./alarms.ts";
import { connectOutside } from "./outside/connectOutside.ts";
import { connectReadiness } from "./preflight/connectReadiness.ts";
import { cloudWatchConditions } from "./schedule/conditions.ts";
import { dynamoStopStore } from "./stop.ts";
import { dynamoFaultStore } from "./faultStore.ts";
import { type Journal, openJournal } from "./journal/journal.ts";
import { gatherEvidence } from "./verdict/linkEvidence.ts";
import { connectUsers } from "./watch/connectUsers.ts";
import { startLoad } from "./watch/load.ts";
import { watchUsers } from "./watch/users.ts";
import type { ApiFaults } from "./outside/outside.ts";
import type { DrillPorts } from "./ports.ts";

export interface DrillClients {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly ecs: ECSClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
}

export interface ConnectOptions {
  readonly clients: DrillClients;
  readonly environment: LocatedEnvironment;
  /** The clock that the environment lives by. */
  readonly clock: Clock;
  /** Where the environment's listener really answers, with the path to ask for. */
  readonly url: string;
  /** Made when it is missing; locked until `close`. */
  readonly journalDirectory: string;
  /** An open one that connections share; `close` leaves it open. @default opens its own */
  readonly journal?: Journal;
  /** Per second of wall time, 1 to 10000; 0 for none: users' requests are the measure. */
  readonly requestsPerSecond: number;
  /**
   * Nominal milliseconds from the end of a load balancer's period until alarms see its metrics. AWS
   * names no figure.
   * @default 0, so that the floors hold for whatever the true figure is
   */
  readonly metricDelayMs?: number;
  /** Wall milliseconds between two looks at the environment, 50 to 60000. @default 250 */
  readonly pollWallMs?: number;
  /** Of an AWS that fails on demand. @default it is the real one */
  readonly apiFaults?: ApiFaults;
}

export interface DrillConnection extends DrillPorts {
  /** Ends the journal's lock. Call it once no drill runs. */
  close(): void;
}

/** @throws BackoutError for bad options and for a journal that cannot be opened (see `openJournal`) */
export function connectDrill(options: ConnectOptions): DrillConnection {
  refuseProblems("the drill's connection", connectionProblems(options));
  const { clients, environment, clock, metricDelayMs = 0, pollWallMs = 250 } = options;
  const { names } = environment;
  const traffic = elbv2Traffic(clients.elbv2, environment);
  const alarms = cloudWatchAlarms(clients.cloudwatch, names, environment.policy);
  const store = dynamoRecordStore(
    clients.dynamodb,
    names.recordTable,
    environment.name,
    environment.initialStable,
  );
  const journal = options.journal ?? openJournal(options.journalDirectory, clock);
  const { cloudwatch, lambda, logs } = clients;
  const stops = dynamoStopStore(clients.dynamodb, names.faultTable);
  const conditions = cloudWatchConditions(cloudwatch);
  const users = connectUsers(cloudwatch, environment, clock);
  const sources = { cloudwatch, lambda, logs, clock, names, alarms, store, traffic };
  return {
    environment: environment.name,
    clock,
    store,
    traffic,
    alarms,
    faults: dynamoFaultStore(clients.dynamodb, names.faultTable, () => clock.wall()),
    journal,
    metricDelayMs,
    hasSentinel: environment.hasSentinel,
    url: options.url,
    requestsPerSecond: options.requestsPerSecond,
    safety: {
      stop: () => stops.read(),
      alarmState: async (name) => (await conditions.alarmStates([name])).get(name) ?? null,
    },
    readiness: connectReadiness(clients, environment),
    outside: connectOutside(clients, environment, options.apiFaults),
    releases: () => releasesOf(clients.ecs, names),
    pollWallMs,
    startLoad: (judging, shape) => {
      const { url, requestsPerSecond } = options;
      if (requestsPerSecond === 0) return watchUsers(clock, users);
      return startLoad({ clock, url, requestsPerSecond, judging, shape });
    },
    gatherEvidence: (question) => gatherEvidence(sources, question),
    close: () => {
      if (!options.journal) journal.close();
    },
  };
}

function connectionProblems(options: ConnectOptions): Problem[] {
  const problems: Problem[] = [];
  const { url, requestsPerSecond, metricDelayMs, pollWallMs } = options;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    problems.push({ field: "url", value: url, allowed: "an http:// or https:// URL" });
  }
  const bounded = (field: string, value: number | undefined, low: number, high: number): void => {
    if (value === undefined || (value >= low && value <= high)) return;
    problems.push({ field, value, allowed: `a number from ${low} to ${high}` });
  };
  if (requestsPerSecond !== 0) bounded("requestsPerSecond", requestsPerSecond, 1, 10_000);
  bounded("metricDelayMs", metricDelayMs, 0, 3_600_000);
  bounded("pollWallMs", pollWallMs, 50, 60_000);
  return problems;
}
