/** aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig */
import {
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { type InputsOf, number, object, required, text } from "../shape.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { unlessRoleIsNew } from "./newRole.ts";

const DESTINATION = object({ destination: required(text) });
const INPUTS = {
  functionName: required(text),
  qualifier: text,
  maximumEventAgeInSeconds: number,
  maximumRetryAttempts: number,
  destinationConfig: object({ onSuccess: DESTINATION, onFailure: DESTINATION }),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = ["ResourceNotFoundException"];

/** The id is `NAME` or `NAME:QUALIFIER`, where the name may be an ARN. */
function named(id: string): { FunctionName: string; Qualifier?: string } {
  const [, FunctionName = id, Qualifier] =
    /^((?:arn:aws:lambda:[^:]+:\d+:function:)?[^:]+)(?::(.+))?$/.exec(id) ?? [];
  return { FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) };
}

/** Puts the whole: what is left out goes back to AWS's default. */
async function put(id: string, inputs: Inputs, context: Context): Promise<void> {
  const lambda = await context.clients.lambda();
  const { onSuccess, onFailure } = inputs.destinationConfig ?? {};
  await eventually(`${inputs.functionName} may send to its destinations`, context, () =>
    unlessRoleIsNew(async () => {
      await lambda.send(
        new PutFunctionEventInvokeConfigCommand({
          ...named(id),
          MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
          MaximumRetryAttempts: inputs.maximumRetryAttempts,
          DestinationConfig: {
            ...(onSuccess && { OnSuccess: { Destination: onSuccess.destination } }),
            ...(onFailure && { OnFailure: { Destination: onFailure.destination } }),
          },
        }),
      );
      return true;
    }),
  );
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const lambda = await context.clients.lambda();
  const found = await unless(GONE, () =>
    lambda.send(new GetFunctionEventInvokeConfigCommand(named(id))),
  );
  if (!found) return undefined;
  return withoutNulls({
    maximumEventAgeInSeconds: found.MaximumEventAgeInSeconds,
    maximumRetryAttempts: found.MaximumRetryAttempts,
    region: context.region,
  });
}

export const functionEventInvokeConfig = defineResource({
  token: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  inputs: INPUTS,
  defaults: { maximumRetryAttempts: 2 },
  replaceOn: ["functionName", "qualifier"],
  async create(inputs, context) {
    const { functionName, qualifier } = inputs;
    const id = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
    await put(id, inputs, context);
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, news }, context) {
    await put(id, news, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const lambda = await context.clients.lambda();
    await unless(GONE, () => lambda.send(new DeleteFunctionEventInvokeConfigCommand(named(id))));
  },
});
