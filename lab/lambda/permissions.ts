/** AddPermission, RemovePermission, GetPolicy. */
import { randomUUID } from "node:crypto";
import type {
  AddPermissionRequest,
  GetPolicyRequest,
  RemovePermissionRequest,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { renderPolicy, renderStatement } from "./policy.ts";
import type { FunctionRecord, FunctionStore } from "./store.ts";
import { invalid, notFound } from "./validation.ts";

const SUPPORTED = [
  "FunctionName",
  "StatementId",
  "Action",
  "Principal",
  "SourceArn",
  "SourceAccount",
  "RevisionId",
];

export function permissionOperations(store: FunctionStore) {
  return {
    AddPermission: (input: AddPermissionRequest) => {
      refuseUnsupported("AddPermission", input, SUPPORTED);
      const found = store.find(input.FunctionName);
      checkPolicyRevision(found, input.RevisionId);
      const statementId = matching("StatementId", input.StatementId, /^[A-Za-z0-9_-]{1,100}$/);
      if (found.policy.some(({ Sid }) => Sid === statementId)) {
        throw new AwsError(
          "ResourceConflictException",
          `The statement id (${statementId}) provided already exists. Please provide a new ` +
            "statement id, or remove the existing statement.",
          409,
          { Type: "User" },
        );
      }
      const statement = renderStatement(
        {
          statementId,
          action: matching("Action", input.Action, /^(lambda:(\*|[A-Za-z]+)|\*)$/),
          principal: matching("Principal", input.Principal, /^\S+$/),
          sourceArn: input.SourceArn,
          sourceAccount: input.SourceAccount,
        },
        found.arn,
      );
      found.policy = [...found.policy, statement];
      found.policyRevisionId = randomUUID();
      return { Statement: JSON.stringify(statement) };
    },

    RemovePermission: (input: RemovePermissionRequest) => {
      refuseUnsupported("RemovePermission", input, ["FunctionName", "StatementId", "RevisionId"]);
      const found = store.find(input.FunctionName);
      checkPolicyRevision(found, input.RevisionId);
      const left = found.policy.filter(({ Sid }) => Sid !== input.StatementId);
      if (left.length === found.policy.length) {
        throw notFound(
          found.policy.length === 0
            ? "No policy is associated with the given resource."
            : `Statement ${input.StatementId} is not found in resource policy.`,
        );
      }
      found.policy = left;
      found.policyRevisionId = randomUUID();
      return {};
    },

    GetPolicy: (input: GetPolicyRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      if (found.policy.length === 0) {
        throw notFound("The resource you requested does not exist.");
      }
      return { Policy: renderPolicy(found.policy), RevisionId: found.policyRevisionId };
    },
  };
}

function matching(name: string, value: string | undefined, pattern: RegExp): string {
  if (value !== undefined && pattern.test(value)) return value;
  throw invalid(
    `1 validation error detected: Value '${value ?? ""}' at '${name}' failed to satisfy ` +
      `constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

function checkPolicyRevision(found: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === found.policyRevisionId) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The RevisionId provided does not match the latest RevisionId. Call the GetPolicy API to " +
      "retrieve the latest RevisionId",
    412,
    { Type: "User" },
  );
}
