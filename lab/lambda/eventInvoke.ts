/** How a function is invoked asynchronously: put, update, get, delete and list the configuration. */
import type {
  DeleteFunctionEventInvokeConfigRequest,
  DestinationConfig,
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigRequest,
  ListFunctionEventInvokeConfigsRequest,
  PutFunctionEventInvokeConfigRequest,
  UpdateFunctionEventInvokeConfigRequest,
} from "@aws-sdk/client-lambda";
import type { LabCore } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import type { LambdaPorts } from "./ports.ts";
import type { EventInvokeConfig, FunctionRecord, FunctionStore } from "./store.ts";
import { checkPermission, parseDestination, type Target } from "./targets.ts";
import { checkRange, notFound } from "./validation.ts";

type Settings = PutFunctionEventInvokeConfigRequest | UpdateFunctionEventInvokeConfigRequest;

const SUPPORTED = [
  "FunctionName",
  "Qualifier",
  "MaximumRetryAttempts",
  "MaximumEventAgeInSeconds",
  "DestinationConfig",
];

export function eventInvokeOperations(core: LabCore, ports: LambdaPorts, store: FunctionStore) {
  const write = (operation: string, input: Settings, before?: EventInvokeConfig) => {
    refuseUnsupported(operation, input, SUPPORTED);
    const found = store.find(input.FunctionName, input.Qualifier);
    const retries = input.MaximumRetryAttempts ?? before?.maximumRetryAttempts;
    const age = input.MaximumEventAgeInSeconds ?? before?.maximumEventAgeSeconds;
    if (retries !== undefined) checkRange("maximumRetryAttempts", retries, 0, 2);
    if (age !== undefined) checkRange("maximumEventAgeInSeconds", age, 60, 21_600);
    const target = (end: keyof DestinationConfig, old: Target | undefined) =>
      destination(operation, input.DestinationConfig, end, old, ports, found);
    found.eventInvoke = {
      maximumRetryAttempts: retries,
      maximumEventAgeSeconds: age,
      onSuccess: target("OnSuccess", before?.onSuccess),
      onFailure: target("OnFailure", before?.onFailure),
      lastModified: core.clock.now(),
    };
    return render(found);
  };
  return {
    /** What is left out is removed. */
    PutFunctionEventInvokeConfig: (input: PutFunctionEventInvokeConfigRequest) =>
      write("PutFunctionEventInvokeConfig", input),
    /** What is left out stays. */
    UpdateFunctionEventInvokeConfig: (input: UpdateFunctionEventInvokeConfigRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      return write("UpdateFunctionEventInvokeConfig", input, configured(found));
    },
    GetFunctionEventInvokeConfig: (input: GetFunctionEventInvokeConfigRequest) =>
      render(store.find(input.FunctionName, input.Qualifier)),
    DeleteFunctionEventInvokeConfig: (input: DeleteFunctionEventInvokeConfigRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      configured(found);
      found.eventInvoke = undefined;
      return {};
    },
    /** Of every version and alias, of which the lab has $LATEST. */
    ListFunctionEventInvokeConfigs: (input: ListFunctionEventInvokeConfigsRequest) => {
      refuseUnsupported("ListFunctionEventInvokeConfigs", input, ["FunctionName", "MaxItems"]);
      const found = store.find(input.FunctionName);
      return { FunctionEventInvokeConfigs: found.eventInvoke ? [render(found)] : [] };
    },
  };
}

/** An empty ARN, as Pulumi and Terraform send it, takes the destination away. */
function destination(
  operation: string,
  config: DestinationConfig | undefined,
  end: keyof DestinationConfig,
  before: Target | undefined,
  ports: LambdaPorts,
  found: FunctionRecord,
): Target | undefined {
  const wanted = config?.[end];
  if (wanted === undefined) return before;
  refuseUnsupported(operation, wanted, ["Destination"]);
  if (!wanted.Destination) return undefined;
  const target = parseDestination(operation, wanted.Destination, ports.targets);
  checkPermission(target, found.configuration.role, found.name, ports.credentials);
  return target;
}

function configured(found: FunctionRecord): EventInvokeConfig {
  if (found.eventInvoke) return found.eventInvoke;
  throw notFound(`The function ${found.arn}:$LATEST doesn't have an EventInvokeConfig`);
}

function render(found: FunctionRecord): FunctionEventInvokeConfig {
  const config = configured(found);
  return {
    FunctionArn: `${found.arn}:$LATEST`,
    LastModified: new Date(config.lastModified),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: config.onSuccess ? { Destination: config.onSuccess.arn } : {},
      OnFailure: config.onFailure ? { Destination: config.onFailure.arn } : {},
    },
  };
}
