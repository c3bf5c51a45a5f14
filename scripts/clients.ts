/** The AWS SDK clients that commands use, all at one endpoint, or all of one account of AWS. */
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { ROLE_KEY_PREFIX } from "../lab/service.ts";

/** Never a person's own credentials: whatever is in the surroundings, the lab gets these. */
export const LAB_CREDENTIALS = { accessKeyId: "lab", secretAccessKey: "lab" } as const;
export const LAB_REGION = "us-east-1";

/**
 * Of the lab's own roles: what a task of the lab finds in its surroundings is the task role's, and its
 * key id can be nobody's own (`ROLE_KEY_PREFIX` of lab/service.ts).
 */
function roleCredentials() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!accessKeyId?.startsWith(ROLE_KEY_PREFIX)) return undefined;
  return {
    accessKeyId,
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    sessionToken: AWS_SESSION_TOKEN ?? "",
  };
}

export type Clients = ReturnType<typeof connectAll>;

interface Asked {
  readonly protocol: string;
  readonly hostname: string;
}

/** What all clients of one command share. */
export interface ClientSettings {
  /** Undefined: AWS's own of the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: NonNullable<DynamoDBClientConfig["credentials"]>;
  /** A look at every request of every client, before it is sent; what it throws keeps it back. */
  readonly look?: (request: Asked) => void;
}

export function connectClients(endpoint: string): Clients {
  return connectAll(labSettings(endpoint));
}

export function labSettings(endpoint: string): ClientSettings {
  return { endpoint, region: LAB_REGION, credentials: roleCredentials() ?? LAB_CREDENTIALS };
}

export function connectAll(settings: ClientSettings) {
  const { region, credentials, endpoint } = settings;
  const config = { region, credentials, ...(endpoint === undefined ? {} : { endpoint }) };
  const watched = <C extends Watchable>(client: C): C => watch(client, settings);
  return {
    autoscaling: watched(new ApplicationAutoScalingClient(config)),
    cloudwatch: watched(new CloudWatchClient(config)),
    logs: watched(new CloudWatchLogsClient(config)),
    dynamodb: watched(new DynamoDBClient(config)),
    ecs: watched(new ECSClient(config)),
    elbv2: watched(new ElasticLoadBalancingV2Client(config)),
    iam: watched(new IAMClient(config)),
    lambda: watched(new LambdaClient(config)),
    sns: watched(new SNSClient(config)),
  };
}

/** Loaded when a journal is in S3. */
export async function connectS3(settings: ClientSettings) {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const { region, credentials, endpoint } = settings;
  return watch(
    new S3Client({
      region,
      credentials,
      // Path-style: a bucket in the host's name would be looked for in the DNS.
      ...(endpoint === undefined
        ? { followRegionRedirects: true }
        : { endpoint, forcePathStyle: true }),
    }),
    settings,
  );
}

interface Watchable {
  readonly config: {
    readonly requestHandler: {
      handle(request: Asked, ...rest: readonly never[]): Promise<unknown>;
    };
  };
}

/** In the last place before the socket: whatever named the endpoint, it is known there. */
export function watch<C extends Watchable>(client: C, { look }: Pick<ClientSettings, "look">): C {
  if (!look) return client;
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, ...rest) => {
    look(request);
    return handle(request, ...rest);
  };
  return client;
}
