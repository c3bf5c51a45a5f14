/** What is set beside a function: reserved concurrency, asynchronous invocation, tags. */
import type {
  DeleteFunctionConcurrencyRequest,
  DeleteFunctionEventInvokeConfigRequest,
  GetFunctionConcurrencyRequest,
  GetFunctionEventInvokeConfigRequest,
  ListTagsRequest,
  PutFunctionConcurrencyRequest,
  PutFunctionEventInvokeConfigRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-lambda";
import type { LabCore } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import type { FunctionRecord, FunctionStore } from "./store.ts";
import { checkRange, invalid, notFound } from "./validation.ts";

/** The default quota of an account, and what of it cannot be reserved. */
export const ACCOUNT_CONCURRENCY = 1000;
const UNRESERVED_CONCURRENCY = 100;

export function settingOperations(core: LabCore, store: FunctionStore) {
  return {
    PutFunctionConcurrency: (input: PutFunctionConcurrencyRequest) => {
      const found = store.find(input.FunctionName);
      const wanted = input.ReservedConcurrentExecutions ?? -1;
      checkRange("reservedConcurrentExecutions", wanted, 0, Number.MAX_SAFE_INTEGER);
      const others = [...store.functions.values()].filter((other) => other !== found);
      const reserved = others.reduce((sum, other) => sum + (other.reservedConcurrency ?? 0), 0);
      if (wanted > 0 && ACCOUNT_CONCURRENCY - reserved - wanted < UNRESERVED_CONCURRENCY) {
        throw invalid(
          "Specified ReservedConcurrentExecutions for function decreases account's " +
            `UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_CONCURRENCY}].`,
        );
      }
      found.reservedConcurrency = wanted;
      return { ReservedConcurrentExecutions: wanted };
    },
    GetFunctionConcurrency: (input: GetFunctionConcurrencyRequest) => {
      const { reservedConcurrency } = store.find(input.FunctionName);
      return reservedConcurrency === undefined
        ? {}
        : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    DeleteFunctionConcurrency: (input: DeleteFunctionConcurrencyRequest) => {
      store.find(input.FunctionName).reservedConcurrency = undefined;
      return {};
    },

    PutFunctionEventInvokeConfig: (input: PutFunctionEventInvokeConfigRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      const { DestinationConfig, ...settings } = input;
      const ends = [DestinationConfig?.OnSuccess, DestinationConfig?.OnFailure];
      refuseUnsupported(
        "PutFunctionEventInvokeConfig",
        ends.some((end) => end?.Destination) ? input : settings,
        ["FunctionName", "Qualifier", "MaximumRetryAttempts", "MaximumEventAgeInSeconds"],
      );
      const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = input;
      if (retries !== undefined) checkRange("maximumRetryAttempts", retries, 0, 2);
      if (age !== undefined) checkRange("maximumEventAgeInSeconds", age, 60, 21_600);
      found.eventInvoke = {
        maximumRetryAttempts: retries,
        maximumEventAgeSeconds: age,
        lastModified: core.clock.now(),
      };
      return renderEventInvoke(found);
    },
    GetFunctionEventInvokeConfig: (input: GetFunctionEventInvokeConfigRequest) =>
      renderEventInvoke(store.find(input.FunctionName, input.Qualifier)),
    DeleteFunctionEventInvokeConfig: (input: DeleteFunctionEventInvokeConfigRequest) => {
      const found = store.find(input.FunctionName, input.Qualifier);
      renderEventInvoke(found);
      found.eventInvoke = undefined;
      return {};
    },

    ListTags: (input: ListTagsRequest) => ({
      Tags: Object.fromEntries(store.find(input.Resource).tags),
    }),
    TagResource: (input: TagResourceRequest) => {
      const { tags } = store.find(input.Resource);
      for (const [key, value] of Object.entries(input.Tags ?? {})) tags.set(key, value);
      return {};
    },
    UntagResource: (input: UntagResourceRequest) => {
      const { tags } = store.find(input.Resource);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  };
}

function renderEventInvoke(found: FunctionRecord) {
  const { eventInvoke } = found;
  if (!eventInvoke) {
    throw notFound(`The function ${found.arn}:$LATEST doesn't have an EventInvokeConfig`);
  }
  return {
    FunctionArn: `${found.arn}:$LATEST`,
    LastModified: new Date(eventInvoke.lastModified),
    MaximumRetryAttempts: eventInvoke.maximumRetryAttempts,
    MaximumEventAgeInSeconds: eventInvoke.maximumEventAgeSeconds,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  };
}
