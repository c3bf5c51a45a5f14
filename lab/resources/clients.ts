/** AWS SDK clients of one endpoint, each loaded and made when first used: loading is not cheap. */
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { STSClient } from "@aws-sdk/client-sts";

export interface AwsTarget {
  /** `http://127.0.0.1:4599`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export interface Clients {
  autoscaling(): Promise<ApplicationAutoScalingClient>;
  cloudwatch(): Promise<CloudWatchClient>;
  dynamodb(): Promise<DynamoDBClient>;
  ec2(): Promise<EC2Client>;
  ecs(): Promise<ECSClient>;
  elbv2(): Promise<ElasticLoadBalancingV2Client>;
  events(): Promise<EventBridgeClient>;
  iam(): Promise<IAMClient>;
  lambda(): Promise<LambdaClient>;
  logs(): Promise<CloudWatchLogsClient>;
  scheduler(): Promise<SchedulerClient>;
  sns(): Promise<SNSClient>;
  sts(): Promise<STSClient>;
}

export function makeClients(target: AwsTarget): Clients {
  const config = { ...target, maxAttempts: 3 };
  return {
    autoscaling: once(async () => {
      const sdk = await import("@aws-sdk/client-application-auto-scaling");
      return new sdk.ApplicationAutoScalingClient(config);
    }),
    cloudwatch: once(async () => {
      const { CloudWatchClient: Client } = await import("@aws-sdk/client-cloudwatch");
      return new Client(config);
    }),
    dynamodb: once(async () => {
      const { DynamoDBClient: Client } = await import("@aws-sdk/client-dynamodb");
      return new Client(config);
    }),
    ec2: once(async () => {
      const { EC2Client: Client } = await import("@aws-sdk/client-ec2");
      return new Client(config);
    }),
    ecs: once(async () => {
      const { ECSClient: Client } = await import("@aws-sdk/client-ecs");
      return new Client(config);
    }),
    elbv2: once(async () => {
      const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return new sdk.ElasticLoadBalancingV2Client(config);
    }),
    events: once(async () => {
      const { EventBridgeClient: Client } = await import("@aws-sdk/client-eventbridge");
      return new Client(config);
    }),
    iam: once(async () => {
      const { IAMClient: Client } = await import("@aws-sdk/client-iam");
      return new Client(config);
    }),
    lambda: once(async () => {
      const { LambdaClient: Client } = await import("@aws-sdk/client-lambda");
      return new Client(config);
    }),
    logs: once(async () => {
      const { CloudWatchLogsClient: Client } = await import("@aws-sdk/client-cloudwatch-logs");
      return new Client(config);
    }),
    scheduler: once(async () => {
      const { SchedulerClient: Client } = await import("@aws-sdk/client-scheduler");
      return new Client(config);
    }),
    sns: once(async () => {
      const { SNSClient: Client } = await import("@aws-sdk/client-sns");
      return new Client(config);
    }),
    sts: once(async () => {
      const { STSClient: Client } = await import("@aws-sdk/client-sts");
      return new Client(config);
    }),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
