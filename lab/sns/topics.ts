/** Topics and subscriptions: what SNS remembers, and its errors. */
import { ACCOUNT_ID, AwsError } from "../service.ts";

export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** `DisplayName` and the like, as set; defaults are added when read. */
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
  deletedSubscriptions: number;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** A pending subscription gets nothing: nobody reads the lab's mail to confirm it. */
  readonly confirmed: boolean;
  rawDelivery: boolean;
}

export const PROTOCOLS = ["lambda", "http", "https", "email", "email-json"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

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

/** The delivery policy for HTTP of topics that have none (developer guide). */
export const DEFAULT_DELIVERY = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: "linear",
} as const;
