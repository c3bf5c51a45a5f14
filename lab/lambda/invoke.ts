/** Invoke: wait for the answer, queue the event, or only ask whether one may. */
import type { InvocationRequest } from "@aws-sdk/client-lambda";
import { AwsError, type Call } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import type { Executor } from "./executor.ts";
import type { EventQueue } from "./queue.ts";
import type { FunctionStore } from "./store.ts";
import { invalid } from "./validation.ts";

const MAX_REQUEST_BYTES = 6_291_456;
/** Raised from 256 KB in October 2025. */
export const MAX_EVENT_BYTES = 1_048_576;
const LOG_RESULT_BYTES = 4096;

export function invokeOperations(store: FunctionStore, executor: Executor, queue: EventQueue) {
  return {
    Invoke: async (input: InvocationRequest, call: Call) => {
      refuseUnsupported("Invoke", input, [
        "FunctionName",
        "InvocationType",
        "LogType",
        "Payload",
        "Qualifier",
      ]);
      const found = store.find(input.FunctionName, input.Qualifier);
      const type = input.InvocationType ?? "RequestResponse";
      const payload = checkPayload(input.Payload, type);
      if (type === "DryRun") return { StatusCode: 204 };
      if (type === "Event") {
        queue.add(found, call.requestId, payload);
        return { StatusCode: 202 };
      }
      if (type !== "RequestResponse") throw invalid(`InvocationType: ${String(type)}`);
      const execution = await executor.invoke(found, call.requestId, payload);
      return {
        StatusCode: 200,
        ExecutedVersion: "$LATEST",
        Payload: execution.payload,
        ...(execution.failed && { FunctionError: "Unhandled" }),
        ...(input.LogType === "Tail" && {
          LogResult: Buffer.from(execution.log).subarray(-LOG_RESULT_BYTES).toString("base64"),
        }),
      };
    },
  };
}

/** An empty payload is an empty object. */
function checkPayload(payload: Uint8Array | undefined, type: string): Uint8Array {
  if (!payload || payload.byteLength === 0) return Buffer.from("{}");
  const limit = type === "Event" ? MAX_EVENT_BYTES : MAX_REQUEST_BYTES;
  if (payload.byteLength > limit) {
    throw new AwsError(
      "RequestTooLargeException",
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      413,
      { Type: "User" },
    );
  }
  try {
    JSON.parse(Buffer.from(payload).toString("utf8"));
    return payload;
  } catch {
    throw new AwsError(
      "InvalidRequestContentException",
      "Could not parse request body into json.",
      400,
      { Type: "User" },
    );
  }
}
