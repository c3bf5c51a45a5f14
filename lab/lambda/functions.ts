/** Functions: create, read, update, delete, list. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type {
  CreateFunctionRequest,
  DeleteFunctionRequest,
  GetFunctionCodeSigningConfigRequest,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  ListFunctionsRequest,
  ListVersionsByFunctionRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { AwsError, type LabCore } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { checkZipFile, unpackCode } from "./code.ts";
import { checkConfiguration, renderConfiguration } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import type { LambdaPorts } from "./ports.ts";
import { functionArn, type FunctionRecord, type FunctionStore, parseReference } from "./store.ts";
import { invalid } from "./validation.ts";

/** The answer to a change is given while AWS still works on it; the next read finds it done. */
const CREATING = {
  State: "Pending",
  StateReason: "The function is being created.",
  StateReasonCode: "Creating",
};
const UPDATING = {
  LastUpdateStatus: "InProgress",
  LastUpdateStatusReason: "The function is being created.",
  LastUpdateStatusReasonCode: "Creating",
};

export function functionOperations(
  core: LabCore,
  ports: LambdaPorts,
  store: FunctionStore,
  executor: Executor,
) {
  const changed = (found: FunctionRecord): void => {
    found.lastModified = core.clock.now();
    found.revisionId = randomUUID();
    executor.retire(found);
  };
  return {
    CreateFunction: async (input: CreateFunctionRequest) => {
      const { name } = parseReference(input.FunctionName ?? "");
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
        throw invalid("FunctionName must match [a-zA-Z0-9-_]+ and have at most 64 characters.");
      }
      const configuration = checkConfiguration("CreateFunction", input, name, ports.credentials);
      const architectures = input.Architectures?.length ? input.Architectures : ["x86_64" as const];
      const zip = checkZipFile("CreateFunction (Code)", input.Code ?? {});
      refuseDuplicate(store, name);
      const code = await unpackCode(core, name, zip);
      refuseDuplicate(store, name);
      const created: FunctionRecord = {
        name,
        arn: functionArn(name),
        architectures,
        tags: new Map(Object.entries(input.Tags ?? {})),
        configuration,
        code,
        lastModified: core.clock.now(),
        revisionId: randomUUID(),
        policy: [],
        policyRevisionId: randomUUID(),
        reservedConcurrency: undefined,
        eventInvoke: undefined,
      };
      store.functions.set(name, created);
      return { ...renderConfiguration(created), ...CREATING, LastUpdateStatus: undefined };
    },

    GetFunction: (input: GetFunctionRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      return {
        Configuration: renderConfiguration(found),
        // No Location: on AWS that is a link into a bucket of Lambda's own.
        Code: { RepositoryType: "S3" },
        ...(found.tags.size > 0 && { Tags: Object.fromEntries(found.tags) }),
        ...(found.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: found.reservedConcurrency },
        }),
      };
    },

    GetFunctionConfiguration: (input: GetFunctionConfigurationRequest) =>
      renderConfiguration(store.find(input.FunctionName, input.Qualifier)),

    UpdateFunctionCode: async (input: UpdateFunctionCodeRequest) => {
      const found = store.find(input.FunctionName);
      const { FunctionName: _, RevisionId, DryRun, Architectures, Publish, ...source } = input;
      if (Publish) throw notImplemented("UpdateFunctionCode", "the parameter Publish");
      if (Architectures && String(Architectures) !== String(found.architectures)) {
        throw notImplemented("UpdateFunctionCode", "a change of Architectures");
      }
      checkRevision(found, RevisionId);
      const code = await unpackCode(core, found.name, checkZipFile("UpdateFunctionCode", source));
      if (DryRun) {
        await rm(code.directory, { recursive: true, force: true });
        return { ...renderConfiguration(found), CodeSha256: code.sha256, CodeSize: code.bytes };
      }
      found.code = code;
      changed(found);
      return { ...renderConfiguration(found), ...UPDATING };
    },

    UpdateFunctionConfiguration: (input: UpdateFunctionConfigurationRequest) => {
      const found = store.find(input.FunctionName);
      checkRevision(found, input.RevisionId);
      found.configuration = checkConfiguration(
        "UpdateFunctionConfiguration",
        input,
        found.name,
        ports.credentials,
        found.configuration,
      );
      changed(found);
      return { ...renderConfiguration(found), ...UPDATING };
    },

    DeleteFunction: (input: DeleteFunctionRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      store.functions.delete(found.name);
      executor.retire(found);
      return {};
    },

    ListFunctions: (input: ListFunctionsRequest) => {
      refuseUnsupported("ListFunctions", input, ["Marker", "MaxItems", "FunctionVersion"]);
      const all = [...store.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const from = Number(input.Marker ?? 0);
      const to = from + Math.min(input.MaxItems ?? 50, 50);
      return {
        Functions: all.slice(from, to).map(renderConfiguration),
        ...(to < all.length && { NextMarker: String(to) }),
      };
    },

    ListVersionsByFunction: (input: ListVersionsByFunctionRequest) => {
      const found = store.find(input.FunctionName);
      const FunctionArn = `${found.arn}:$LATEST`;
      return { Versions: [{ ...renderConfiguration(found), FunctionArn }] };
    },

    GetFunctionCodeSigningConfig: (input: GetFunctionCodeSigningConfigRequest) => ({
      FunctionName: store.find(input.FunctionName).name,
    }),
  };
}

function refuseDuplicate(store: FunctionStore, name: string): void {
  if (!store.functions.has(name)) return;
  throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409, {
    Type: "User",
  });
}

function checkRevision(found: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === found.revisionId) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the " +
      "GetFunction/GetAlias API to retrieve the latest Revision Id",
    412,
    { Type: "User" },
  );
}
