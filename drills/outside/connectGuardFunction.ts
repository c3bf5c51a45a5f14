/** What faults change of the guard's function: who may call it, how often it runs, how it fails. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  GetPolicyCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  ResourceNotFoundException,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { environmentError } from "../../base/errors.ts";
import { type EnvironmentNames, REHEARSED_FAILURE_VARIABLE } from "../../guard/names.ts";
import type { Slot } from "../../guard/slot.ts";
import { permitsAlarm } from "../verdict/invokePolicy.ts";
import {
  FUNCTION_FAILURES,
  type FunctionFailure,
  type Machinery,
  type PolicyStatement,
} from "./machinery.ts";

/** A change of a function is at work for some seconds, in which the next one is refused. Wall. */
const UPDATE_WAIT_WALL_MS = 30_000;
const UPDATE_POLL_WALL_MS = 500;

const policySchema = z.looseObject({
  Statement: z.array(z.record(z.string(), z.unknown())).default([]),
});

/** The statements that `AddPermission` can write again, word for word. */
const statementSchema = z.strictObject({
  Sid: z.string(),
  Effect: z.literal("Allow"),
  Principal: z.strictObject({ Service: z.string() }),
  Action: z.string(),
  Resource: z.string(),
  Condition: z
    .strictObject({
      StringEquals: z.strictObject({ "AWS:SourceAccount": z.string() }).optional(),
      ArnLike: z.strictObject({ "AWS:SourceArn": z.string() }).optional(),
    })
    .optional(),
});

type FunctionLinks = Pick<
  Machinery,
  | "permissionsOf"
  | "addPermission"
  | "removePermission"
  | "concurrency"
  | "setConcurrency"
  | "functionState"
  | "setFunctionState"
>;

export function connectGuardFunction(
  lambda: LambdaClient,
  names: EnvironmentNames,
  guardAlarmArn: (slot: Slot) => Promise<string>,
): FunctionLinks {
  const FunctionName = names.guardFunction;

  const changed = async (): Promise<GetFunctionConfigurationCommandOutput> => {
    const deadline = performance.now() + UPDATE_WAIT_WALL_MS;
    for (;;) {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      if (found.LastUpdateStatus !== "InProgress") return found;
      if (performance.now() > deadline) {
        throw environmentError("function-busy", `function ${FunctionName} is still being updated`);
      }
      await sleep(UPDATE_POLL_WALL_MS);
    }
  };

  return {
    async permissionsOf(slot) {
      const [arn, statements] = await Promise.all([guardAlarmArn(slot), statementsOf()]);
      return statements.filter((one) => permitsAlarm(JSON.stringify({ Statement: [one] }), arn));
    },

    async addPermission(statement) {
      const { Sid, Principal, Action, Condition } = statementOf(statement);
      const SourceAccount = Condition?.StringEquals?.["AWS:SourceAccount"];
      const SourceArn = Condition?.ArnLike?.["AWS:SourceArn"];
      await lambda.send(
        new AddPermissionCommand({
          FunctionName,
          StatementId: Sid,
          Action,
          Principal: Principal.Service,
          ...(SourceAccount === undefined ? {} : { SourceAccount }),
          ...(SourceArn === undefined ? {} : { SourceArn }),
        }),
      );
    },

    async removePermission(statement) {
      const { Sid } = statementOf(statement);
      await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: Sid }));
    },

    async concurrency() {
      const found = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      return found.ReservedConcurrentExecutions ?? null;
    },

    async setConcurrency(ReservedConcurrentExecutions) {
      await (ReservedConcurrentExecutions === null
        ? lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
        : lambda.send(
            new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
          ));
    },

    async functionState() {
      const { Environment, Timeout } = await changed();
      const failure = Environment?.Variables?.[REHEARSED_FAILURE_VARIABLE];
      return { failure: failureOf(failure), timeoutSeconds: Timeout ?? 3 };
    },

    // Variables are replaced as a whole: those that are there now go along, and a change that came
    // in between makes the revision another one, and the update fail.
    async setFunctionState({ failure, timeoutSeconds }) {
      const { Environment, RevisionId } = await changed();
      const { [REHEARSED_FAILURE_VARIABLE]: _, ...others } = Environment?.Variables ?? {};
      const own = failure === null ? {} : { [REHEARSED_FAILURE_VARIABLE]: failure };
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          ...(RevisionId === undefined ? {} : { RevisionId }),
          Timeout: timeoutSeconds,
          Environment: { Variables: { ...others, ...own } },
        }),
      );
      await changed();
    },
  };

  async function statementsOf(): Promise<readonly PolicyStatement[]> {
    try {
      const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName }));
      return policySchema.parse(JSON.parse(Policy ?? "{}")).Statement;
    } catch (error) {
      // A function without any permission has no policy.
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  }
}

function statementOf(statement: PolicyStatement): z.infer<typeof statementSchema> {
  const { data } = statementSchema.safeParse(statement);
  if (data) return data;
  throw environmentError(
    "permission-not-ours",
    `the permission ${JSON.stringify(statement)} could not be put back as it was`,
    "let the guard's function be called by a permission such as Backout's component makes",
  );
}

function failureOf(value: string | undefined): FunctionFailure {
  return FUNCTION_FAILURES.find((failure) => failure === value) ?? null;
}
