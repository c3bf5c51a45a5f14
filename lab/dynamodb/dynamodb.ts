/** DynamoDB: on-demand tables with a simple or composite key, and expressions over their items. */
import type { LabCore, LabService, Operation } from "../service.ts";
import { ServiceName } from "../service.ts";
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
    };
  }

  /** Every operation on a table is authorised by the table's ARN; ListTables by none. */
  resourcesOf(_operation: string, input: Record<string, unknown>): readonly string[] {
    const { TableName: name, ResourceArn: resourceArn } = input;
    if (typeof name === "string") return [tableArn(name)];
    return typeof resourceArn === "string" ? [resourceArn] : ["*"];
  }
}
