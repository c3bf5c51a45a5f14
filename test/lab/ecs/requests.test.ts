/** What ECS's API stores, shows and refuses; no process runs here. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageName } from "../../../lab/ecs/processEnvironment.ts";
import { app, BLUE, EcsFixture } from "./fixture.ts";

let lab: EcsFixture;
beforeEach(() => {
  lab = new EcsFixture();
});
afterEach(() => lab.stop());

const checked = (healthCheck: object) => ({
  ...app,
  healthCheck: { command: ["CMD-SHELL", "exit 0"], ...healthCheck },
});

const breaker = (more: object) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true, ...more } },
});

const CLUSTER = "arn:aws:ecs:us-east-1:000000000000:cluster/checkout";

test("a cluster is made once, described with what is asked for, and deleted", async () => {
  const create = () =>
    lab.request("CreateCluster", {
      clusterName: "checkout",
      tags: [{ key: "team", value: "sre" }],
    });
  expect((await create()).cluster).toMatchObject({ clusterArn: CLUSTER, status: "ACTIVE" });
  expect((await create()).cluster.clusterArn).toBe(CLUSTER);
  expect(await lab.request("ListClusters", {})).toEqual({ clusterArns: [CLUSTER] });
  const described = await lab.request("DescribeClusters", {
    clusters: ["checkout", "other"],
    include: ["TAGS"],
  });
  expect(described).toMatchObject({
    clusters: [{ clusterName: "checkout", tags: [{ key: "team", value: "sre" }] }],
    failures: [{ reason: "MISSING" }],
  });
  await lab.request("DeleteCluster", { cluster: CLUSTER });
  await expect(lab.request("ListServices", { cluster: "checkout" })).rejects.toMatchObject({
    code: "ClusterNotFoundException",
    message: "Cluster not found.",
  });
});

describe("task definitions", () => {
  test("have revisions that are numbered, deregistered and deleted", async () => {
    const { taskDefinition } = await lab.register();
    expect(taskDefinition).toMatchObject({
      taskDefinitionArn: "arn:aws:ecs:us-east-1:000000000000:task-definition/app:1",
      revision: 1,
      status: "ACTIVE",
      containerDefinitions: [
        {
          name: "app",
          cpu: 0,
          essential: true,
          environment: [],
          mountPoints: [],
          portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
        },
      ],
    });
    await lab.register();
    const describeOne = async (reference: string) =>
      (await lab.request("DescribeTaskDefinition", { taskDefinition: reference })).taskDefinition;
    expect((await describeOne("app")).revision).toBe(2);
    await lab.request("DeregisterTaskDefinition", { taskDefinition: "app:2" });
    expect((await describeOne("app")).revision).toBe(1);
    expect((await describeOne("app:2")).status).toBe("INACTIVE");
    const { taskDefinitions, failures } = await lab.request("DeleteTaskDefinitions", {
      taskDefinitions: ["app:1", "app:2", "app:3"],
    });
    expect(taskDefinitions).toMatchObject([{ revision: 2, status: "DELETE_IN_PROGRESS" }]);
    expect(failures).toHaveLength(2);
    await expect(describeOne("app:2")).rejects.toMatchObject({
      code: "ClientException",
      message: "Unable to describe task definition.",
    });
    expect((await lab.register()).taskDefinition.revision).toBe(3);
    const { taskDefinitionArns } = await lab.request("ListTaskDefinitions", {
      familyPrefix: "app",
      sort: "DESC",
    });
    expect(taskDefinitionArns.map((arn: string) => arn.split(":").at(-1))).toEqual(["3", "1"]);
  });

  test.each([
    ["no containers", [], {}, "ClientException"],
    ["a size that Fargate lacks", [app], { cpu: "256", memory: "4096" }, "ClientException"],
    ["no size", [app], { cpu: undefined }, "ClientException"],
    ["another network mode", [app], { networkMode: "bridge" }, "ClientException"],
    ["EC2", [app], { requiresCompatibilities: ["EC2"] }, "NotImplemented"],
    ["no compatibilities", [app], { requiresCompatibilities: [] }, "NotImplemented"],
    ["volumes", [app], { volumes: [{ name: "v" }] }, "NotImplemented"],
    ["one name twice", [app, app], {}, "ClientException"],
    ["one port twice", [app, { ...app, name: "b" }], {}, "ClientException"],
    ["nothing essential", [{ ...app, essential: false }], {}, "ClientException"],
    ["no image", [{ name: "app" }], {}, "ClientException"],
    ["an entry point", [{ ...app, entryPoint: ["x"] }], {}, "NotImplemented"],
    ["a check without CMD", [checked({ command: ["curl"] })], {}, "ClientException"],
    ["a check without a command", [checked({ command: ["CMD"] })], {}, "ClientException"],
    ["a check too often", [checked({ interval: 4 })], {}, "ClientException"],
    ["a check too patient", [checked({ timeout: 61 })], {}, "ClientException"],
    ["too many retries", [checked({ retries: 11 })], {}, "ClientException"],
    ["a start period too long", [checked({ startPeriod: 301 })], {}, "ClientException"],
    ["a start timeout too long", [{ ...app, startTimeout: 121 }], {}, "ClientException"],
    ["secrets", [{ ...app, secrets: [{ name: "a", valueFrom: "b" }] }], {}, "NotImplemented"],
    [
      "a dependency on health",
      [app, { name: "b", image: "b", dependsOn: [{ containerName: "app", condition: "HEALTHY" }] }],
      {},
      "ClientException",
    ],
    [
      "a circle",
      [{ ...app, dependsOn: [{ containerName: "app", condition: "START" }] }],
      {},
      "ClientException",
    ],
    [
      "another log driver",
      [{ ...app, logConfiguration: { logDriver: "splunk" } }],
      {},
      "NotImplemented",
    ],
    [
      "incomplete log options",
      [{ ...app, logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g" } } }],
      {},
      "ClientException",
    ],
  ])("with %s are refused", async (_, containers, more, code) => {
    await expect(lab.register(containers, more)).rejects.toMatchObject({ code });
  });

  test("show a health check with its defaults", async () => {
    const { taskDefinition } = await lab.register([checked({ interval: 10 })]);
    expect(taskDefinition.containerDefinitions[0].healthCheck).toEqual({
      command: ["CMD-SHELL", "exit 0"],
      interval: 10,
      timeout: 5,
      retries: 3,
    });
  });

  test("what clients fill in without meaning it is taken", async () => {
    const padded = { ...app, mountPoints: [], volumesFrom: [], privileged: false, command: [] };
    expect(await lab.register([padded], { volumes: [], ipcMode: "" })).toBeDefined();
  });
});

describe("services", () => {
  test.each([
    ["no cluster", { cluster: "other" }, "ClusterNotFoundException"],
    ["no task definition", { taskDefinition: "other" }, "ClientException"],
    ["EC2", { launchType: "EC2" }, "NotImplemented"],
    ["no network", { networkConfiguration: undefined }, "InvalidParameterException"],
    ["no count", { desiredCount: undefined }, "InvalidParameterException"],
    [
      "a container that is not there",
      { loadBalancers: [{ targetGroupArn: BLUE, containerName: "x", containerPort: 8080 }] },
      "InvalidParameterException",
    ],
    [
      "a port that is not there",
      { loadBalancers: [{ targetGroupArn: BLUE, containerName: "app", containerPort: 1 }] },
      "InvalidParameterException",
    ],
    [
      "ECS's own blue-green",
      { deploymentConfiguration: { strategy: "BLUE_GREEN" } },
      "NotImplemented",
    ],
    [
      "ECS's own canary",
      { deploymentConfiguration: { strategy: "CANARY", canaryConfiguration: {} } },
      "NotImplemented",
    ],
    ["ECS's own linear", { deploymentConfiguration: { strategy: "LINEAR" } }, "NotImplemented"],
    [
      "early success",
      { deploymentConfiguration: { earlySuccessCriteria: { enable: true } } },
      "NotImplemented",
    ],
    [
      "half a circuit breaker",
      { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true } } },
      "InvalidParameterException",
    ],
    [
      "a threshold of an unknown type",
      breaker({ thresholdConfiguration: { type: "SOME", value: 1 } }),
      "InvalidParameterException",
    ],
    [
      "a threshold of nothing",
      breaker({ thresholdConfiguration: { type: "COUNT", value: 0 } }),
      "InvalidParameterException",
    ],
    [
      "alarms without names",
      { deploymentConfiguration: { alarms: { alarmNames: [], enable: true, rollback: true } } },
      "InvalidParameterException",
    ],
    [
      "a bake time over a day",
      { deploymentConfiguration: { bakeTimeInMinutes: 1441 } },
      "InvalidParameterException",
    ],
    [
      "limits that leave no room",
      { deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } },
      "InvalidParameterException",
    ],
    ["CodeDeploy", { deploymentController: { type: "CODE_DEPLOY" } }, "NotImplemented"],
    ["exec", { enableExecuteCommand: true }, "NotImplemented"],
  ])("with %s are refused", async (_, more, code) => {
    await expect(lab.serve(more)).rejects.toMatchObject({ code });
  });

  test("show their defaults", async () => {
    await lab.serve({ desiredCount: 0, tags: [{ key: "a", value: "1" }] });
    expect(await lab.service()).toMatchObject({
      serviceArn: "arn:aws:ecs:us-east-1:000000000000:service/checkout/blue",
      deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      deployments: [{ id: expect.stringMatching(/^ecs-svc\/\d{19}$/), rolloutState: "COMPLETED" }],
    });
    const again = lab.serve({ desiredCount: 0 });
    await expect(again).rejects.toMatchObject({
      code: "InvalidParameterException",
      message: "Creation of service was not idempotent.",
    });
  });

  test.each([
    ["UpdateService", { service: "other" }, "ServiceNotFoundException"],
    ["DeleteService", { service: "other" }, "ServiceNotFoundException"],
    ["DescribeServices", { services: [] }, "InvalidParameterException"],
    ["StopTask", { task: "other" }, "InvalidParameterException"],
  ])("%s of what is not there", async (operation, input, code) => {
    await lab.serve({ desiredCount: 0 });
    await expect(lab.request(operation, { cluster: "checkout", ...input })).rejects.toMatchObject({
      code,
    });
  });

  test("that are gone are inactive, and their name is free", async () => {
    await lab.serve({ desiredCount: 0 });
    await lab.request("DeleteService", { cluster: "checkout", service: "blue" });
    expect((await lab.service()).status).toBe("INACTIVE");
    await expect(lab.update({ desiredCount: 1 })).rejects.toMatchObject({
      code: "ServiceNotActiveException",
    });
    await lab.serve({ desiredCount: 0 });
    expect((await lab.service()).status).toBe("ACTIVE");
    expect(await lab.request("ListServices", { cluster: "checkout" })).toMatchObject({
      serviceArns: [expect.stringMatching(/checkout\/blue$/)],
    });
  });
});

test.each([
  CLUSTER,
  "arn:aws:ecs:us-east-1:000000000000:service/checkout/blue",
  "arn:aws:ecs:us-east-1:000000000000:task-definition/app:1",
])("tags of %s", async (resourceArn) => {
  await lab.serve({ desiredCount: 0 });
  const tags = [
    { key: "a", value: "1" },
    { key: "b", value: "2" },
  ];
  await lab.request("TagResource", { resourceArn, tags });
  await lab.request("UntagResource", { resourceArn, tagKeys: ["a"] });
  expect(await lab.request("ListTagsForResource", { resourceArn })).toEqual({
    tags: [{ key: "b", value: "2" }],
  });
});

test.each([
  ["UpdateService", { cluster: "checkout", service: "blue" }, ["service/checkout/blue"]],
  [
    "DescribeTasks",
    { cluster: CLUSTER, tasks: ["a", "b"] },
    ["task/checkout/a", "task/checkout/b"],
  ],
  ["CreateCluster", {}, ["cluster/default"]],
])("IAM sees %s on its resources", (operation, input, resources) => {
  expect(lab.ecs.resourcesOf(operation, input)).toEqual(
    resources.map((resource) => `arn:aws:ecs:us-east-1:000000000000:${resource}`),
  );
});

test.each([
  ["app", "app"],
  ["app:1.0", "app"],
  ["registry.example:5000/shop/app:1.0", "registry.example:5000/shop/app"],
  ["registry.example:5000/shop/app", "registry.example:5000/shop/app"],
  ["app@sha256:0123", "app"],
  ["app:1@sha256:0123", "app"],
])("image %s runs the mapping of %s", (image, name) => {
  expect(imageName(image)).toBe(name);
});
