/** DynamoDB: on-demand tables with a simple or composite key, and expressions over their items. */
import type { LabCore, LabService, Operation } from "../service.ts";
import { ServiceName } from "../service.ts";
import { batchOperations } from "./batchOperations.ts";
import { itemOperations } from "./itemOperations.ts";
import { readOperations } from "./readOperations.ts";
import { settingsOperations } from "./settingsOperations.ts";
import { Tables, tableArn } from "./table.ts";
import { tableOperations } from "./tableOperations.ts";

export class DynamoDb implements LabService {
  readonly name = ServiceName.DynamoDb;
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(core: LabCore) {
    const tables = new Tables(core.clock);
    this.operations = {
      ...tableOperations(core, tables),
      ...settingsOperations(core, tables),
      ...itemOperations(tables),
      ...readOperations(tables),
      ...batchOperations(tables),
    };
  }

  /** Every operation on tables is authorised by their ARNs; ListTables by none. */
  resourcesOf(_operation: string, input: Record<string, unknown>): readonly string[] {
    const { TableName: name, ResourceArn: resourceArn, RequestItems: items } = input;
    if (typeof name === "string") return [tableArn(name)];
    if (typeof items === "object" && items !== null) return Object.keys(items).map(tableArn);
    return typeof resourceArn === "string" ? [resourceArn] : ["*"];
  }
}
