/** An ECS over real processes, on a clock moved by hand, with recorders for neighbours. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Service, Task } from "@aws-sdk/client-ecs";
import { vi } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import type { EcsEvent } from "../../../lab/ecs/announcements.ts";
import { Ecs } from "../../../lab/ecs/ecs.ts";
import type { ImageTable } from "../../../lab/ecs/images.ts";
import type { Target } from "../../../lab/ecs/ports.ts";
import { ProcessKeeper } from "../../../lab/keeper.ts";
import { AwsError, type LabCore } from "../../../lab/service.ts";

export const NOW = Date.parse("2026-03-14T09:26:53.000Z");
export const EXECUTION_ROLE = "arn:aws:iam::000000000000:role/execution";
export const TASK_ROLE = "arn:aws:iam::000000000000:role/task";
export const BLUE = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/1";
export const LAUNCH_MS = 10_000;
const call = {
  principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" },
  requestId: "r",
} as const;

/** A web server that says which release it is, and does as it is told by its path. */
const SERVER = `
const { createServer } = require("node:http");
console.log("release", process.env.RELEASE ?? "1", "home", process.env.HOME !== undefined);
createServer((request, response) => {
  if (request.url === "/env") return response.end(JSON.stringify(process.env));
  if (request.url === "/crash") process.exit(3);
  if (request.url === "/sick") require("node:fs").writeFileSync(process.env.HOME + "/sick", "");
  response.end(process.env.RELEASE ?? "1");
}).listen(Number(process.env.PORT), process.env.HOST);`;

export const IMAGES: ImageTable = {
  "registry.example:5000/shop/app": { command: ["node", "-e", SERVER] },
  front: {
    command: ["node", "-e", SERVER],
    env: { UPSTREAM: "http://127.0.0.1:{port:8080}", SELF: "{port:9000}" },
  },
  once: { command: ["node", "-e", "console.log('done'); process.exit(Number(process.env.CODE))"] },
  idle: { command: ["node", "-e", "setInterval(() => {}, 1000)"] },
  broken: { command: ["no-such-program"] },
  misled: { command: ["node", "-e", ""], env: { OTHER: "{port:1}" } },
};

export const app = {
  name: "app",
  image: "registry.example:5000/shop/app:1.0",
  portMappings: [{ containerPort: 8080 }],
};

function key(group: string, { id, port }: Target): string {
  return `${group} ${id}:${port}`;
}

export class EcsFixture {
  readonly clock = new ManualClock(NOW);
  readonly lines: { group: string; stream: string; message: string }[] = [];
  readonly groups = new Set<string>();
  readonly notices: string[] = [];
  readonly trusted = new Set([EXECUTION_ROLE, TASK_ROLE]);
  /** Registered targets as `group:port`, and the state that the load balancer gives them. */
  readonly targets = new Map<string, string>();
  /** What a target's state is once it is registered. */
  stateOnRegistration = "healthy";
  /** What a target's state is once it is deregistered; undefined is "gone". */
  stateOnRelease: string | undefined;
  /** State by name of alarms that look at two minutes. */
  readonly alarms = new Map<string, string>();
  /** What EventBridge was told. */
  readonly announced: EcsEvent[] = [];
  /** Every registration and deregistration, in order. */
  readonly registrations: string[] = [];
  readonly keeper: ProcessKeeper;
  readonly ecs: Ecs;

  constructor(images: ImageTable = IMAGES) {
    const directory = mkdtempSync(join(tmpdir(), "ecs-"));
    this.keeper = new ProcessKeeper(directory);
    const core: LabCore = {
      clock: this.clock,
      id: "0123456789ab",
      directory,
      endpoint: "http://127.0.0.1:4599",
      keeper: this.keeper,
      log: (line) => this.notices.push(line),
    };
    this.ecs = new Ecs(
      core,
      {
        logs: {
          hasGroup: (group) => this.groups.has(group),
          append: (group, stream, lines) => {
            this.groups.add(group);
            this.lines.push(...lines.map(({ message }) => ({ group, stream, message })));
          },
        },
        credentials: {
          issue: (roleArn, sessionName, principal) => {
            if (!this.trusted.has(roleArn)) throw new AwsError("AccessDenied", `no ${roleArn}`);
            return {
              accessKeyId: `ASIA-${principal}`,
              secretAccessKey: sessionName,
              sessionToken: "token",
            };
          },
        },
        targets: {
          registerTargets: (group, [target]) => {
            this.registrations.push(`+ ${target!.port}`);
            this.targets.set(key(group, target!), this.stateOnRegistration);
          },
          deregisterTargets: (group, [target]) => {
            this.registrations.push(`- ${target!.port}`);
            if (this.stateOnRelease) this.targets.set(key(group, target!), this.stateOnRelease);
            else this.targets.delete(key(group, target!));
          },
          targetState: (group, target) => this.targets.get(key(group, target)),
        },
        announce: (event) => this.announced.push(event),
        alarms: {
          alarms: (names) =>
            Promise.resolve(
              names.flatMap((name) => {
                const state = this.alarms.get(name);
                return state === undefined ? [] : [{ state, windowMs: 120_000 }];
              }),
            ),
        },
      },
      images,
      { listenGraceMs: 15_000 },
    );
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, read by tests.
  async request(operation: string, input: object): Promise<any> {
    return await this.ecs.operations[operation]!(input, call);
  }

  /** A task definition `app` of these containers. */
  register(containers: object[] = [app], more: object = {}) {
    return this.request("RegisterTaskDefinition", {
      family: "app",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      executionRoleArn: EXECUTION_ROLE,
      containerDefinitions: containers,
      ...more,
    });
  }

  /** Cluster, task definition and service `blue`, one task behind the load balancer. */
  async serve(more: object = {}, containers: object[] = [app]): Promise<void> {
    await this.request("CreateCluster", { clusterName: "checkout" });
    await this.register(containers);
    await this.request("CreateService", {
      cluster: "checkout",
      serviceName: "blue",
      taskDefinition: "app",
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
      loadBalancers: [{ targetGroupArn: BLUE, containerName: "app", containerPort: 8080 }],
      ...more,
    });
  }

  update(more: object): Promise<unknown> {
    return this.request("UpdateService", { cluster: "checkout", service: "blue", ...more });
  }

  async service(): Promise<Service> {
    const { services } = await this.request("DescribeServices", {
      cluster: "checkout",
      services: ["blue"],
    });
    return services[0];
  }

  async tasks(desiredStatus: "RUNNING" | "STOPPED" = "RUNNING"): Promise<Task[]> {
    const { taskArns } = await this.request("ListTasks", { cluster: "checkout", desiredStatus });
    if (taskArns.length === 0) return [];
    const { tasks } = await this.request("DescribeTasks", { cluster: "checkout", tasks: taskArns });
    return tasks;
  }

  /** The local ports of the targets that are registered now. */
  ports(): number[] {
    return [...this.targets].flatMap(([target, state]) =>
      state === "draining" ? [] : [Number(target.split(":").at(-1))],
    );
  }

  /** Messages of the service's events, oldest first, without ids. */
  async events(): Promise<string[]> {
    const { events = [] } = await this.service();
    return events.toReversed().map(({ message = "" }) =>
      message
        .replaceAll(/\(task \w+\)/g, "(task)")
        .replaceAll(/ecs-svc\/\d+/g, "ecs-svc/1")
        .replaceAll(BLUE, "blue"),
    );
  }

  /** Waits, in real time, for what real processes do. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await vi.waitUntil(condition, { timeout: 20_000, interval: 20 });
  }

  async untilSteady(): Promise<void> {
    await this.until(async () => {
      const { deployments = [], runningCount, desiredCount } = await this.service();
      const [primary] = deployments;
      return (
        deployments.length === 1 &&
        primary?.rolloutState === "COMPLETED" &&
        runningCount === desiredCount
      );
    });
  }

  async stop(): Promise<void> {
    await this.ecs.stop();
    await this.keeper.stop();
  }
}

/** The body of an answer of a task. */
export async function ask(port: number | undefined, path = "/"): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}
