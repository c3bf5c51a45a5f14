/** aws:lambda/permission:Permission, one statement of a function's resource policy. */
import {
  AddPermissionCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { required, text } from "../shape.ts";
import { defineResource } from "../types.ts";
import { textOf } from "../values.ts";
import { unless } from "../waiting.ts";

const GONE = ["ResourceNotFoundException"];
const INPUTS = {
  action: required(text),
  function: required(text),
  principal: required(text),
  qualifier: text,
  sourceAccount: text,
  sourceArn: text,
  statementId: text,
} as const;

export const permission = defineResource({
  token: "aws:lambda/permission:Permission",
  inputs: INPUTS,
  autoname: { property: "statementId", maxLength: 100 },
  replaceOn: Object.keys(INPUTS),
  async create(inputs, context) {
    const lambda = await context.clients.lambda();
    const id = inputs.statementId ?? "";
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: inputs.function,
        Qualifier: inputs.qualifier,
        StatementId: id,
        Action: inputs.action,
        Principal: inputs.principal,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
      }),
    );
    return { id, outputs: { region: context.region } };
  },
  async read(id, context, known) {
    const lambda = await context.clients.lambda();
    const answer = await unless(GONE, () =>
      lambda.send(new GetPolicyCommand({ FunctionName: textOf(known["function"]) })),
    );
    const policy: { Statement?: { Sid?: string }[] } = JSON.parse(answer?.Policy ?? "{}");
    const found = policy.Statement?.some((statement) => statement.Sid === id);
    return found ? { statementId: id, region: context.region } : undefined;
  },
  update() {
    throw new Error("every change of a permission replaces it");
  },
  async delete(id, { inputs }, context) {
    const lambda = await context.clients.lambda();
    await unless(GONE, () =>
      lambda.send(
        new RemovePermissionCommand({
          FunctionName: inputs.function,
          StatementId: id,
          Qualifier: inputs.qualifier,
        }),
      ),
    );
  },
});
