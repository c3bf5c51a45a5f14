/** aws:sns/topicSubscription:TopicSubscription */
import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { boolean, type InputsOf, json, number, required, text } from "../shape.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";

const INPUTS = {
  topic: required(text),
  protocol: required(text),
  endpoint: required(text),
  confirmationTimeoutInMinutes: number,
  deliveryPolicy: json,
  endpointAutoConfirms: boolean,
  filterPolicy: json,
  filterPolicyScope: text,
  rawMessageDelivery: boolean,
  redrivePolicy: json,
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = ["NotFoundException"];

function attributes(inputs: Inputs): Record<string, string> {
  const all = {
    FilterPolicyScope: inputs.filterPolicyScope,
    FilterPolicy: inputs.filterPolicy,
    DeliveryPolicy: inputs.deliveryPolicy,
    RedrivePolicy: inputs.redrivePolicy,
    RawMessageDelivery:
      inputs.rawMessageDelivery === undefined ? undefined : String(inputs.rawMessageDelivery),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What an attribute is set to when the program leaves it out. */
const CLEARED: Readonly<Record<string, string>> = {
  FilterPolicyScope: "MessageAttributes",
  RawMessageDelivery: "false",
};

/** A policy is checked by the scope that is set, and a scope by the policy: the wider comes first. */
function changeOrder({ filterPolicyScope }: Inputs): string[] {
  const filter = ["FilterPolicyScope", "FilterPolicy"];
  const ordered = filterPolicyScope === "MessageBody" ? filter : filter.toReversed();
  return [...ordered, "DeliveryPolicy", "RedrivePolicy", "RawMessageDelivery"];
}

async function describe(arn: string, context: Context) {
  const sns = await context.clients.sns();
  const answer = await unless(GONE, () =>
    sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn })),
  );
  return answer?.Attributes;
}

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const found = await describe(arn, context);
  if (!found) return undefined;
  return withoutNulls({
    arn,
    topic: found["TopicArn"],
    protocol: found["Protocol"],
    endpoint: found["Endpoint"],
    ownerId: found["Owner"],
    filterPolicyScope: found["FilterPolicyScope"],
    confirmationWasAuthenticated: found["ConfirmationWasAuthenticated"] === "true",
    pendingConfirmation: found["PendingConfirmation"] === "true",
    rawMessageDelivery: found["RawMessageDelivery"] === "true",
    region: context.region,
  });
}

/** Only an endpoint that confirms by itself is waited for. */
async function confirmed(arn: string, context: Context): Promise<void> {
  await eventually(`subscription ${arn} is confirmed`, context, async () => {
    const found = await describe(arn, context);
    return found?.["PendingConfirmation"] === "false" ? true : undefined;
  });
}

export const topicSubscription = defineResource({
  token: "aws:sns/topicSubscription:TopicSubscription",
  inputs: INPUTS,
  defaults: {
    confirmationTimeoutInMinutes: 1,
    endpointAutoConfirms: false,
    rawMessageDelivery: false,
  },
  replaceOn: ["topic", "protocol", "endpoint"],
  volatile: ["pendingConfirmation", "confirmationWasAuthenticated"],
  async create(inputs, context) {
    const sns = await context.clients.sns();
    const { SubscriptionArn: id = "" } = await sns.send(
      new SubscribeCommand({
        TopicArn: inputs.topic,
        Protocol: inputs.protocol,
        Endpoint: inputs.endpoint,
        Attributes: attributes(inputs),
        ReturnSubscriptionArn: true,
      }),
    );
    try {
      if (inputs.endpointAutoConfirms) await confirmed(id, context);
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, {}, error);
    }
  },
  read,
  async update({ id, olds, news }, context) {
    const sns = await context.clients.sns();
    const before = attributes(olds);
    const after = attributes(news);
    for (const name of changeOrder(news)) {
      if (before[name] === after[name]) continue;
      await sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn: id,
          AttributeName: name,
          AttributeValue: after[name] ?? CLEARED[name] ?? "",
        }),
      );
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const sns = await context.clients.sns();
    await unless(GONE, () => sns.send(new UnsubscribeCommand({ SubscriptionArn: id })));
  },
});
