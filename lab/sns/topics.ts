/** Topics and subscriptions: what SNS remembers, and its errors. */
import { ACCOUNT_ID, AwsError } from "../service.ts";
import type { DeliveryPolicy, HttpPolicy } from "./deliveryPolicy.ts";
import type { FilterPolicy, FilterScope } from "./filterPolicy.ts";
import type { TopicPolicy } from "./policy.ts";

export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** `DisplayName` and the like, as set; defaults are added when read. */
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
  policy: TopicPolicy;
  /** Of HTTP subscriptions that set none of their own. */
  delivery: HttpPolicy | undefined;
  /** Tokens already used, and of which subscription: confirming again is no error. */
  readonly confirmed: Map<string, string>;
  deletedSubscriptions: number;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** What is still to be confirmed; a pending subscription gets nothing but that question. */
  pending: Confirmation | undefined;
  rawDelivery: boolean;
  filter: FilterPolicy | undefined;
  filterScope: FilterScope;
  delivery: DeliveryPolicy | undefined;
}

export interface Confirmation {
  readonly token: string;
  /** Nominal milliseconds. */
  readonly expiresAtMs: number;
}

export const PROTOCOLS = ["lambda", "http", "https", "email", "email-json"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export function isHttp(protocol: Protocol): boolean {
  return protocol === "http" || protocol === "https";
}

export function invalidParameter(reason: string): AwsError {
  return new AwsError("InvalidParameterException", `Invalid parameter: ${reason}`);
}

export function required(value: string | undefined, member: string): string {
  if (value === undefined || value === "") throw invalidParameter(member);
  return value;
}

export function topicNotFound(): AwsError {
  return new AwsError("NotFoundException", "Topic does not exist", 404);
}

/** What SNS gives a topic that was created without a policy: the account's own principals. */
export function defaultPolicy(topicArn: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: topicArn,
        Condition: { StringEquals: { "AWS:SourceOwner": ACCOUNT_ID } },
      },
    ],
  });
}
