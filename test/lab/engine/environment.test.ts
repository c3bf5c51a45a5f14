/** The example stack's own program against a whole lab, without the Pulumi CLI. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DescribeListenersCommand,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StepKind, type RunKind, type RunResult } from "../../../lab/engine/events.ts";
import { runStack } from "../../../lab/engine/run.ts";
import { startLab, type Lab } from "../../../lab/lab.ts";
import { makeClients, type AwsTarget } from "../../../lab/resources/clients.ts";
import { freePort } from "../freePort.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const IDLE = { command: [process.execPath, "-e", "setInterval(() => {}, 1000)"] };

let lab: Lab;
let aws: AwsTarget;
let directory: string;
let port: number;

beforeAll(async () => {
  lab = await startLab({ speed: 100, images: { app: IDLE } });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  aws = { endpoint: lab.endpoint, region: "us-east-1", credentials };
  directory = await mkdtemp(join(tmpdir(), "backout-stack-"));
  port = await freePort();
});
afterAll(async () => {
  await lab.stop();
  await rm(directory, { recursive: true, force: true });
});

function run(kind: RunKind, blue: string, green: string): Promise<RunResult> {
  return runStack({
    kind,
    program: { projectName: "backout", main: "infra/index.ts", cwd: ROOT },
    stack: "dev",
    config: {
      "backout:blueRelease": blue,
      "backout:greenRelease": green,
      "backout:listenerPort": String(port),
    },
    stateFile: join(directory, "dev.json"),
    aws,
  });
}

async function weights(): Promise<(number | undefined)[]> {
  const elbv2 = await makeClients(aws).elbv2();
  const [balancer] = lab.status().loadBalancers;
  const { Listeners = [] } = await elbv2.send(
    new DescribeListenersCommand({ LoadBalancerArn: balancer?.arn }),
  );
  const groups = Listeners[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return groups.map((group) => group.Weight);
}

async function setWeights(...wanted: number[]): Promise<void> {
  const elbv2 = await makeClients(aws).elbv2();
  const [balancer] = lab.status().loadBalancers;
  const { Listeners = [] } = await elbv2.send(
    new DescribeListenersCommand({ LoadBalancerArn: balancer?.arn }),
  );
  const groups = Listeners[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  await elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: Listeners[0]?.ListenerArn,
      DefaultActions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: groups.map(({ TargetGroupArn }, index) => ({
              TargetGroupArn,
              Weight: wanted[index],
            })),
          },
        },
      ],
    }),
  );
}

test("The stack comes up, never moves traffic, protects the live slot, and goes without a rest", async () => {
  const first = await run("up", "app:v1", "app:v1");
  expect(first.errors).toEqual([]);
  expect(first.changes).toMatchObject({ update: 0, replace: 0, same: 0 });
  expect(first.outputs).toMatchObject({ environmentName: "checkout" });
  expect(await weights()).toEqual([100, 0]);

  await setWeights(37, 63);
  const again = await run("up", "app:v1", "app:v1");
  expect(again).toMatchObject({ ok: true, changes: { create: 0, update: 0, replace: 0 } });
  expect(again.changes.same).toBe(first.changes.create);
  expect(await weights()).toEqual([37, 63]);

  const live = await run("preview", "app:v2", "app:v1");
  expect(live.ok).toBe(false);
  expect(live.errors[0]?.message).toMatch(/slot blue carries traffic \(weight 37\)/);

  await setWeights(100, 0);
  const idle = await run("up", "app:v1", "app:v2");
  expect(idle.errors).toEqual([]);
  expect(idle.changes).toMatchObject({ update: 1, replace: 1 });
  expect(idle.steps.filter((step) => step.kind === StepKind.Update)).toMatchObject([
    { type: "aws:ecs/service:Service", name: "checkout-green" },
  ]);
  expect(await weights()).toEqual([100, 0]);

  const gone = await run("destroy", "app:v1", "app:v2");
  expect(gone.errors).toEqual([]);
  expect(gone.changes.delete).toBe(first.changes.create);
  expect(lab.status().loadBalancers).toEqual([]);
  const left: { deployment: { resources: unknown[] } } = JSON.parse(
    await readFile(join(directory, "dev.json"), "utf8"),
  );
  expect(left.deployment.resources).toEqual([]);
}, 120_000);
