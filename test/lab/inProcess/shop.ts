/** A shop in two target groups of a lab in this process, with an alarm whose action moves weights. */
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { AppHandler } from "../../../lab/inProcess/app.ts";
import type { FunctionHandler } from "../../../lab/inProcess/functions.ts";
import { type InProcessLab, startInProcessLab } from "../../../lab/inProcess/lab.ts";
import type { InProcessLabOptions } from "../../../lab/inProcess/lab.ts";
import { zipOf } from "../lambda/zipFile.ts";

export const START_MS = Date.parse("2026-03-14T09:26:53Z");

export interface Shop {
  readonly lab: InProcessLab;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly cloudwatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly groups: { readonly blue: string; readonly green: string };
  readonly listener: string;
  readonly alarmArn: string;
  /** State changes and actions of the alarm, oldest first, each with its nominal time. */
  history(): Promise<readonly string[]>;
}

export interface ShopOptions extends Partial<InProcessLabOptions> {
  /** @default answers 200, its slot as the body */
  readonly green?: AppHandler;
  /** @default moves all weight to blue */
  readonly guard?: FunctionHandler;
  /** @default what the guard needs */
  readonly allowed?: readonly string[];
}

const slot: AppHandler = (_request, env) => ({ status: 200, body: env["SLOT"] ?? "" });

/** The guard: all weight to blue, by a client that signs as the function's role. */
const revert: FunctionHandler = async (_event, { clientConfig, env }) => {
  await new ElasticLoadBalancingV2Client(clientConfig).send(
    new ModifyListenerCommand({
      ListenerArn: env["LISTENER"],
      DefaultActions: [weights(env["BLUE"] ?? "", env["GREEN"] ?? "", 100, 0)],
    }),
  );
};

function weights(blue: string, green: string, ofBlue: number, ofGreen: number) {
  const TargetGroups = [
    { TargetGroupArn: blue, Weight: ofBlue },
    { TargetGroupArn: green, Weight: ofGreen },
  ];
  return { Type: "forward" as const, ForwardConfig: { TargetGroups } };
}

/** Opened with healthy tasks in both groups, half of the traffic for each. */
export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const { green = slot, guard = revert, allowed, ...labOptions } = options;
  const lab = await startInProcessLab({
    startAtMs: START_MS,
    apps: { "shop/blue": slot, "shop/green": green },
    functions: { guard },
    ...labOptions,
  });
  const elbv2 = new ElasticLoadBalancingV2Client(lab.clientConfig);
  const cloudwatch = new CloudWatchClient(lab.clientConfig);
  const lambda = new LambdaClient(lab.clientConfig);

  const { LoadBalancers: [balancer] = [] } = await elbv2.send(
    new CreateLoadBalancerCommand({ Name: "shop", Subnets: ["subnet-1", "subnet-2"] }),
  );
  const balancerArn = balancer?.LoadBalancerArn ?? "";
  const [blueArn, greenArn] = [await group(elbv2, "blue"), await group(elbv2, "green")];
  const { Listeners: [made] = [] } = await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [weights(blueArn, greenArn, 50, 50)],
    }),
  );
  const listener = made?.ListenerArn ?? "";
  await runTasks(new ECSClient(lab.clientConfig), { blue: blueArn, green: greenArn });
  const role = await guardRole(new IAMClient(lab.clientConfig), allowed);
  const { FunctionArn = "" } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "guard",
      Role: role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 10,
      Code: { ZipFile: zipOf({ "index.mjs": "" }) },
      Environment: { Variables: { LISTENER: listener, BLUE: blueArn, GREEN: greenArn } },
    }),
  );
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: "green-errors",
      Namespace: "AWS/ApplicationELB",
      MetricName: "HTTPCode_Target_5XX_Count",
      Dimensions: [
        { Name: "LoadBalancer", Value: tail(balancerArn, "loadbalancer/") },
        { Name: "TargetGroup", Value: tail(greenArn) },
      ],
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 1,
      Threshold: 5,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
      AlarmActions: [FunctionArn],
    }),
  );
  const alarmArn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:green-errors";
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: "guard",
      StatementId: "alarm",
      Action: "lambda:InvokeFunction",
      Principal: "lambda.alarms.cloudwatch.amazonaws.com",
      SourceArn: alarmArn,
    }),
  );
  await lab.advance(120);
  const history = async (): Promise<readonly string[]> => {
    const { AlarmHistoryItems = [] } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ ScanBy: "TimestampAscending" }),
    );
    return AlarmHistoryItems.map(
      ({ Timestamp, HistorySummary }) => `${Timestamp?.toISOString()} ${HistorySummary}`,
    );
  };
  const groups = { blue: blueArn, green: greenArn };
  return { lab, elbv2, cloudwatch, lambda, groups, listener, alarmArn, history };
}

async function group(elbv2: ElasticLoadBalancingV2Client, name: string): Promise<string> {
  const { TargetGroups: [made] = [] } = await elbv2.send(
    new CreateTargetGroupCommand({
      Name: `shop-${name}`,
      Protocol: "HTTP",
      Port: 8080,
      VpcId: "vpc-1",
      TargetType: "ip",
      HealthCheckIntervalSeconds: 10,
    }),
  );
  return made?.TargetGroupArn ?? "";
}

async function runTasks(ecs: ECSClient, groups: { blue: string; green: string }): Promise<void> {
  await ecs.send(new CreateClusterCommand({ clusterName: "shop" }));
  for (const [name, targetGroupArn] of Object.entries(groups)) {
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: name,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [
          {
            name: "app",
            image: `shop/${name}:1.0`,
            portMappings: [{ containerPort: 8080 }],
            environment: [{ name: "SLOT", value: name }],
          },
        ],
      }),
    );
    await ecs.send(
      new CreateServiceCommand({
        cluster: "shop",
        serviceName: name,
        taskDefinition: name,
        launchType: "FARGATE",
        desiredCount: 2,
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
        loadBalancers: [{ targetGroupArn, containerName: "app", containerPort: 8080 }],
      }),
    );
  }
}

async function guardRole(
  iam: IAMClient,
  allowed: readonly string[] = ["elasticloadbalancing:ModifyListener"],
): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ],
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "guard", AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  if (allowed.length > 0) {
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: allowed, Resource: "*" }],
    };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "guard",
        PolicyName: "guard",
        PolicyDocument: JSON.stringify(policy),
      }),
    );
  }
  return Role?.Arn ?? "";
}

function tail(arn: string, prefix = ""): string {
  return (arn.split(":").at(5) ?? "").replace(prefix, "");
}
