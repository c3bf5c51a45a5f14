/** aws:lambda/function:Function, from a zip archive. */
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type Architecture,
  type LambdaClient,
  type Runtime,
} from "@aws-sdk/client-lambda";
import { archiveBytes } from "../assets.ts";
import {
  archive,
  type InputsOf,
  list,
  map,
  number,
  object,
  required,
  text,
  words,
} from "../shape.ts";
import { tagChange, tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { textOf, sameValue, withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { unlessRoleIsNew } from "./newRole.ts";

const INPUTS = {
  name: text,
  role: required(text),
  code: required(archive),
  handler: required(text),
  runtime: required(words<Runtime>()),
  architectures: list(words<Architecture>()),
  deadLetterConfig: object({ targetArn: required(text) }),
  description: text,
  environment: object({ variables: map(text) }),
  memorySize: number,
  timeout: number,
  reservedConcurrentExecutions: number,
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = ["ResourceNotFoundException"];
/** No reservation: the function shares the account's concurrency. */
const UNRESERVED = -1;

async function describe(name: string, context: Context) {
  const lambda = await context.clients.lambda();
  return unless(GONE, () => lambda.send(new GetFunctionCommand({ FunctionName: name })));
}

/** Pending after creation and while an update is taken in: nothing else may be changed then. */
async function ready(name: string, context: Context): Promise<void> {
  await eventually(`function ${name} is active`, context, async () => {
    const answer = await describe(name, context);
    const { State, LastUpdateStatus, StateReason } = answer?.Configuration ?? {};
    if (State === "Failed") throw new Error(`function ${name} failed: ${StateReason}`);
    const done = LastUpdateStatus === undefined || LastUpdateStatus === "Successful";
    return State !== "Pending" && done ? true : undefined;
  });
}

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const answer = await describe(name, context);
  const found = answer?.Configuration;
  if (!found) return undefined;
  const arn = found.FunctionArn ?? "";
  const qualifiedArn = `${arn}:${found.Version ?? "$LATEST"}`;
  const invokeArn = (function_: string): string =>
    `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${function_}/invocations`;
  return withoutNulls({
    arn,
    name: found.FunctionName,
    role: found.Role,
    invokeArn: invokeArn(arn),
    qualifiedArn,
    qualifiedInvokeArn: invokeArn(qualifiedArn),
    version: found.Version,
    lastModified: found.LastModified,
    codeSha256: found.CodeSha256,
    sourceCodeHash: found.CodeSha256,
    sourceCodeSize: found.CodeSize,
    architectures: found.Architectures,
    memorySize: found.MemorySize,
    timeout: found.Timeout,
    packageType: found.PackageType ?? "Zip",
    reservedConcurrentExecutions: answer?.Concurrency?.ReservedConcurrentExecutions ?? UNRESERVED,
    region: context.region,
    ...tagOutputs(answer?.Tags),
  });
}

function configuration(inputs: Inputs) {
  return {
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime,
    Description: inputs.description ?? "",
    MemorySize: inputs.memorySize,
    Timeout: inputs.timeout,
    Environment: { Variables: inputs.environment?.variables ?? {} },
    // An empty ARN takes one away that was there.
    DeadLetterConfig: { TargetArn: inputs.deadLetterConfig?.targetArn ?? "" },
  };
}

async function reserve(
  lambda: LambdaClient,
  name: string,
  concurrency: number | undefined,
): Promise<void> {
  if (concurrency === undefined || concurrency === UNRESERVED) {
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
    return;
  }
  await lambda.send(
    new PutFunctionConcurrencyCommand({
      FunctionName: name,
      ReservedConcurrentExecutions: concurrency,
    }),
  );
}

export const lambdaFunction = defineResource({
  token: "aws:lambda/function:Function",
  inputs: INPUTS,
  defaults: { memorySize: 128, timeout: 3 },
  autoname: { property: "name", maxLength: 64 },
  replaceOn: ["name", "architectures"],
  volatile: [
    "codeSha256",
    "lastModified",
    "qualifiedArn",
    "qualifiedInvokeArn",
    "sourceCodeHash",
    "sourceCodeSize",
    "version",
  ],
  async create(inputs, context) {
    const lambda = await context.clients.lambda();
    const id = inputs.name ?? "";
    const ZipFile = await archiveBytes(inputs.code);
    await eventually(`Lambda may assume ${inputs.role}`, context, () =>
      unlessRoleIsNew(async () => {
        await lambda.send(
          new CreateFunctionCommand({
            FunctionName: id,
            ...configuration(inputs),
            Code: { ZipFile },
            ...(inputs.architectures ? { Architectures: inputs.architectures } : {}),
            ...(inputs.tags ? { Tags: inputs.tags } : {}),
          }),
        );
        return true;
      }),
    );
    try {
      await ready(id, context);
      const concurrency = inputs.reservedConcurrentExecutions ?? UNRESERVED;
      if (concurrency !== UNRESERVED) await reserve(lambda, id, concurrency);
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, {}, error);
    }
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const lambda = await context.clients.lambda();
    if (JSON.stringify(configuration(olds)) !== JSON.stringify(configuration(news))) {
      await eventually(`Lambda may assume ${news.role}`, context, () =>
        unlessRoleIsNew(async () => {
          await lambda.send(
            new UpdateFunctionConfigurationCommand({ FunctionName: id, ...configuration(news) }),
          );
          return true;
        }),
      );
      await ready(id, context);
    }
    if (!sameValue(olds.code, news.code)) {
      const ZipFile = await archiveBytes(news.code);
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: id, ZipFile }));
      await ready(id, context);
    }
    if (olds.reservedConcurrentExecutions !== news.reservedConcurrentExecutions) {
      await reserve(lambda, id, news.reservedConcurrentExecutions);
    }
    const Resource = textOf(outputs["arn"]);
    const { set, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await lambda.send(new UntagResourceCommand({ Resource, TagKeys: [...removed] }));
    }
    if (Object.keys(set).length > 0) {
      await lambda.send(new TagResourceCommand({ Resource, Tags: { ...set } }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const lambda = await context.clients.lambda();
    await unless(GONE, () => lambda.send(new DeleteFunctionCommand({ FunctionName: id })));
  },
});
