/** What is set beside a function: reserved concurrency and tags. */
import type {
  DeleteFunctionConcurrencyRequest,
  GetFunctionConcurrencyRequest,
  ListTagsRequest,
  PutFunctionConcurrencyRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-lambda";
import type { FunctionStore } from "./store.ts";
import { checkRange, invalid } from "./validation.ts";

/** The default quota of an account, and what of it cannot be reserved. */
export const ACCOUNT_CONCURRENCY = 1000;
const UNRESERVED_CONCURRENCY = 100;

export function settingOperations(store: FunctionStore) {
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
