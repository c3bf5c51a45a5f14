/** The AWS SDK clients that commands use, all at one endpoint. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";

/** Never a person's own credentials: whatever is in the surroundings, the lab gets these. */
export const LAB_CREDENTIALS = { accessKeyId: "lab", secretAccessKey: "lab" } as const;
export const LAB_REGION = "us-east-1";

export type Clients = ReturnType<typeof connectClients>;

export function connectClients(endpoint: string) {
  const settings = { endpoint, region: LAB_REGION, credentials: LAB_CREDENTIALS };
  return {
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    dynamodb: new DynamoDBClient(settings),
    ecs: new ECSClient(settings),
    elbv2: new ElasticLoadBalancingV2Client(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    sns: new SNSClient(settings),
  };
}
