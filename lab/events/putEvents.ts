/** PutEvents: what comes in is checked entry by entry. Pure but for the ids. */
import { randomUUID } from "node:crypto";
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { invalid } from "./errors.ts";
import { makeEvent } from "./event.ts";
import type { BusEvent } from "./event.ts";
import { listOf } from "./validation.ts";

/** "The total entry size must be less than 1MB." */
const MOST_BYTES = 1_048_576;
/** What a Time counts in an entry's size. */
const TIME_BYTES = 14;

export type Accepted =
  | { readonly busName: string | undefined; readonly event: BusEvent }
  | { readonly errorCode: string; readonly errorMessage: string };

/** One result per entry, in the same order. @throws AwsError ValidationException for them all. */
export function checkEntries(input: Sdk.PutEventsRequest, nowMs: number): readonly Accepted[] {
  refuseUnsupported("PutEvents", input, ["Entries"]);
  const entries = listOf(input.Entries, "entries", 10);
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MOST_BYTES) {
    throw invalid("Total size of the entries in the request is over the limit.");
  }
  if (entries.some(({ TraceHeader }) => TraceHeader !== undefined)) {
    throw notImplemented("PutEvents", "the parameter TraceHeader");
  }
  return entries.map((entry) => checkEntry(entry, nowMs));
}

function checkEntry(entry: Sdk.PutEventsRequestEntry, nowMs: number): Accepted {
  const { Source, DetailType, Detail } = entry;
  if (!Source) return missing("Source");
  if (!DetailType) return missing("DetailType");
  if (!Detail) return missing("Detail");
  // "aws." belongs to AWS's own services.
  if (Source.toLowerCase().startsWith("aws.")) {
    return {
      errorCode: "NotAuthorizedForSourceException",
      errorMessage: "Not authorized for the source.",
    };
  }
  const detail = objectIn(Detail);
  if (!detail) return { errorCode: "MalformedDetail", errorMessage: "Detail is malformed." };
  return {
    busName: entry.EventBusName,
    event: makeEvent(randomUUID(), entry.Time?.getTime() ?? nowMs, {
      "detail-type": DetailType,
      source: Source,
      resources: entry.Resources ?? [],
      detail,
    }),
  };
}

function missing(member: string): Accepted {
  return {
    errorCode: "InvalidArgument",
    errorMessage: `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
  };
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf(entry: Sdk.PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const time = entry.Time ? TIME_BYTES : 0;
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), time);
}
