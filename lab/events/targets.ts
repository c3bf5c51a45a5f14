/** Targets of rules: put, removed, listed. */
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { ACCOUNT_ID, REGION } from "../service.ts";
import type { Operation } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { constraint, invalid } from "./errors.ts";
import { parsePath } from "./input/path.ts";
import { problemOf } from "./input/template.ts";
import { DEFAULT_RETRY } from "./retry.ts";
import type { EventStore, RuleTarget, TargetInput } from "./store.ts";
import { listOf, nameOf, page } from "./validation.ts";

/** "A rule can have up to five targets." */
const MOST_TARGETS = 5;
const LONGEST_INPUT = 8192;

export function targetOperations(store: EventStore): Record<string, Operation> {
  return {
    /** Replaces targets of the same id. What is malformed fails the call, and nothing is put. */
    PutTargets: (input: Sdk.PutTargetsRequest): Sdk.PutTargetsResponse => {
      const asked = listOf(input.Targets, "targets", 100);
      const rule = store.rule(nameOf(input.Rule, "rule"), input.EventBusName);
      const failed: Sdk.PutTargetsResultEntry[] = [];
      for (const target of asked.map(targetOf)) {
        if (!rule.targets.has(target.id) && rule.targets.size >= MOST_TARGETS) {
          failed.push({
            TargetId: target.id,
            ErrorCode: "LimitExceededException",
            ErrorMessage: "The requested resource exceeds the maximum number allowed.",
          });
        } else {
          rule.targets.set(target.id, target);
        }
      }
      return { FailedEntryCount: failed.length, FailedEntries: failed };
    },

    RemoveTargets: (input: Sdk.RemoveTargetsRequest): Sdk.RemoveTargetsResponse => {
      const ids = listOf(input.Ids, "ids", 100);
      const rule = store.rule(nameOf(input.Rule, "rule"), input.EventBusName);
      const failed = ids
        .filter((id) => !rule.targets.delete(id))
        .map((id) => ({
          TargetId: id,
          ErrorCode: "ResourceNotFoundException",
          ErrorMessage: `Rule ${rule.name} does not have a target with ID ${id}.`,
        }));
      return { FailedEntryCount: failed.length, FailedEntries: failed };
    },

    ListTargetsByRule: (input: Sdk.ListTargetsByRuleRequest): Sdk.ListTargetsByRuleResponse => {
      const rule = store.rule(nameOf(input.Rule, "rule"), input.EventBusName);
      const { entries, rest } = page([...rule.targets.values()], input);
      return { Targets: entries.map(describe), ...rest };
    },
  };
}

function targetOf(input: Sdk.Target): RuleTarget {
  const id = nameOf(input.Id, "targets.1.member.id");
  // With a RoleArn, delivery to functions and topics "may fail": they use resource policies.
  refuseUnsupported("PutTargets", input, [
    "Id",
    "Arn",
    "Input",
    "InputPath",
    "InputTransformer",
    "RetryPolicy",
  ]);
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = input.RetryPolicy ?? {};
  between(MaximumRetryAttempts, "maximumRetryAttempts", 0, 185);
  between(MaximumEventAgeInSeconds, "maximumEventAgeInSeconds", 60, 86_400);
  return {
    id,
    arn: arnOf(input.Arn),
    input: inputOf(id, input),
    retryPolicy: {
      ...(MaximumRetryAttempts === undefined ? {} : { MaximumRetryAttempts }),
      ...(MaximumEventAgeInSeconds === undefined ? {} : { MaximumEventAgeInSeconds }),
    },
    retry: {
      attempts: MaximumRetryAttempts ?? DEFAULT_RETRY.attempts,
      ageSeconds: MaximumEventAgeInSeconds ?? DEFAULT_RETRY.ageSeconds,
    },
  };
}

function between(value: number | undefined, member: string, low: number, high: number): void {
  if (value === undefined || (value >= low && value <= high)) return;
  throw constraint(
    value,
    `targets.1.member.retryPolicy.${member}`,
    `Member must have value between ${low} and ${high}`,
  );
}

/** Functions and topics of this account and region. */
function arnOf(target: string | undefined): string {
  if (target === undefined || !/^arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:.+$/.test(target)) {
    throw invalid(
      `Parameter ${target ?? ""} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  const [, , service, region, account] = target.split(":");
  if (service !== "lambda" && service !== "sns") {
    throw notImplemented(
      "PutTargets",
      `targets of ${service}: only Lambda functions and SNS topics, not ${target}`,
    );
  }
  if (region !== REGION || account !== ACCOUNT_ID) {
    throw invalid(
      `Parameter ${target} is not valid. Reason: Provided Arn is of another region or account.`,
    );
  }
  return target;
}

function inputOf(id: string, target: Sdk.Target): TargetInput {
  const { Input, InputPath, InputTransformer } = target;
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1) {
    throw invalid(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  }
  if (Input !== undefined) return constantOf(id, Input);
  if (InputPath !== undefined) {
    if (!parsePath(InputPath)) {
      throw invalid(`Parameter InputPath is not valid. Reason: Invalid JSONPath ${InputPath}.`);
    }
    return { kind: "path", text: InputPath };
  }
  if (InputTransformer === undefined) return { kind: "event" };
  const transformer = {
    paths: InputTransformer.InputPathsMap ?? {},
    template: InputTransformer.InputTemplate ?? "",
  };
  const problem = problemOf(transformer);
  if (Object.keys(transformer.paths).length > 100 || transformer.template.length > LONGEST_INPUT) {
    throw invalid(`Invalid InputTransformer for target ${id} : it is too large.`);
  }
  if (problem !== undefined) {
    throw invalid(`Invalid InputTransformer for target ${id} : ${problem}.`);
  }
  return { kind: "template", ...transformer };
}

function constantOf(id: string, text: string): TargetInput {
  if (text.length > LONGEST_INPUT) {
    throw constraint(
      `${text.slice(0, 40)}…`,
      "targets.1.member.input",
      `Member must have length less than or equal to ${LONGEST_INPUT}`,
    );
  }
  try {
    JSON.parse(text);
  } catch {
    throw invalid(`JSON syntax error in input for target ${id}.`);
  }
  return { kind: "constant", text };
}

function describe({ id, arn, input, retryPolicy }: RuleTarget): Sdk.Target {
  return {
    Id: id,
    Arn: arn,
    ...(input.kind === "constant" ? { Input: input.text } : {}),
    ...(input.kind === "path" ? { InputPath: input.text } : {}),
    ...(input.kind === "template"
      ? { InputTransformer: { InputPathsMap: input.paths, InputTemplate: input.template } }
      : {}),
    ...(Object.keys(retryPolicy).length > 0 ? { RetryPolicy: retryPolicy } : {}),
  };
}
