/** aws:sns/topicPolicy:TopicPolicy, the one access policy that a topic has. */
import { GetTopicAttributesCommand, SetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { json, required, text } from "../shape.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";

async function put(arn: string, policy: string, context: Context): Promise<void> {
  const sns = await context.clients.sns();
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: arn,
      AttributeName: "Policy",
      AttributeValue: policy,
    }),
  );
}

const DEFAULT_ID = "__default_policy_ID";

/** A topic with the policy that SNS gives every topic has none of its own. */
async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const sns = await context.clients.sns();
  const answer = await unless(["NotFoundException"], () =>
    sns.send(new GetTopicAttributesCommand({ TopicArn: arn })),
  );
  if (!answer) return undefined;
  const { Policy = "{}", Owner } = answer.Attributes ?? {};
  const { Id }: { Id?: string } = JSON.parse(Policy);
  if (Id === DEFAULT_ID) return undefined;
  return withoutNulls({ arn, policy: Policy, owner: Owner, region: context.region });
}

export const topicPolicy = defineResource({
  token: "aws:sns/topicPolicy:TopicPolicy",
  inputs: { arn: required(text), policy: required(json) },
  replaceOn: ["arn"],
  async create({ arn, policy }, context) {
    await put(arn, policy, context);
    return { id: arn, outputs: (await read(arn, context)) ?? {} };
  },
  read,
  async update({ id, news }, context) {
    await put(id, news.policy, context);
    return (await read(id, context)) ?? {};
  },
  /** A topic is never without a policy: the one that it was made with comes back. */
  async delete(id, { outputs }, context) {
    const account = id.split(":")[4] ?? "";
    const statement = {
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
      Resource: id,
      Condition: { StringEquals: { "AWS:SourceOwner": outputs["owner"] ?? account } },
    };
    const policy = { Version: "2008-10-17", Id: DEFAULT_ID, Statement: [statement] };
    await unless(["NotFoundException"], () => put(id, JSON.stringify(policy), context));
  },
});
