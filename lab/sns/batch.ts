/** PublishBatch: up to ten messages at once, each accepted or refused on its own. */
import type * as Sdk from "@aws-sdk/client-sns";
import { AwsError } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { LARGEST_BYTES } from "./message.ts";

const MOST_ENTRIES = 10;

export function publishBatch(
  input: Sdk.PublishBatchInput,
  publish: (input: Sdk.PublishInput) => Sdk.PublishResponse,
): Sdk.PublishBatchResponse {
  refuseUnsupported("PublishBatch", input, ["TopicArn", "PublishBatchRequestEntries"]);
  const entries = input.PublishBatchRequestEntries ?? [];
  checkEntries(entries);
  const Successful: Sdk.PublishBatchResultEntry[] = [];
  const Failed: Sdk.BatchResultErrorEntry[] = [];
  for (const { Id, ...message } of entries) {
    try {
      const { MessageId } = publish({ TopicArn: input.TopicArn, ...message });
      Successful.push({ Id, MessageId });
    } catch (error) {
      if (!isOfTheEntry(error)) throw error;
      const Code = error.code.replace(/Exception$/, "");
      Failed.push({ Id, Code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

/** A topic that is missing, or closed to the caller, fails the whole batch. */
function isOfTheEntry(error: unknown): error is AwsError {
  return error instanceof AwsError && error.code === "InvalidParameterException";
}

function fail(code: string, message: string): never {
  throw new AwsError(code, message);
}

function checkEntries(entries: readonly Sdk.PublishBatchRequestEntry[]): void {
  if (entries.length === 0) {
    fail("EmptyBatchRequestException", "The batch request doesn't contain any entries.");
  }
  if (entries.length > MOST_ENTRIES) {
    fail(
      "TooManyEntriesInBatchRequestException",
      "The batch request contains more entries than permissible (more than 10).",
    );
  }
  const ids = entries.map(({ Id }) => Id ?? "");
  if (new Set(ids).size < ids.length) {
    fail(
      "BatchEntryIdsNotDistinctException",
      "Two or more batch entries in the request have the same Id.",
    );
  }
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    fail(
      "InvalidBatchEntryIdException",
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  }
  const bytes = entries.reduce((sum, { Message }) => sum + Buffer.byteLength(Message ?? ""), 0);
  if (bytes > LARGEST_BYTES) {
    fail(
      "BatchRequestTooLongException",
      "The length of all the batch messages put together is more than the limit.",
    );
  }
  if (entries.some(({ MessageGroupId }) => MessageGroupId !== undefined)) {
    throw notImplemented("PublishBatch", "the parameter MessageGroupId");
  }
}
