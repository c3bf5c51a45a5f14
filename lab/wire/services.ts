/** How each service is addressed on the wire. Held here too so that routing loads no SDK client. */
import { ServiceName } from "../service.ts";

export const Protocol = {
  Query: "awsQuery",
  Ec2: "ec2Query",
  Json: "awsJson",
  Cbor: "rpcv2Cbor",
  Rest: "restJson1",
  RestXml: "restXml",
} as const;
export type Protocol = (typeof Protocol)[keyof typeof Protocol];

export interface ServiceFacts {
  /** For messages. */
  readonly title: string;
  readonly version: string;
  /** Before the dot of `X-Amz-Target`; also the service in an rpcv2Cbor path. */
  readonly target: string;
  /** Of XML answers. */
  readonly xmlNamespace: string;
  /** The prefix of its IAM actions. */
  readonly iamPrefix: string;
  /** JSON and CBOR errors carry the query protocol's code too. */
  readonly queryCompatible: boolean;
  importClient(): Promise<object>;
}

const FACTS: Readonly<Record<ServiceName, ServiceFacts>> = {
  [ServiceName.AutoScaling]: {
    title: "Application Auto Scaling",
    version: "2016-02-06",
    target: "AnyScaleFrontendService",
    xmlNamespace: "",
    iamPrefix: "application-autoscaling",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-application-auto-scaling"),
  },
  [ServiceName.CloudWatch]: {
    title: "CloudWatch",
    version: "2010-08-01",
    target: "GraniteServiceVersion20100801",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    iamPrefix: "cloudwatch",
    queryCompatible: true,
    importClient: () => import("@aws-sdk/client-cloudwatch"),
  },
  [ServiceName.DynamoDb]: {
    title: "DynamoDB",
    version: "2012-08-10",
    target: "DynamoDB_20120810",
    xmlNamespace: "http://dynamodb.amazonaws.com/doc/2012-08-10/",
    iamPrefix: "dynamodb",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-dynamodb"),
  },
  [ServiceName.Ec2]: {
    title: "EC2",
    version: "2016-11-15",
    target: "AmazonEC2",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15",
    iamPrefix: "ec2",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-ec2"),
  },
  [ServiceName.Ecs]: {
    title: "ECS",
    version: "2014-11-13",
    target: "AmazonEC2ContainerServiceV20141113",
    xmlNamespace: "http://ecs.amazonaws.com/doc/2014-11-13/",
    iamPrefix: "ecs",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-ecs"),
  },
  [ServiceName.Elbv2]: {
    title: "Elastic Load Balancing v2",
    version: "2015-12-01",
    target: "ElasticLoadBalancing_v10",
    xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    iamPrefix: "elasticloadbalancing",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-elastic-load-balancing-v2"),
  },
  [ServiceName.Events]: {
    title: "EventBridge",
    version: "2015-10-07",
    target: "AWSEvents",
    xmlNamespace: "http://events.amazonaws.com/doc/2015-10-07",
    iamPrefix: "events",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-eventbridge"),
  },
  [ServiceName.Iam]: {
    title: "IAM",
    version: "2010-05-08",
    target: "AWSIdentityManagementV20100508",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    iamPrefix: "iam",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-iam"),
  },
  [ServiceName.Lambda]: {
    title: "Lambda",
    version: "2015-03-31",
    target: "AWSGirApiService",
    xmlNamespace: "",
    iamPrefix: "lambda",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-lambda"),
  },
  [ServiceName.Logs]: {
    title: "CloudWatch Logs",
    version: "2014-03-28",
    target: "Logs_20140328",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2014-03-28/",
    iamPrefix: "logs",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-cloudwatch-logs"),
  },
  [ServiceName.S3]: {
    title: "S3",
    version: "2006-03-01",
    target: "AmazonS3",
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    iamPrefix: "s3",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-s3"),
  },
  [ServiceName.Scheduler]: {
    title: "EventBridge Scheduler",
    version: "2021-06-30",
    target: "AWSChronosService",
    xmlNamespace: "",
    iamPrefix: "scheduler",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-scheduler"),
  },
  [ServiceName.Sns]: {
    title: "SNS",
    version: "2010-03-31",
    target: "AmazonSimpleNotificationService",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    iamPrefix: "sns",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-sns"),
  },
  [ServiceName.Sts]: {
    title: "STS",
    version: "2011-06-15",
    target: "AWSSecurityTokenServiceV20110615",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    iamPrefix: "sts",
    queryCompatible: false,
    importClient: () => import("@aws-sdk/client-sts"),
  },
};

const SERVICE_NAMES: readonly ServiceName[] = Object.values(ServiceName);

export function factsOf(name: ServiceName): ServiceFacts {
  return FACTS[name];
}

export function serviceByTarget(target: string): ServiceName | undefined {
  return SERVICE_NAMES.find((name) => FACTS[name].target === target);
}

/** `scope` is the service in a signature's credential scope. */
export function serviceByScope(scope: string): ServiceName | undefined {
  return SERVICE_NAMES.find((name) => name === scope);
}

const ACTIONS: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
  [ServiceName.Lambda]: { Invoke: "InvokeFunction" },
  [ServiceName.S3]: {
    DeleteObjects: "DeleteObject",
    HeadBucket: "ListBucket",
    HeadObject: "GetObject",
    ListBuckets: "ListAllMyBuckets",
    ListObjectsV2: "ListBucket",
  },
  [ServiceName.Sns]: { PublishBatch: "Publish" },
};

/** `elasticloadbalancing:ModifyListener`: an IAM action is named like its operation, but for few. */
export function iamActionOf(name: ServiceName, operation: string): string {
  return `${FACTS[name].iamPrefix}:${ACTIONS[name]?.[operation] ?? operation}`;
}
