/** CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables. On-demand tables only. */
import { randomUUID } from "node:crypto";

import type * as Sdk from "@aws-sdk/client-dynamodb";

import type { LabCore, Operation } from "../service.ts";
import { AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { constraint, invalidParameter, validation } from "./errors.ts";
import type { KeyAttribute, KeySchema } from "./keys.ts";
import { keyAttributes } from "./keys.ts";
import type { Table, Tables } from "./table.ts";
import { checkName, newTable } from "./table.ts";
import { setTags } from "./settingsOperations.ts";

export function tableOperations(core: LabCore, tables: Tables): Record<string, Operation> {
  return {
    CreateTable: (input: Sdk.CreateTableInput): Sdk.CreateTableOutput => {
      refuseUnsupported("CreateTable", input, [
        "AttributeDefinitions",
        "TableName",
        "KeySchema",
        "BillingMode",
        "ProvisionedThroughput",
        "SSESpecification",
        "StreamSpecification",
        "TableClass",
        "DeletionProtectionEnabled",
        "Tags",
      ]);
      refuseSettings("CreateTable", input);
      const name = checkName(input.TableName);
      const schema = keySchema(input);
      if (tables.find(name)) {
        throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
      }
      const table = newTable(
        name,
        schema,
        core.clock.now(),
        randomUUID(),
        input.DeletionProtectionEnabled ?? false,
      );
      setTags(table, input.Tags);
      tables.add(table);
      return { TableDescription: describe(tables, table) };
    },

    DescribeTable: (input: Sdk.DescribeTableInput): Sdk.DescribeTableOutput => ({
      Table: describe(tables, tables.named(input.TableName)),
    }),

    UpdateTable: (input: Sdk.UpdateTableInput): Sdk.UpdateTableOutput => {
      refuseUnsupported("UpdateTable", input, [
        "TableName",
        "BillingMode",
        "DeletionProtectionEnabled",
        "TableClass",
      ]);
      refuseSettings("UpdateTable", {
        ...input,
        BillingMode: input.BillingMode ?? "PAY_PER_REQUEST",
      });
      const table = tables.named(input.TableName);
      refuseUnlessActive(tables, table);
      if (input.DeletionProtectionEnabled !== undefined) {
        table.deletionProtection = input.DeletionProtectionEnabled;
      }
      return { TableDescription: describe(tables, table) };
    },

    DeleteTable: (input: Sdk.DeleteTableInput): Sdk.DeleteTableOutput => {
      const table = tables.named(input.TableName);
      if (table.deletionProtection) {
        throw validation(
          "Resource cannot be deleted as it is currently protected against deletion. " +
            "Disable deletion protection first.",
        );
      }
      refuseUnlessActive(tables, table);
      table.deletedAtMs = core.clock.now();
      return { TableDescription: describe(tables, table) };
    },

    ListTables: (input: Sdk.ListTablesInput): Sdk.ListTablesOutput => {
      const limit = input.Limit ?? 100;
      if (limit < 1 || limit > 100) {
        throw constraint(`'${limit}'`, "limit", "Member must have value between 1 and 100");
      }
      const after = input.ExclusiveStartTableName ?? "";
      const names = tables
        .list()
        .map((table) => table.name)
        .filter((name) => name > after);
      const page = names.slice(0, limit);
      const last = page.at(-1);
      return {
        TableNames: page,
        ...(names.length > limit && last !== undefined ? { LastEvaluatedTableName: last } : {}),
      };
    },
  };
}

/** Settings that AWS takes and the lab has no behaviour for, unless they ask for the default. */
function refuseSettings(operation: string, input: Partial<Sdk.CreateTableInput>): void {
  if (input.BillingMode !== "PAY_PER_REQUEST") {
    throw notImplemented(operation, "provisioned capacity: set BillingMode to PAY_PER_REQUEST");
  }
  if (input.ProvisionedThroughput) {
    throw invalidParameter(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  if (input.StreamSpecification?.StreamEnabled === true) {
    throw notImplemented(operation, "the parameter StreamSpecification");
  }
  if (input.SSESpecification?.Enabled === true) {
    throw notImplemented(operation, "the parameter SSESpecification");
  }
  if ((input.TableClass ?? "STANDARD") !== "STANDARD") {
    throw notImplemented(operation, `the table class ${input.TableClass}`);
  }
}

function keySchema(input: Sdk.CreateTableInput): KeySchema {
  const [hash, range, ...more] = input.KeySchema ?? [];
  if (hash?.KeyType !== "HASH" || more.length > 0 || (range && range.KeyType !== "RANGE")) {
    throw validation(
      "Invalid KeySchema: The first KeySchemaElement is not a HASH key type, " +
        "or the second is not a RANGE key type",
    );
  }
  const definitions = new Map(
    (input.AttributeDefinitions ?? []).map((one) => [one.AttributeName, one.AttributeType]),
  );
  const attribute = (name: string | undefined): KeyAttribute => {
    const type = definitions.get(name);
    if (name === undefined || type === undefined) {
      throw invalidParameter(
        "Some index key attributes are not defined in AttributeDefinitions. " +
          `Keys: [${name}], AttributeDefinitions: [${[...definitions.keys()].join(", ")}]`,
      );
    }
    if (type !== "S" && type !== "N" && type !== "B") {
      const rule = "Member must satisfy enum value set: [B, N, S]";
      throw constraint(`'${String(type)}'`, "attributeDefinitions.member.attributeType", rule);
    }
    return { name, type };
  };
  const schema = {
    hash: attribute(hash.AttributeName),
    range: range && attribute(range.AttributeName),
  };
  if (schema.hash.name === schema.range?.name) {
    throw validation(
      "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    );
  }
  if (definitions.size !== keyAttributes(schema).length) {
    throw invalidParameter(
      "Number of attributes in KeySchema does not exactly match number of attributes " +
        "defined in AttributeDefinitions",
    );
  }
  return schema;
}

function refuseUnlessActive(tables: Tables, table: Table): void {
  const status = tables.status(table);
  if (status === "ACTIVE") return;
  throw new AwsError(
    "ResourceInUseException",
    `Attempt to change a resource which is still in use: Table is being ${
      status === "CREATING" ? "created" : "deleted"
    }: ${table.name}`,
  );
}

/** Counts are live; AWS refreshes them about every six hours. */
function describe(tables: Tables, table: Table): Sdk.TableDescription {
  const keys = keyAttributes(table.schema);
  return {
    TableName: table.name,
    TableId: table.id,
    TableArn: table.arn,
    TableStatus: tables.status(table),
    CreationDateTime: new Date(table.createdAtMs),
    AttributeDefinitions: keys.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keys.map(({ name }, index) => ({
      AttributeName: name,
      KeyType: index === 0 ? "HASH" : "RANGE",
    })),
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    },
    BillingModeSummary: {
      BillingMode: "PAY_PER_REQUEST",
      LastUpdateToPayPerRequestDateTime: new Date(table.createdAtMs),
    },
    ItemCount: table.rows.count,
    TableSizeBytes: table.rows.sizeBytes,
    DeletionProtectionEnabled: table.deletionProtection,
  };
}
