/** The embedded AWS as a whole: every service over one clock, one front, one data plane. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { refuseProblems } from "../base/errors.ts";
import { hexId } from "../base/ids.ts";
import { ApiFaults, type ApiFaultView } from "./apiFaults/apiFaults.ts";
import { faultRoute } from "./apiFaults/routes.ts";
import { alarmActions } from "./alarmActions.ts";
import { clockByHand, type ClockStatus, type LabClock, runningClock } from "./clock.ts";
import { AutoScaling } from "./autoscaling/autoscaling.ts";
import { scalingPorts } from "./autoscaling/neighbours.ts";
import { answerClock, CLOCK_PATH } from "./clockRoute.ts";
import { CloudWatch } from "./cloudwatch/cloudwatch.ts";
import type { TargetNetwork } from "./dataplane/network.ts";
import { DynamoDb } from "./dynamodb/dynamodb.ts";
import { Ec2 } from "./ec2/ec2.ts";
import { alarmReader } from "./ecs/alarmReader.ts";
import { Ecs } from "./ecs/ecs.ts";
import { ecsEvents } from "./ecs/eventBridge.ts";
import type { ImageTable } from "./ecs/images.ts";
import type { PortHost } from "./ecs/localPorts.ts";
import { Elbv2 } from "./elbv2/elbv2.ts";
import { alarmAnnouncements } from "./events/alarms.ts";
import { Events } from "./events/events.ts";
import { auditRoute, IamAudit, type RoleAudit } from "./iam/audit.ts";
import { Iam } from "./iam/iam.ts";
import { IamMode } from "./iam/mode.ts";
import { ProcessKeeper } from "./keeper.ts";
import type { EnvironmentHost } from "./lambda/environments.ts";
import { Lambda } from "./lambda/lambda.ts";
import { Logs } from "./logs/logs.ts";
import type { MetricPoint } from "./ports.ts";
import { roleCaller } from "./scheduler/roleCaller.ts";
import { S3 } from "./s3/s3.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { type ControlPlaneOptions, createControlPlane, type ExtraAnswer } from "./server.ts";
import type { LabCore, LabService } from "./service.ts";
import type { Send } from "./sns/ports.ts";
import { Sns } from "./sns/sns.ts";
import { Sts } from "./sts/sts.ts";
import type { Authority } from "./wire/dispatch.ts";
import { type TimeOptions, timeProblems } from "./timeOptions.ts";

export interface LabOptions extends TimeOptions {
  /** Port of the control plane on 127.0.0.1; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** What an ECS image name runs. */
  readonly images: ImageTable;
  /**
   * Whether roles may do what their policies allow, or everything, with a list of what they did.
   * @default "enforce"
   */
  readonly iam?: IamMode;
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
  /** What roles did and the policies that needs; undefined unless `iam` is `audit`. */
  audit(): readonly RoleAudit[] | undefined;
  /** Ends every task, function, listener and timer, and removes the lab's directory. */
  stop(): Promise<void>;
}

export interface LabStatus {
  readonly id: string;
  readonly endpoint: string;
  readonly clock: ClockStatus;
  /** Nominal delay from a minute's end until the load balancer's metrics of it are seen. */
  readonly metricDelayMs: number;
  readonly iam: IamMode;
  /** Faults of AWS itself that are active. */
  readonly faults: readonly ApiFaultView[];
  readonly loadBalancers: ReturnType<Elbv2["status"]>;
}

/** AWS publishes no figure for how late a load balancer's metrics are; this one is our choice. */
export const METRIC_DELAY_MS = 30_000;

/** @throws BackoutError `port-taken`, and `bad-input` for options that do not go together */
export async function startLab(options: LabOptions): Promise<Lab> {
  refuseProblems("the lab's options", timeProblems(options));
  const log = options.log ?? (() => {});
  const labClock = options.manualClock
    ? clockByHand(options.startAtMs ?? Date.now(), log)
    : runningClock(options.speed ?? 1);
  const { clock } = labClock;
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
    log,
  };

  const { services, iam, faults, extra, status, audit } = assemble(core, labClock, options);
  const front = createControlPlane({ core, services, iam, interference: faults, extra });
  const stop = async (): Promise<void> => {
    labClock.stop();
    faults.stop();
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
  return { id, endpoint, clock, directory, status, audit, stop };
}

/** What stands in for sockets, processes and chance. @default the real ones */
export interface Places {
  readonly network?: TargetNetwork;
  readonly portHost?: PortHost;
  readonly environments?: EnvironmentHost;
  readonly send?: Send;
  /** Uniform in [0, 1); what weights are drawn with. */
  readonly random?: () => number;
}

export interface Assembly {
  readonly services: readonly LabService[];
  readonly elbv2: Elbv2;
  readonly iam: Authority;
  readonly faults: ApiFaults;
  readonly extra: NonNullable<ControlPlaneOptions["extra"]>;
  readonly status: () => LabStatus;
  readonly audit: () => readonly RoleAudit[] | undefined;
}

/** Every service, wired to the others; what is left to do is to let somebody in. */
export function assemble(
  core: LabCore,
  labClock: LabClock,
  options: LabOptions,
  places: Places = {},
): Assembly {
  // CloudWatch is made last, for its actions reach the others; their metrics go through here.
  const metrics = { publish: (points: readonly MetricPoint[]) => cloudWatch.publish(points) };
  const iam = new Iam(core);
  const audit = options.iam === IamMode.Audit ? new IamAudit(iam) : undefined;
  const faults = new ApiFaults(core.clock);
  const logs = new Logs(core);
  const ec2 = new Ec2(core);
  const elbv2 = new Elbv2(core, metrics, {
    metricDelayMs: METRIC_DELAY_MS,
    vpcOf: () => ec2.defaultVpcId,
    network: places.network,
    ...(places.random ? { random: places.random } : {}),
  });
  const lambda = new Lambda(core, {
    logs,
    credentials: {
      issue: (...role) => iam.issue(...role),
      principalOf: (accessKeyId) => iam.principalOf(accessKeyId),
      authorize: (...request) => (audit ?? iam).authorize(...request),
    },
    metrics,
    targets: {
      publish: (topicArn, Message, MessageAttributes) =>
        sns.publish(topicArn, { Message, MessageAttributes }),
      putEvent: (busArn, event) => events.put(busArn, event),
    },
    environments: places.environments,
    balancers: () => elbv2.status(),
  });
  const sns: Sns = new Sns(core, {
    invokeFunction: (arn, payload, invoker) => lambda.invokeAsync(arn, payload, invoker),
    metrics,
    send: places.send,
  });
  const events: Events = new Events(
    core,
    {
      invokeFunction: (arn, payload, source) => lambda.invokeAsync(arn, payload, source),
      publish: async (topicArn, Message, source) => sns.publish(topicArn, { Message }, source),
    },
    metrics,
  );
  const scheduler = new Scheduler(core, {
    trusts: (...role) => iam.trusts(...role),
    callAs: (...call) => roleCaller(audit ?? iam, [lambda, sns, ecs], "scheduler")(...call),
  });
  const alarms = alarmReader(() => cloudWatch);
  const ecs: Ecs = new Ecs(
    core,
    { targets: elbv2, logs, credentials: iam, alarms, announce: ecsEvents(events) },
    options.images,
    places.portHost ? { portHost: places.portHost } : {},
  );
  const autoScaling = new AutoScaling(
    core,
    scalingPorts({
      ecs,
      cloudWatch: () => cloudWatch,
      iam: audit ?? iam,
      clock: core.clock,
    }),
  );
  const cloudWatch: CloudWatch = new CloudWatch(
    core,
    alarmActions(lambda, sns, autoScaling),
    alarmAnnouncements(events),
    options,
  );
  const services: LabService[] = [
    iam,
    new Sts(core, iam),
    logs,
    elbv2,
    lambda,
    sns,
    ecs,
    autoScaling,
    events,
    scheduler,
    cloudWatch,
    new DynamoDb(core),
    new S3(core, audit ?? iam),
    ec2,
  ];

  const status = (): LabStatus => ({
    id: core.id,
    endpoint: core.endpoint,
    clock: labClock.status(),
    metricDelayMs: METRIC_DELAY_MS,
    iam: options.iam ?? IamMode.Enforce,
    faults: faults.list(),
    loadBalancers: elbv2.status(),
  });
  const extra = (method: string, path: string, body: unknown): Promise<ExtraAnswer> | undefined => {
    const [route] = path.split("?");
    if (route === CLOCK_PATH) return answerClock(method, body, labClock);
    if (method === "GET" && route === "/_lab/status") {
      return Promise.resolve({ status: 200, body: status() });
    }
    const answer =
      auditRoute(audit, method, path) ?? faultRoute(faults, services, method, path, body);
    return answer && Promise.resolve(answer);
  };
  return {
    services,
    iam: audit ?? iam,
    elbv2,
    faults,
    extra,
    status,
    audit: () => audit?.report(),
  };
}
