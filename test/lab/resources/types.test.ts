/** Every resource type against the lab itself: made, read back, changed, deleted, gone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../freePort.ts";
import { startLab, type Lab } from "../../../lab/lab.ts";
import { checkInputs } from "../../../lab/resources/check.ts";
import { makeClients } from "../../../lab/resources/clients.ts";
import { callInvoke } from "../../../lab/resources/invoke.ts";
import { mirrored } from "../../../lab/resources/outputs.ts";
import { labResources, RESOURCE_TOKENS } from "../../../lab/resources/table.ts";
import type { Context } from "../../../lab/resources/types.ts";
import {
  ARCHIVE,
  ASSET,
  SIGNATURE,
  textOf,
  type Properties,
} from "../../../lab/resources/values.ts";

let lab: Lab;
let context: Context;
/** What the cases below need to be there, by name. */
const there: Record<string, string> = {};

beforeAll(async () => {
  lab = await startLab({ speed: 200, images: {} });
  const region = "us-east-1";
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  context = { clients: makeClients({ endpoint: lab.endpoint, region, credentials }), region };
  const make = async (as: string, token: string, inputs: Properties): Promise<void> => {
    const { outputs, id } = await create(token, inputs);
    there[as] = textOf(outputs["arn"]) || id;
    there[`${as}Id`] = id;
  };
  const vpc = await callInvoke(labResources, "aws:ec2/getVpc:getVpc", { default: true }, context);
  const filters = [{ name: "vpc-id", values: [textOf(vpc["id"])] }];
  const subnets = await callInvoke(
    labResources,
    "aws:ec2/getSubnets:getSubnets",
    { filters },
    context,
  );
  there["vpc"] = textOf(vpc["id"]);
  const [one = "", two = ""] = subnets["ids"] as string[];
  Object.assign(there, { one, two });
  there["port"] = String(await freePort());
  await make("group", "aws:ec2/securityGroup:SecurityGroup", { vpcId: there["vpc"] });
  await make("target", "aws:lb/targetGroup:TargetGroup", {
    port: 8080,
    protocol: "HTTP",
    targetType: "ip",
    vpcId: there["vpc"],
  });
  await make("balancer", "aws:lb/loadBalancer:LoadBalancer", { subnets: [one, two] });
  await make("listener", "aws:lb/listener:Listener", {
    loadBalancerArn: there["balancer"] ?? "",
    port: await freePort(),
    protocol: "HTTP",
    defaultActions: [{ type: "fixed-response", fixedResponse: NOT_FOUND }],
  });
  await make("role", "aws:iam/role:Role", { assumeRolePolicy: trust("lambda", "ecs-tasks") });
  await make("cluster", "aws:ecs/cluster:Cluster", {});
  const task = { ...TASK, executionRoleArn: there["role"] ?? "" };
  await make("task", "aws:ecs/taskDefinition:TaskDefinition", task);
  for (const as of ["scaled", "unscaled"]) {
    await make(as, "aws:ecs/service:Service", { name: as, ...service() });
  }
  await make("bounds", "aws:appautoscaling/target:Target", scalable("scaled"));
  await make("function", "aws:lambda/function:Function", { ...code(1), role: there["role"] ?? "" });
  await make("topic", "aws:sns/topic:Topic", {});
  await make("rule", "aws:cloudwatch/eventRule:EventRule", { scheduleExpression: "rate(1 day)" });
  await make("planner", "aws:iam/role:Role", { assumeRolePolicy: trust("scheduler") });
  await make("sender", "aws:iam/role:Role", { assumeRolePolicy: trust("lambda") });
  const policy = allow("sns:Publish");
  await make("senderPolicy", "aws:iam/rolePolicy:RolePolicy", {
    role: there["senderId"] ?? "",
    policy,
  });
  await make("sending", "aws:lambda/function:Function", {
    ...code(1),
    role: there["sender"] ?? "",
  });
});
afterAll(() => lab.stop());

const NOT_FOUND = { contentType: "text/plain", statusCode: "404" };
const TASK = {
  family: "app",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: JSON.stringify([
    { name: "app", image: "app:1", essential: true, portMappings: [{ containerPort: 8080 }] },
  ]),
};

function code(version: number): Properties {
  const text = `exports.handler = () => ${version};`;
  const assets = { "index.js": { [SIGNATURE]: ASSET, text } };
  return {
    code: { [SIGNATURE]: ARCHIVE, assets },
    handler: "index.handler",
    runtime: "nodejs24.x",
  };
}

async function whole(token: string, inputs: Properties, olds?: Properties): Promise<Properties> {
  const type = await labResources.resource(token);
  const checked = await checkInputs(type, "thing", olds, inputs, "us-east-1");
  expect(checked.problems).toEqual([]);
  return checked.inputs;
}

async function create(token: string, inputs: Properties) {
  const type = await labResources.resource(token);
  const checked = await whole(token, inputs);
  const made = await type.create(mirrored(checked), context);
  return { type, checked, ...made };
}

type Made = Awaited<ReturnType<typeof create>>;

/** Outputs as the engine keeps them: the inputs among them. */
function known(made: Made): Properties {
  return { ...mirrored(made.checked), ...made.outputs };
}

async function change(made: Made, inputs: Properties): Promise<Made> {
  const { type, id, checked } = made;
  const news = await whole(type.token, inputs, checked);
  const outputs = await type.update(
    { id, olds: mirrored(checked), news: mirrored(news), outputs: known(made) },
    context,
  );
  return { type, id, checked: news, outputs };
}

interface Case {
  readonly first: () => Properties;
  /** Outputs after creation, among others. */
  readonly made: object;
  /** Inputs that change in place, and outputs after that; none where every change replaces. */
  readonly second?: () => Properties;
  readonly changed?: object;
}

/** A load balancer's listener really listens. */
const port = (): number => Number(there["port"]);
const arn = (pattern: string) => expect.stringMatching(new RegExp(`^arn:aws:${pattern}`));
const forward = (weight: number): Properties => ({
  type: "forward",
  forward: { targetGroups: [{ arn: there["target"] ?? "", weight }] },
});
const rule = (): Properties => ({
  securityGroupId: there["groupId"] ?? "",
  ipProtocol: "tcp",
  fromPort: 80,
  toPort: 80,
  cidrIpv4: "10.0.0.0/8",
});
const alarm = {
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 1,
  threshold: 5,
  metricQueries: [
    { id: "rate", expression: "100 * errors / requests", returnData: true },
    ...["errors", "requests"].map((id) => ({
      id,
      metric: { namespace: "Shop", metricName: id, period: 60, stat: "Sum" },
    })),
  ],
};

const CASES: Record<string, Case> = {
  "aws:appautoscaling/policy:Policy": {
    first: () => ({
      name: "cpu",
      policyType: "TargetTrackingScaling",
      ...scalableIdentity("scaled"),
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 50,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    }),
    made: {
      arn: arn("autoscaling:.*:policyName/cpu$"),
      alarmArns: [arn("cloudwatch:.*-AlarmHigh-"), arn("cloudwatch:.*-AlarmLow-")],
    },
    second: () => ({
      name: "cpu",
      policyType: "TargetTrackingScaling",
      ...scalableIdentity("scaled"),
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 50,
        disableScaleIn: true,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    }),
    changed: { alarmArns: [arn("cloudwatch:.*-AlarmHigh-")] },
  },
  "aws:appautoscaling/target:Target": {
    first: () => scalable("unscaled"),
    made: { arn: arn("application-autoscaling:.*:scalable-target/"), minCapacity: 0 },
    second: () => ({ ...scalable("unscaled"), maxCapacity: 9 }),
    changed: { maxCapacity: 9 },
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    first: () => ({ alarmName: "both", alarmRule: "FALSE", tags: { a: "1" } }),
    made: { arn: arn("cloudwatch:.*:alarm:both$"), alarmRule: "FALSE", tags: { a: "1" } },
    second: () => ({ alarmName: "both", alarmRule: "NOT FALSE", tags: { b: "2" } }),
    changed: { alarmRule: "NOT FALSE", tags: { b: "2" } },
  },
  "aws:cloudwatch/eventRule:EventRule": {
    first: () => ({
      name: "alarms",
      eventPattern: JSON.stringify({ source: ["aws.cloudwatch"] }),
      tags: { a: "1" },
    }),
    made: {
      arn: arn("events:.*:rule/alarms$"),
      eventBusName: "default",
      eventPattern: '{"source":["aws.cloudwatch"]}',
      isEnabled: true,
      tags: { a: "1" },
    },
    second: () => ({
      name: "alarms",
      scheduleExpression: "rate(5 minutes)",
      description: "beat",
      state: "DISABLED",
      tags: { b: "2" },
    }),
    changed: {
      scheduleExpression: "rate(5 minutes)",
      description: "beat",
      state: "DISABLED",
      isEnabled: false,
      tags: { b: "2" },
    },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    first: () => ({
      rule: there["ruleId"] ?? "",
      targetId: "guard",
      arn: there["function"] ?? "",
      inputTransformer: { inputPaths: { at: "$.time" }, inputTemplate: '{"at": <at>}' },
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 2 },
    }),
    made: { arn: arn("lambda:.*"), targetId: "guard", eventBusName: "default" },
    second: () => ({
      rule: there["ruleId"] ?? "",
      targetId: "guard",
      arn: there["topic"] ?? "",
      input: '{"a":1}',
    }),
    changed: { arn: arn("sns:.*"), input: '{"a":1}' },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    first: () => ({ name: "/shop/app", retentionInDays: 14, tags: { a: "1" } }),
    made: { arn: arn("logs:.*:log-group:/shop/app$"), retentionInDays: 14, tags: { a: "1" } },
    second: () => ({ name: "/shop/app", tags: {} }),
    changed: { retentionInDays: 0, tags: {} },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    first: () => ({ name: "errors", ...alarm }),
    made: { arn: arn("cloudwatch:.*:alarm:errors$"), treatMissingData: "missing" },
    second: () => ({ name: "errors", ...alarm, threshold: 9, treatMissingData: "notBreaching" }),
    changed: { treatMissingData: "notBreaching" },
  },
  "aws:dynamodb/table:Table": {
    first: () => ({
      name: "record",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "environment",
      rangeKey: "entry",
      attributes: [
        { name: "environment", type: "S" },
        { name: "entry", type: "S" },
      ],
    }),
    made: { arn: arn("dynamodb:.*:table/record$"), hashKey: "environment", rangeKey: "entry" },
    second: () => ({
      name: "record",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "environment",
      rangeKey: "entry",
      attributes: [
        { name: "environment", type: "S" },
        { name: "entry", type: "S" },
      ],
      ttl: { attributeName: "expires", enabled: true },
      tags: { a: "1" },
    }),
    changed: { ttl: { attributeName: "expires", enabled: true }, tags: { a: "1" } },
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    first: () => ({ name: "web", vpcId: there["vpc"] ?? "", tags: { a: "1" } }),
    made: { arn: arn("ec2:.*:security-group/sg-"), description: "Managed by Pulumi" },
    second: () => ({ name: "web", vpcId: there["vpc"] ?? "", tags: { b: "2" } }),
    changed: { tags: { b: "2" } },
  },
  "aws:ecs/cluster:Cluster": {
    first: () => ({ name: "shop", tags: { a: "1" } }),
    made: { arn: arn("ecs:.*:cluster/shop$"), name: "shop", tags: { a: "1" } },
    second: () => ({ name: "shop", tags: { b: "2" } }),
    changed: { tags: { b: "2" } },
  },
  "aws:ecs/service:Service": {
    first: () => ({ name: "web", ...service(), tags: { a: "1" } }),
    made: { arn: arn("ecs:.*:service/.*/web$"), desiredCount: 0, launchType: "FARGATE" },
    second: () => ({
      name: "web",
      ...service(),
      deploymentMaximumPercent: 150,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      alarms: { alarmNames: ["errors"], enable: true, rollback: true },
      healthCheckGracePeriodSeconds: 60,
      tags: { b: "2" },
    }),
    changed: { deploymentMaximumPercent: 150, tags: { b: "2" } },
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    first: () => ({ ...TASK, family: "other", executionRoleArn: there["role"] ?? "" }),
    made: { arn: arn("ecs:.*:task-definition/other:1$"), revision: 1 },
    second: () => ({
      ...TASK,
      family: "other",
      executionRoleArn: there["role"] ?? "",
      tags: { b: "2" },
    }),
    changed: { tags: { b: "2" } },
  },
  "aws:iam/role:Role": {
    first: () => ({ name: "guard", assumeRolePolicy: trust("lambda"), tags: { a: "1" } }),
    made: { arn: arn("iam::.*:role/guard$"), maxSessionDuration: 3600 },
    second: () => ({
      name: "guard",
      assumeRolePolicy: trust("ecs-tasks"),
      maxSessionDuration: 7200,
      tags: { b: "2" },
    }),
    changed: { maxSessionDuration: 7200, tags: { b: "2" } },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    first: () => ({ name: "revert", role: there["roleId"] ?? "", policy: allow("sns:Publish") }),
    made: {},
    second: () => ({ name: "revert", role: there["roleId"] ?? "", policy: allow("sns:*") }),
    changed: {},
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    first: () => ({
      role: there["roleId"] ?? "",
      policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    }),
    made: {},
  },
  "aws:lambda/function:Function": {
    first: () => ({
      name: "guard",
      ...code(1),
      role: there["sender"] ?? "",
      deadLetterConfig: { targetArn: there["topic"] ?? "" },
    }),
    made: { arn: arn("lambda:.*:function:guard$"), memorySize: 128, timeout: 3 },
    second: () => ({
      name: "guard",
      ...code(2),
      role: there["role"] ?? "",
      timeout: 30,
      environment: { variables: { MODE: "1" } },
      tags: { b: "2" },
    }),
    changed: { timeout: 30, tags: { b: "2" } },
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    first: () => ({
      functionName: there["sendingId"] ?? "",
      destinationConfig: { onFailure: { destination: there["topic"] ?? "" } },
    }),
    made: { maximumRetryAttempts: 2 },
    second: () => ({ functionName: there["sendingId"] ?? "", maximumEventAgeInSeconds: 60 }),
    changed: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 },
  },
  "aws:lambda/permission:Permission": {
    first: () => ({
      action: "lambda:InvokeFunction",
      function: there["functionId"] ?? "",
      principal: "lambda.alarms.cloudwatch.amazonaws.com",
      sourceAccount: "000000000000",
    }),
    made: {},
  },
  "aws:lb/listener:Listener": {
    first: () => ({
      loadBalancerArn: there["balancer"] ?? "",
      port: port(),
      protocol: "HTTP",
      defaultActions: [forward(1)],
    }),
    made: { arn: arn("elasticloadbalancing:.*:listener/app/"), protocol: "HTTP" },
    second: () => ({
      loadBalancerArn: there["balancer"] ?? "",
      port: port(),
      protocol: "HTTP",
      defaultActions: [forward(9)],
      tags: { b: "2" },
    }),
    changed: { tags: { b: "2" } },
  },
  "aws:lb/listenerRule:ListenerRule": {
    first: () => ({
      listenerArn: there["listener"] ?? "",
      priority: 10,
      conditions: [
        { httpHeader: { httpHeaderName: "X-Slot", values: ["green*"] } },
        { pathPattern: { values: ["/cart/*"] } },
        { queryStrings: [{ key: "slot", value: "green" }] },
      ],
      actions: [{ type: "forward", targetGroupArn: there["target"] ?? "" }],
      tags: { a: "1" },
    }),
    made: {
      arn: arn("elasticloadbalancing:.*:listener-rule/app/"),
      listenerArn: arn("elasticloadbalancing:.*:listener/app/"),
      priority: 10,
      conditions: [
        { httpHeader: { httpHeaderName: "X-Slot", values: ["green*"] } },
        { pathPattern: { values: ["/cart/*"] } },
        { queryStrings: [{ key: "slot", value: "green" }] },
      ],
      tags: { a: "1" },
    },
    second: () => ({
      listenerArn: there["listener"] ?? "",
      priority: 20,
      conditions: [
        { hostHeader: { values: ["*.example.com"] } },
        { httpRequestMethod: { values: ["GET"] } },
        { sourceIp: { values: ["10.0.0.0/8"] } },
      ],
      actions: [{ type: "fixed-response", fixedResponse: NOT_FOUND }],
      tags: { b: "2" },
    }),
    changed: {
      priority: 20,
      conditions: [
        { hostHeader: { values: ["*.example.com"] } },
        { httpRequestMethod: { values: ["GET"] } },
        { sourceIp: { values: ["10.0.0.0/8"] } },
      ],
      tags: { b: "2" },
    },
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    first: () => ({ name: "front", subnets: [there["one"] ?? "", there["two"] ?? ""] }),
    made: {
      arn: arn("elasticloadbalancing:.*:loadbalancer/app/front/"),
      arnSuffix: expect.stringMatching(/^app\/front\/[0-9a-f]{16}$/),
      dnsName: expect.stringContaining("front-"),
      internal: false,
    },
    second: () => ({
      name: "front",
      subnets: [there["one"] ?? "", there["two"] ?? ""],
      securityGroups: [there["groupId"] ?? ""],
      idleTimeout: 30,
    }),
    changed: { idleTimeout: 30 },
  },
  "aws:lb/targetGroup:TargetGroup": {
    first: () => ({
      name: "blue",
      port: 80,
      protocol: "HTTP",
      targetType: "ip",
      vpcId: there["vpc"] ?? "",
      deregistrationDelay: 30,
    }),
    made: {
      arn: arn("elasticloadbalancing:.*:targetgroup/blue/"),
      arnSuffix: expect.stringMatching(/^targetgroup\/blue\/[0-9a-f]{16}$/),
      deregistrationDelay: 30,
      healthCheck: expect.objectContaining({ interval: 30, path: "/" }),
    },
    second: () => ({
      name: "blue",
      port: 80,
      protocol: "HTTP",
      targetType: "ip",
      vpcId: there["vpc"] ?? "",
      healthCheck: { path: "/up", interval: 10 },
    }),
    changed: {
      deregistrationDelay: 300,
      healthCheck: expect.objectContaining({ interval: 10, path: "/up" }),
    },
  },
  "aws:scheduler/schedule:Schedule": {
    first: () => ({
      name: "drill",
      scheduleExpression: "cron(0 10 ? * MON *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
      target: { arn: there["function"] ?? "", roleArn: there["planner"] ?? "", input: '{"a":1}' },
    }),
    made: {
      arn: arn("scheduler:.*:schedule/default/drill$"),
      groupName: "default",
      state: "ENABLED",
      scheduleExpressionTimezone: "Europe/Berlin",
      actionAfterCompletion: "NONE",
    },
    second: () => ({
      name: "drill",
      description: "every day",
      scheduleExpression: "rate(1 day)",
      startDate: "2199-01-01T00:00:00Z",
      state: "DISABLED",
      actionAfterCompletion: "DELETE",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: there["topic"] ?? "", roleArn: there["planner"] ?? "" },
    }),
    changed: {
      description: "every day",
      scheduleExpression: "rate(1 day)",
      scheduleExpressionTimezone: "UTC",
      state: "DISABLED",
      actionAfterCompletion: "DELETE",
    },
  },
  "aws:sns/topic:Topic": {
    first: () => ({ name: "news", tags: { a: "1" } }),
    made: { arn: arn("sns:.*:news$"), name: "news", tags: { a: "1" } },
    second: () => ({ name: "news", displayName: "News", tags: { b: "2" } }),
    changed: { displayName: "News", tags: { b: "2" } },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    first: () => ({ arn: there["topic"] ?? "", policy: publishers("cloudwatch") }),
    made: { policy: expect.stringContaining("cloudwatch.amazonaws.com"), owner: "000000000000" },
    second: () => ({ arn: there["topic"] ?? "", policy: publishers("events") }),
    changed: { policy: expect.stringContaining("events.amazonaws.com") },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    first: () => ({ ...subscription(), filterPolicy: JSON.stringify({ severity: ["high"] }) }),
    made: {
      arn: arn("sns:.*:"),
      pendingConfirmation: false,
      filterPolicyScope: "MessageAttributes",
    },
    second: () => ({
      ...subscription(),
      filterPolicy: JSON.stringify({ detail: { severity: ["high"] } }),
      filterPolicyScope: "MessageBody",
    }),
    changed: { filterPolicyScope: "MessageBody", pendingConfirmation: false },
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    first: rule,
    made: { arn: arn("ec2:.*:security-group-rule/sgr-") },
    second: () => ({ ...rule(), toPort: 90, tags: { b: "2" } }),
    changed: { tags: { b: "2" } },
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    first: rule,
    made: { arn: arn("ec2:.*:security-group-rule/sgr-") },
    second: () => ({ ...rule(), toPort: 90, tags: { b: "2" } }),
    changed: { tags: { b: "2" } },
  },
};

function subscription(): Properties {
  return {
    topic: there["topic"] ?? "",
    protocol: "lambda",
    endpoint: there["function"] ?? "",
  };
}

function publishers(...services: string[]): string {
  const Principal = { Service: services.map((name) => `${name}.amazonaws.com`) };
  const Statement = [{ Effect: "Allow", Action: "sns:Publish", Principal, Resource: "*" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function service(): Properties {
  return {
    cluster: there["cluster"] ?? "",
    taskDefinition: there["task"] ?? "",
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: { subnets: [there["one"] ?? ""], assignPublicIp: true },
  };
}

function scalableIdentity(name: string): Properties {
  const cluster = there["cluster"]?.split("/").at(-1) ?? "";
  return {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: `service/${cluster}/${name}`,
  };
}

function scalable(name: string): Properties {
  return { ...scalableIdentity(name), minCapacity: 0, maxCapacity: 4 };
}

function trust(...services: string[]): string {
  const Principal = { Service: services.map((name) => `${name}.amazonaws.com`) };
  const Statement = [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function allow(Action: string): string {
  const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

test("Every type of the table has a case here", () => {
  expect(Object.keys(CASES).sort()).toEqual([...RESOURCE_TOKENS].sort());
});

describe("In the lab", () => {
  test.each(Object.entries(CASES))("%s lives and dies", async (token, one) => {
    const made = await create(token, one.first());
    const { type, id } = made;
    expect(made.outputs).toMatchObject(one.made);
    expect(await type.read(id, context, known(made))).toMatchObject(made.outputs);

    const after = one.second ? await change(made, one.second()) : made;
    expect(after.outputs).toMatchObject(one.changed ?? one.made);

    const last = { inputs: mirrored(after.checked), outputs: known(after) };
    await type.delete(id, last, context);
    expect(await type.read(id, context, known(after))).toBeUndefined();
  });

  test("a listener's live weights are what getListener returns", async () => {
    const { type, id, checked } = await create("aws:lb/listener:Listener", {
      loadBalancerArn: there["balancer"] ?? "",
      port: port(),
      protocol: "HTTP",
      defaultActions: [forward(7)],
    });
    const found = await callInvoke(
      labResources,
      "aws:lb/getListener:getListener",
      { arn: id },
      context,
    );
    expect(found).toMatchObject({
      loadBalancerArn: there["balancer"],
      defaultActions: [
        { type: "forward", forwards: [{ targetGroups: [{ arn: there["target"], weight: 7 }] }] },
      ],
    });
    await type.delete(id, { inputs: mirrored(checked), outputs: {} }, context);
  });

  test("functions tell who and where, and refuse arguments by name", async () => {
    const who = "aws:index/getCallerIdentity:getCallerIdentity";
    expect(await callInvoke(labResources, who, {}, context)).toMatchObject({
      accountId: "000000000000",
    });
    const where = "aws:index/getRegion:getRegion";
    expect(await callInvoke(labResources, where, {}, context)).toMatchObject({
      region: "us-east-1",
    });
    await expect(callInvoke(labResources, where, { colour: "red" }, context)).rejects.toThrow(
      /colour is not handled/,
    );
  });
});
