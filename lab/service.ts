/**
 * What one emulated AWS service is to the rest of the lab: a table of operations over the SDK's own
 * input and output types, and who is calling. The wire (lab/wire) turns requests into such calls.
 */
import type { Clock } from "../base/clock.ts";

export const REGION = "us-east-1";
export const ACCOUNT_ID = "000000000000";

/** The SDK packages whose schemas drive the wire, by the service's signing name. */
export const ServiceName = {
  AutoScaling: "application-autoscaling",
  CloudWatch: "monitoring",
  DynamoDb: "dynamodb",
  Ec2: "ec2",
  Ecs: "ecs",
  Elbv2: "elasticloadbalancing",
  Events: "events",
  Iam: "iam",
  Lambda: "lambda",
  Logs: "logs",
  S3: "s3",
  Scheduler: "scheduler",
  Sns: "sns",
  Sts: "sts",
} as const;
export type ServiceName = (typeof ServiceName)[keyof typeof ServiceName];

/** Who signed a request. A `user` may do anything; a `role` what its policies allow. */
export interface Principal {
  readonly kind: "user" | "role";
  /** `arn:aws:iam::000000000000:user/lab` or `arn:aws:sts::000000000000:assumed-role/NAME/SESSION`. */
  readonly arn: string;
  /** Set for `role`. */
  readonly roleName?: string;
}

/**
 * Begins the access key ids of roles' temporary credentials; AWS's begin with `AKIA` or `ASIA`, so
 * a leaked one is plainly not real, and one whose session has ended is told from a user's own.
 */
export const ROLE_KEY_PREFIX = "LABR";

export interface Call {
  readonly principal: Principal;
  readonly requestId: string;
}

export interface PassedRole {
  readonly roleArn: string;
  /** `ecs-tasks.amazonaws.com` */
  readonly toService: string;
}

/** Inputs arrive decoded by schema (dates are `Date`, blobs `Uint8Array`), never validated. */
// oxlint-disable-next-line typescript/no-explicit-any -- each handler names the SDK's own type.
export type Operation = (input: any, call: Call) => object | Promise<object>;

export interface LabService {
  readonly name: ServiceName;
  /** By operation name as the SDK spells it: `CreateLoadBalancer`. Any other answers 501. */
  readonly operations: Readonly<Record<string, Operation>>;
  /**
   * The ARNs that `operation` acts on, for IAM. `["*"]` (the default) for operations that AWS
   * authorises without a resource.
   */
  resourcesOf?(operation: string, input: Record<string, unknown>): readonly string[];
  /**
   * The roles that `operation` hands to a service: its caller needs `iam:PassRole` on each.
   * @default none
   */
  rolesPassed?(operation: string, input: Record<string, unknown>): readonly PassedRole[];
  /** Ends timers, processes and sockets of this service. */
  stop?(): Promise<void>;
}

/** What every service of one lab shares. */
export interface LabCore {
  readonly clock: Clock;
  /** Unique per lab instance, 12 hexadecimal digits. */
  readonly id: string;
  /** A directory of this lab alone, removed when it stops. */
  readonly directory: string;
  /** `http://127.0.0.1:4599`; known once the lab listens. */
  readonly endpoint: string;
  readonly keeper: Keeper;
  /** One line about something a person running the lab would want to know. */
  log(line: string): void;
}

/**
 * Starts the lab's child processes (tasks, functions) and makes sure that none outlives the lab,
 * even one killed with SIGKILL.
 */
export interface Keeper {
  spawn(command: readonly string[], options: SpawnOptions): KeptProcess;
  /** Kills every kept process and waits for their ends. */
  stop(): Promise<void>;
}

export interface SpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each whole line of stdout and stderr (lines over 16 KiB are cut). */
  onLine?(line: string, stream: "stdout" | "stderr"): void;
}

export interface KeptProcess {
  readonly pid: number | undefined;
  /** Resolves when the process has ended (or could not be started: code null, signal null). */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>;
  /** Signals the whole process group. */
  kill(signal: NodeJS.Signals): void;
  /** The child's stdin, an open pipe. */
  readonly stdin: NodeJS.WritableStream;
}

/**
 * An AWS error: `code` is the error's shape name in the SDK (`TargetGroupNotFoundException`: wire
 * code and status come from its traits) or a code that the schema lacks (`ValidationError`).
 */
export class AwsError extends Error {
  readonly code: string;
  /** HTTP status for codes outside the schema. */
  readonly status: number;
  /** Further members of the error's shape. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Record<string, unknown> = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

export function arn(service: string, resource: string, region: string = REGION): string {
  return `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}`;
}
