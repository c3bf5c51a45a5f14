/** Runs the hooks that need no machine of a person's: HTTP calls and functions. */
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { askFunction } from "./hookFunction.ts";
import { askHttp } from "./hookHttp.ts";
import type { HookRunner } from "./hooks.ts";

/**
 * @param connect called only when there is a function to ask: whoever comes to revert does not wait
 *   for a client that it does not need; what it gives is closed after the answer
 */
export function guardHooks(connect: () => Promise<LambdaClient>): HookRunner {
  return {
    runs: ({ kind }) => kind !== "command",
    async run(hook, context) {
      if (hook.kind === "http") return askHttp(hook, context);
      if (hook.kind === "function") {
        const client = await connect();
        return askFunction(hook, context, client).finally(() => client.destroy());
      }
      throw new Error(`the command "${hook.command}" is run where it was given`);
    },
  };
}
