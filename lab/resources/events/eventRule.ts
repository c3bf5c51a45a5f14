/** aws:cloudwatch/eventRule:EventRule */
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type RuleState,
} from "@aws-sdk/client-eventbridge";
import { boolean, json, map, text, words, type InputsOf } from "../shape.ts";
import { tagChange, tagList, tagMap, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";
import { DEFAULT_BUS, ruleId, ruleOf } from "./ids.ts";

const GONE = ["ResourceNotFoundException"];
const INPUTS = {
  name: text,
  description: text,
  eventBusName: text,
  eventPattern: json,
  scheduleExpression: text,
  state: words<RuleState>(),
  forceDestroy: boolean,
  tags: map(text),
} as const;

function rule(inputs: InputsOf<typeof INPUTS>) {
  return {
    Name: inputs.name,
    EventBusName: inputs.eventBusName,
    EventPattern: inputs.eventPattern,
    ScheduleExpression: inputs.scheduleExpression,
    Description: inputs.description,
    State: inputs.state,
  };
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const events = await context.clients.events();
  const { Rule: Name, EventBusName } = ruleOf(id);
  return unless(GONE, async () => {
    const found = await events.send(new DescribeRuleCommand({ Name, EventBusName }));
    const { Tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN: found.Arn }));
    return withoutNulls({
      arn: found.Arn,
      name: found.Name,
      description: found.Description,
      eventBusName: found.EventBusName,
      eventPattern: found.EventPattern,
      scheduleExpression: found.ScheduleExpression,
      state: found.State,
      isEnabled: found.State === "ENABLED",
      region: context.region,
      ...tagOutputs(tagMap(Tags)),
    });
  });
}

export const eventRule = defineResource({
  token: "aws:cloudwatch/eventRule:EventRule",
  inputs: INPUTS,
  defaults: { eventBusName: DEFAULT_BUS, forceDestroy: false, state: "ENABLED" },
  autoname: { property: "name", maxLength: 64 },
  replaceOn: ["name", "eventBusName"],
  check(inputs) {
    const { eventPattern, scheduleExpression } = inputs;
    if (eventPattern !== undefined || scheduleExpression !== undefined) return [];
    return [{ property: "eventPattern", reason: "or scheduleExpression is required" }];
  },
  async create(inputs, context) {
    const events = await context.clients.events();
    await events.send(new PutRuleCommand({ ...rule(inputs), Tags: tagList(inputs.tags) }));
    const id = ruleId(inputs.eventBusName, inputs.name);
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const events = await context.clients.events();
    if (JSON.stringify(rule(olds)) !== JSON.stringify(rule(news))) {
      await events.send(new PutRuleCommand(rule(news)));
    }
    const ResourceARN = textOf(outputs["arn"]);
    const { set, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: [...removed] }));
    }
    if (Object.keys(set).length > 0) {
      await events.send(new TagResourceCommand({ ResourceARN, Tags: tagList(set) }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, { inputs }, context) {
    const events = await context.clients.events();
    const { Rule, EventBusName } = ruleOf(id);
    await unless(GONE, async () => {
      if (inputs.forceDestroy) {
        const { Targets = [] } = await events.send(
          new ListTargetsByRuleCommand({ Rule, EventBusName }),
        );
        const Ids = Targets.map((target) => target.Id ?? "");
        if (Ids.length > 0)
          await events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids }));
      }
      await events.send(new DeleteRuleCommand({ Name: Rule, EventBusName }));
    });
  },
});
