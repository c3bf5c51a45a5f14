/** aws:dynamodb/table:Table, without indexes, streams and replicas. */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type BillingMode,
  type ScalarAttributeType,
} from "@aws-sdk/client-dynamodb";
import {
  boolean,
  type InputsOf,
  map,
  number,
  object,
  required,
  set,
  text,
  words,
} from "../shape.ts";
import { tagChange, tagList, tagMap, tagOutputs } from "../tags.ts";
import { defineResource, SettlingError, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";

const INPUTS = {
  name: text,
  attributes: required(
    set(object({ name: required(text), type: required(words<ScalarAttributeType>()) })),
  ),
  hashKey: required(text),
  rangeKey: text,
  billingMode: words<BillingMode>(),
  readCapacity: number,
  writeCapacity: number,
  deletionProtectionEnabled: boolean,
  ttl: object({ attributeName: text, enabled: boolean }),
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

const GONE = ["ResourceNotFoundException"];

async function describe(name: string, context: Context) {
  const dynamodb = await context.clients.dynamodb();
  return unless(GONE, async () => {
    return (await dynamodb.send(new DescribeTableCommand({ TableName: name }))).Table;
  });
}

async function active(name: string, context: Context): Promise<void> {
  await eventually(`table ${name} is active`, context, async () =>
    (await describe(name, context))?.TableStatus === "ACTIVE" ? true : undefined,
  );
}

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const dynamodb = await context.clients.dynamodb();
  const table = await describe(name, context);
  if (!table) return undefined;
  const ResourceArn = table.TableArn ?? "";
  const { TimeToLiveDescription: ttl } = await dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  const { Tags } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
  return withoutNulls({
    arn: table.TableArn,
    name,
    hashKey: table.KeySchema?.find((key) => key.KeyType === "HASH")?.AttributeName,
    rangeKey: table.KeySchema?.find((key) => key.KeyType === "RANGE")?.AttributeName,
    attributes: (table.AttributeDefinitions ?? []).map((attribute) => ({
      name: attribute.AttributeName ?? "",
      type: attribute.AttributeType ?? "",
    })),
    billingMode: table.BillingModeSummary?.BillingMode ?? "PROVISIONED",
    readCapacity: table.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    writeCapacity: table.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    deletionProtectionEnabled: table.DeletionProtectionEnabled ?? false,
    streamArn: table.LatestStreamArn ?? "",
    streamLabel: table.LatestStreamLabel ?? "",
    ttl: {
      attributeName: ttl?.AttributeName ?? "",
      enabled: ttl?.TimeToLiveStatus === "ENABLED" || ttl?.TimeToLiveStatus === "ENABLING",
    },
    region: context.region,
    ...tagOutputs(tagMap(Tags)),
  });
}

function capacity(inputs: Inputs) {
  const BillingMode = inputs.billingMode ?? "PROVISIONED";
  if (BillingMode !== "PROVISIONED") return { BillingMode };
  return {
    BillingMode,
    ProvisionedThroughput: {
      ReadCapacityUnits: inputs.readCapacity ?? 0,
      WriteCapacityUnits: inputs.writeCapacity ?? 0,
    },
  };
}

async function setTtl(name: string, ttl: Inputs["ttl"], context: Context): Promise<void> {
  const dynamodb = await context.clients.dynamodb();
  await dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: {
        AttributeName: ttl?.attributeName,
        Enabled: ttl?.enabled ?? false,
      },
    }),
  );
}

export const table = defineResource({
  token: "aws:dynamodb/table:Table",
  inputs: INPUTS,
  defaults: { billingMode: "PROVISIONED" },
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name", "hashKey", "rangeKey", "attributes"],
  async create(inputs, context) {
    const dynamodb = await context.clients.dynamodb();
    const id = inputs.name ?? "";
    const range = inputs.rangeKey
      ? [{ AttributeName: inputs.rangeKey, KeyType: "RANGE" as const }]
      : [];
    await dynamodb.send(
      new CreateTableCommand({
        TableName: id,
        AttributeDefinitions: inputs.attributes.map(({ name, type }) => ({
          AttributeName: name,
          AttributeType: type,
        })),
        KeySchema: [{ AttributeName: inputs.hashKey, KeyType: "HASH" }, ...range],
        ...capacity(inputs),
        ...(inputs.deletionProtectionEnabled ? { DeletionProtectionEnabled: true } : {}),
        ...(inputs.tags ? { Tags: tagList(inputs.tags) } : {}),
      }),
    );
    try {
      await active(id, context);
      if (inputs.ttl?.enabled) await setTtl(id, inputs.ttl, context);
      return { id, outputs: (await read(id, context)) ?? {} };
    } catch (error) {
      throw new SettlingError(id, {}, error);
    }
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const dynamodb = await context.clients.dynamodb();
    const change = {
      ...(JSON.stringify(capacity(olds)) === JSON.stringify(capacity(news)) ? {} : capacity(news)),
      ...(olds.deletionProtectionEnabled === news.deletionProtectionEnabled
        ? {}
        : { DeletionProtectionEnabled: news.deletionProtectionEnabled ?? false }),
    };
    if (Object.keys(change).length > 0) {
      await dynamodb.send(new UpdateTableCommand({ TableName: id, ...change }));
      await active(id, context);
    }
    if (JSON.stringify(olds.ttl) !== JSON.stringify(news.ttl)) {
      const off = { ...olds.ttl, enabled: false };
      await setTtl(id, news.ttl ?? off, context);
    }
    const ResourceArn = textOf(outputs["arn"]);
    const { set: tags, removed } = tagChange(olds.tags, news.tags);
    if (removed.length > 0) {
      await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: [...removed] }));
    }
    if (Object.keys(tags).length > 0) {
      await dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: tagList(tags) }));
    }
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const dynamodb = await context.clients.dynamodb();
    await unless(GONE, () => dynamodb.send(new DeleteTableCommand({ TableName: id })));
    await eventually(`table ${id} is gone`, context, async () =>
      (await describe(id, context)) ? undefined : true,
    );
  },
});
