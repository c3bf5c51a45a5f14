/** aws:lb/listener:Listener */
import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  ModifyListenerCommand,
  type ProtocolEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { map, number, required, text, words } from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";
import { ACTIONS, toAction } from "./actions.ts";
import { changeTags, readTags, tagsOnCreate } from "./tagging.ts";

export async function describeListener(arn: string, context: Context) {
  const elbv2 = await context.clients.elbv2();
  return unless(["ListenerNotFoundException"], async () => {
    const command = new DescribeListenersCommand({ ListenerArns: [arn] });
    return (await elbv2.send(command)).Listeners?.[0];
  });
}

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const listener = await describeListener(arn, context);
  if (!listener) return undefined;
  return withoutNulls({
    arn,
    loadBalancerArn: listener.LoadBalancerArn,
    port: listener.Port,
    protocol: listener.Protocol,
    sslPolicy: listener.SslPolicy ?? "",
    region: context.region,
    ...tagOutputs(await readTags(arn, context)),
  });
}

export const listener = defineResource({
  token: "aws:lb/listener:Listener",
  inputs: {
    loadBalancerArn: required(text),
    port: number,
    protocol: words<ProtocolEnum>(),
    defaultActions: required(ACTIONS),
    tags: map(text),
  },
  replaceOn: ["loadBalancerArn"],
  check(inputs) {
    const actions = inputs["defaultActions"];
    if (!Array.isArray(actions) || actions.length === 1) return [];
    const reason = `must hold exactly one action, not ${actions.length}`;
    return [{ property: "defaultActions", reason }];
  },
  async create(inputs, context) {
    const elbv2 = await context.clients.elbv2();
    const answer = await elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: inputs.loadBalancerArn,
        Port: inputs.port,
        Protocol: inputs.protocol,
        DefaultActions: inputs.defaultActions.map(toAction),
        ...tagsOnCreate(inputs.tags),
      }),
    );
    const id = answer.Listeners?.[0]?.ListenerArn ?? "";
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    const elbv2 = await context.clients.elbv2();
    // An action that is the same here is left out: another writer may own it by now.
    const actions =
      JSON.stringify(olds.defaultActions) === JSON.stringify(news.defaultActions)
        ? {}
        : { DefaultActions: news.defaultActions.map(toAction) };
    const front =
      olds.port === news.port && olds.protocol === news.protocol
        ? {}
        : { Port: news.port, Protocol: news.protocol };
    const change = { ...actions, ...front };
    if (Object.keys(change).length > 0) {
      await elbv2.send(new ModifyListenerCommand({ ListenerArn: id, ...change }));
    }
    await changeTags(id, olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const elbv2 = await context.clients.elbv2();
    await unless(["ListenerNotFoundException"], () =>
      elbv2.send(new DeleteListenerCommand({ ListenerArn: id })),
    );
  },
});
