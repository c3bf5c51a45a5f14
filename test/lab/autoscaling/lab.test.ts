/** Application Auto Scaling among the lab's other services: real clients, load, and IAM. */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { PutCompositeAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openShop, type Shop } from "../inProcess/shop.ts";

const COUNT = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;
const BLUE = { ...COUNT, ResourceId: "service/shop/blue" } as const;

const SCALE = "application-autoscaling:RegisterScalableTarget";
const TARGETS = "arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/*";
const ECS = ["ecs:DescribeServices", "ecs:UpdateService"];
const SERVICE = "arn:aws:ecs:us-east-1:000000000000:service/shop/";
const grant = (Action: string | string[], Resource: string, when?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(when && { Condition: { StringEquals: when } }),
});
const forNamespace = (name: string) => ({ "application-autoscaling:service-namespace": name });

describe("a service of the lab that is scaled automatically", () => {
  let shop: Shop;
  let scaling: ApplicationAutoScalingClient;
  beforeEach(async () => {
    shop = await openShop();
    scaling = new ApplicationAutoScalingClient(shop.lab.clientConfig);
  });
  afterEach(() => shop.lab.stop());

  const register = (MinCapacity: number, MaxCapacity: number) =>
    scaling.send(new RegisterScalableTargetCommand({ ...BLUE, MinCapacity, MaxCapacity }));
  const track = async (
    PredefinedMetricType: "ALBRequestCountPerTarget" | "ECSServiceAverageCPUUtilization",
  ) => {
    const { Listeners: [listener] = [] } = await shop.elbv2.send(
      new DescribeListenersCommand({ ListenerArns: [shop.listener] }),
    );
    const balancer = listener?.LoadBalancerArn?.split(":loadbalancer/")[1];
    const ResourceLabel = `${balancer}/${shop.groups.blue.split(":").at(-1)}`;
    return scaling.send(
      new PutScalingPolicyCommand({
        ...BLUE,
        PolicyName: "p",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 10,
          PredefinedMetricSpecification: {
            PredefinedMetricType,
            ...(PredefinedMetricType === "ALBRequestCountPerTarget" && { ResourceLabel }),
          },
        },
      }),
    );
  };
  const desired = async (): Promise<number | undefined> => {
    const answer = await new ECSClient(shop.lab.clientConfig).send(
      new DescribeServicesCommand({ cluster: "shop", services: ["blue"] }),
    );
    return answer.services?.[0]?.desiredCount;
  };
  /** 60 requests a minute, half of them to blue. */
  const load = async (minutes: number): Promise<void> => {
    for (let second = 0; second < minutes * 60; second++) {
      await shop.lab.request(shop.listener);
      await shop.lab.advance(1);
    }
  };

  test("grows with its requests, and shrinks with them no further than its minimum", async () => {
    await register(2, 6);
    await track("ALBRequestCountPerTarget");
    await load(6);
    // About 15 for each of 2 tasks, and 10 are wanted: 3, or 4 by the draw.
    expect([3, 4]).toContain(await desired());
    await register(1, 6);
    await shop.elbv2.send(toGreen(shop));
    await load(20);
    expect(await desired()).toBe(1);
  }, 60_000);

  test("shows its policy with the alarms that call it, and what it does not know by name", async () => {
    await register(1, 6);
    const { PolicyARN, Alarms = [] } = await track("ALBRequestCountPerTarget");
    const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand(COUNT));
    expect(ScalingPolicies).toMatchObject([{ PolicyARN, PolicyName: "p" }]);
    expect(ScalingPolicies?.[0]?.Alarms).toHaveLength(Alarms.length);
    const activities = scaling.send(new DescribeScalingActivitiesCommand(BLUE));
    await expect(activities).rejects.toThrow(/does not implement .* DescribeScalingActivities/);
  });

  test("on CPU stays as it is: the lab has no such metric", async () => {
    await register(1, 6);
    await track("ECSServiceAverageCPUUtilization");
    await load(20);
    expect(await desired()).toBe(2);
  }, 60_000);

  test("is scaled by no composite alarm", async () => {
    await register(1, 6);
    const { PolicyARN = "" } = await track("ALBRequestCountPerTarget");
    const alarm = { AlarmName: "both", AlarmRule: "FALSE", AlarmActions: [PolicyARN] };
    await expect(shop.cloudwatch.send(new PutCompositeAlarmCommand(alarm))).rejects.toThrow(
      /Invalid action for a composite alarm/,
    );
  });

  test.each<[what: string, statements: object[], answer: string, min: number]>([
    [
      "may, with the service",
      [grant(SCALE, TARGETS, forNamespace("ecs")), grant(ECS, `${SERVICE}blue`)],
      "done",
      2,
    ],
    ["lacks the action", [grant(ECS, `${SERVICE}blue`)], "RegisterScalableTarget", 1],
    [
      "has it for another namespace",
      [grant(SCALE, TARGETS, forNamespace("dynamodb")), grant(ECS, `${SERVICE}blue`)],
      "RegisterScalableTarget",
      1,
    ],
    [
      "may not update that service",
      [grant(SCALE, TARGETS), grant(ECS, `${SERVICE}green`)],
      "ecs:DescribeServices",
      1,
    ],
  ])("a role that %s", async (_what, Statement, answer, min) => {
    await register(1, 6);
    const role = await assumed(shop, Statement);
    const said = await role
      .send(new RegisterScalableTargetCommand({ ...BLUE, MinCapacity: 2 }))
      .then(
        () => "done",
        (error: unknown) => String(error),
      );
    expect(said).toContain(answer);
    const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand(COUNT));
    expect(ScalableTargets?.[0]?.MinCapacity).toBe(min);
  });
});

function toGreen(shop: Shop) {
  const TargetGroups = [
    { TargetGroupArn: shop.groups.blue, Weight: 0 },
    { TargetGroupArn: shop.groups.green, Weight: 100 },
  ];
  return new ModifyListenerCommand({
    ListenerArn: shop.listener,
    DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
  });
}

/** A client with the credentials of a role that has these statements and no others. */
async function assumed(shop: Shop, Statement: object[]): Promise<ApplicationAutoScalingClient> {
  const iam = new IAMClient(shop.lab.clientConfig);
  const Version = "2012-10-17";
  const Principal = { AWS: "arn:aws:iam::000000000000:root" };
  const trust = { Version, Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] };
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: "scaler",
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "scaler",
      PolicyName: "p",
      PolicyDocument: JSON.stringify({ Version, Statement }),
    }),
  );
  const { Credentials } = await new STSClient(shop.lab.clientConfig).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  return new ApplicationAutoScalingClient({ ...shop.lab.clientConfig, credentials });
}
