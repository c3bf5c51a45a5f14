/** The embedded AWS as a whole: every service over one clock, one front, one data plane. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, ScaledClock } from "../base/clock.ts";
import { hexId } from "../base/ids.ts";
import { alarmActions } from "./alarmActions.ts";
import { CloudWatch } from "./cloudwatch/cloudwatch.ts";
import { DynamoDb } from "./dynamodb/dynamodb.ts";
import { Ec2 } from "./ec2/ec2.ts";
import { Ecs } from "./ecs/ecs.ts";
import type { ImageTable } from "./ecs/images.ts";
import { Elbv2 } from "./elbv2/elbv2.ts";
import { Iam } from "./iam/iam.ts";
import { ProcessKeeper } from "./keeper.ts";
import { Lambda } from "./lambda/lambda.ts";
import { Logs } from "./logs/logs.ts";
import type { MetricPoint } from "./ports.ts";
import { createControlPlane, type ExtraAnswer } from "./server.ts";
import type { LabCore, LabService } from "./service.ts";
import { Sns } from "./sns/sns.ts";
import { Sts } from "./sts/sts.ts";

export interface LabOptions {
  /** Port of the control plane on 127.0.0.1; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Nominal seconds per wall second. @default 1 */
  readonly speed?: number;
  /** What an ECS image name runs. */
  readonly images: ImageTable;
  /** Called with one line about something a person running the lab would want to know. */
  readonly log?: (line: string) => void;
}

export interface Lab {
  readonly id: string;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly clock: Clock;
  /** A directory of this lab alone; it goes with the lab, also when that is killed. */
  readonly directory: string;
  status(): LabStatus;
  /** Ends every task, function, listener and timer, and removes the lab's directory. */
  stop(): Promise<void>;
}

export interface LabStatus {
  readonly id: string;
  readonly endpoint: string;
  readonly clock: {
    readonly speed: number;
    /** With these two and the speed another process reads the same nominal time. */
    readonly originNominalMs: number;
    readonly originWallMs: number;
    readonly now: string;
  };
  /** Nominal delay from a minute's end until the load balancer's metrics of it are seen. */
  readonly metricDelayMs: number;
  readonly loadBalancers: ReturnType<Elbv2["status"]>;
}

/** AWS publishes no figure for how late a load balancer's metrics are; this one is our choice. */
export const METRIC_DELAY_MS = 30_000;

/** @throws BackoutError `port-taken` */
export async function startLab(options: LabOptions): Promise<Lab> {
  const clock = new ScaledClock(options.speed ?? 1);
  const directory = await mkdtemp(join(tmpdir(), "backout-lab-"));
  const keeper = new ProcessKeeper(directory);
  const id = hexId(12);
  let endpoint = "";
  const core: LabCore = {
    clock,
    id,
    directory,
    keeper,
    get endpoint() {
      return endpoint;
    },
    log: options.log ?? (() => {}),
  };

  // CloudWatch is made last, for its actions reach the others; their metrics go through here.
  const metrics = { publish: (points: readonly MetricPoint[]) => cloudWatch.publish(points) };
  const iam = new Iam(core);
  const logs = new Logs(core);
  const ec2 = new Ec2(core);
  const elbv2 = new Elbv2(core, metrics, {
    metricDelayMs: METRIC_DELAY_MS,
    vpcOf: () => ec2.defaultVpcId,
  });
  const lambda = new Lambda(core, { logs, credentials: iam, metrics });
  const sns = new Sns(core, {
    invokeFunction: (arn, payload, invoker) => lambda.invokeAsync(arn, payload, invoker),
  });
  const ecs = new Ecs(core, { targets: elbv2, logs, credentials: iam }, options.images);
  const cloudWatch: CloudWatch = new CloudWatch(core, alarmActions(lambda, sns));
  const services: LabService[] = [
    iam,
    new Sts(core, iam),
    logs,
    elbv2,
    lambda,
    sns,
    ecs,
    cloudWatch,
    new DynamoDb(core),
    ec2,
  ];

  const status = (): LabStatus => ({
    id,
    endpoint,
    clock: {
      speed: clock.speed,
      originNominalMs: clock.originNominalMs,
      originWallMs: clock.originWallMs,
      now: new Date(clock.now()).toISOString(),
    },
    metricDelayMs: METRIC_DELAY_MS,
    loadBalancers: elbv2.status(),
  });
  const extra = (method: string, path: string): Promise<ExtraAnswer> | undefined =>
    method === "GET" && path === "/_lab/status"
      ? Promise.resolve({ status: 200, body: status() })
      : undefined;

  const front = createControlPlane({ core, services, iam, extra });
  const stop = async (): Promise<void> => {
    await front.close();
    await Promise.allSettled(services.map(async (service) => service.stop?.()));
    await keeper.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { port } = await front.listen(options.port ?? 0);
    endpoint = `http://127.0.0.1:${port}`;
  } catch (error) {
    await stop();
    throw error;
  }
  return { id, endpoint, clock, directory, status, stop };
}
