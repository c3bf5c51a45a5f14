/** aws:cloudwatch/eventTarget:EventTarget, one target of a rule. */
import {
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { map, number, object, required, text, type InputsOf } from "../shape.ts";
import { defineResource, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { unless } from "../waiting.ts";
import { DEFAULT_BUS } from "./ids.ts";

const GONE = ["ResourceNotFoundException"];
const INPUTS = {
  rule: required(text),
  arn: required(text),
  eventBusName: text,
  targetId: text,
  input: text,
  inputPath: text,
  inputTransformer: object({ inputPaths: map(text), inputTemplate: required(text) }),
  retryPolicy: object({ maximumEventAgeInSeconds: number, maximumRetryAttempts: number }),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

function targetOf(inputs: Inputs): Target {
  const { inputTransformer, retryPolicy } = inputs;
  return {
    Id: inputs.targetId,
    Arn: inputs.arn,
    Input: inputs.input,
    InputPath: inputs.inputPath,
    ...(inputTransformer && {
      InputTransformer: {
        InputPathsMap: inputTransformer.inputPaths,
        InputTemplate: inputTransformer.inputTemplate,
      },
    }),
    ...(retryPolicy && {
      RetryPolicy: {
        MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
        MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
      },
    }),
  };
}

async function put(inputs: Inputs, context: Context): Promise<void> {
  const events = await context.clients.events();
  const { FailedEntries: [failed] = [] } = await events.send(
    new PutTargetsCommand({
      Rule: inputs.rule,
      EventBusName: inputs.eventBusName,
      Targets: [targetOf(inputs)],
    }),
  );
  if (failed) throw new Error(`${failed.ErrorCode}: ${failed.ErrorMessage}`);
}

/** `known` says where the target is: its id is made of names that may hold its separator. */
async function read(known: Properties, context: Context): Promise<Properties | undefined> {
  const events = await context.clients.events();
  const EventBusName = textOf(known["eventBusName"]) || DEFAULT_BUS;
  const Rule = textOf(known["rule"]);
  const answer = await unless(GONE, () =>
    events.send(new ListTargetsByRuleCommand({ Rule, EventBusName })),
  );
  const found = answer?.Targets?.find((target) => target.Id === known["targetId"]);
  if (!found) return undefined;
  return withoutNulls({
    arn: found.Arn,
    rule: Rule,
    eventBusName: EventBusName,
    targetId: found.Id,
    input: found.Input,
    inputPath: found.InputPath,
    region: context.region,
  });
}

export const eventTarget = defineResource({
  token: "aws:cloudwatch/eventTarget:EventTarget",
  inputs: INPUTS,
  defaults: { eventBusName: DEFAULT_BUS },
  autoname: { property: "targetId", maxLength: 64 },
  replaceOn: ["rule", "eventBusName", "targetId"],
  async create(inputs, context) {
    await put(inputs, context);
    const { rule, eventBusName = DEFAULT_BUS, targetId = "" } = inputs;
    const id = [eventBusName === DEFAULT_BUS ? [] : eventBusName, rule, targetId].flat().join("-");
    return { id, outputs: (await read({ rule, eventBusName, targetId }, context)) ?? {} };
  },
  read: (_id, context, known) => read(known, context),
  async update({ news, outputs }, context) {
    await put(news, context);
    return (await read(outputs, context)) ?? {};
  },
  async delete(_id, { inputs }, context) {
    const events = await context.clients.events();
    await unless(GONE, () =>
      events.send(
        new RemoveTargetsCommand({
          Rule: inputs.rule,
          EventBusName: inputs.eventBusName,
          Ids: [inputs.targetId ?? ""],
        }),
      ),
    );
  },
});
