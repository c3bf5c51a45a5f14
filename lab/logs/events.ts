/** Log events in and out: PutLogEvents, GetLogEvents, FilterLogEvents. */
import type {
  FilterLogEventsRequest,
  GetLogEventsRequest,
  PutLogEventsRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LabCore } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { judgeBatch } from "./batch.ts";
import { messageFilter } from "./patterns.ts";
import type { LogStore } from "./store.ts";
import { type LogEntry, type LogEvent, sizeOf } from "./stream.ts";
import { invalid, refuse } from "./validation.ts";

const MAX_EVENTS = 10_000;
/** "as many log events as can fit in a response size of 1 MB (up to 10,000 log events)". */
const PAGE_BYTES = 1_048_576;

export function eventOperations(core: LabCore, store: LogStore) {
  return {
    PutLogEvents: (input: PutLogEventsRequest) => {
      refuse("PutLogEvents", input, ["entity"]);
      const group = store.group(input.logGroupName);
      const stream = store.stream(group, input.logStreamName);
      const now = core.clock.now();
      const { accepted, rejectedLogEventsInfo } = judgeBatch(
        input.logEvents ?? [],
        now,
        group.retentionInDays,
      );
      stream.append(accepted);
      store.touch(group, stream);
      return {
        // AWS ignores sequence tokens since 2023 and still returns one.
        nextSequenceToken: String(stream.end).padStart(56, "0"),
        ...(rejectedLogEventsInfo && { rejectedLogEventsInfo }),
      };
    },

    GetLogEvents: (input: GetLogEventsRequest) => {
      const group = store.group(input.logGroupName ?? input.logGroupIdentifier);
      const stream = store.stream(group, input.logStreamName);
      store.expire(group, core.clock.now());
      const limit = limitOf(input.limit);
      const within = stream.entries().filter(({ event }) => inRange(event, input));
      const token = /^([fb])\/(\d+)$/.exec(input.nextToken ?? "");
      if (input.nextToken && !token) throw invalid("The specified nextToken is invalid.");
      const at = Number(token?.[2]);
      const forward = token ? token[1] === "f" : input.startFromHead === true;
      const wanted = token
        ? within.filter(({ position }) => (forward ? position >= at : position < at))
        : within;
      const page = forward ? firstPage(wanted, limit) : lastPage(wanted, limit);
      // An empty page returns to where it was asked from, which tells a client that it is at an end.
      const resume = token ? at : input.startFromHead ? 0 : stream.end;
      const next = page.length > 0 ? page.at(-1)!.position + 1 : resume;
      return {
        events: page.map(({ event }) => event),
        nextForwardToken: `f/${next}`,
        nextBackwardToken: `b/${page[0]?.position ?? resume}`,
      };
    },

    FilterLogEvents: (input: FilterLogEventsRequest) => {
      const group = store.group(input.logGroupName ?? input.logGroupIdentifier);
      if (input.startFromHead === false) {
        throw notImplemented("FilterLogEvents", "startFromHead: false");
      }
      if (input.logStreamNames && input.logStreamNamePrefix) {
        throw invalid("logStreamNames and logStreamNamePrefix cannot be used together.");
      }
      store.expire(group, core.clock.now());
      const matches = messageFilter(input.filterPattern ?? "");
      const limit = limitOf(input.limit);
      const names = input.logStreamNames?.map((name) => store.stream(group, name).name);
      const found = [...group.streams.values()]
        .filter(({ name }) => names?.includes(name) ?? true)
        .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ""))
        .flatMap((stream) =>
          stream.entries().map(({ position, event }) => ({
            timestamp: event.timestamp,
            ingestionTime: event.ingestionTime,
            message: event.message,
            logStreamName: stream.name,
            eventId: `${String(event.timestamp).padStart(20, "0")}${position}`,
          })),
        )
        .filter((event) => inRange(event, input) && matches(event.message))
        .sort((a, b) => a.timestamp - b.timestamp);
      const offset = Number(input.nextToken ?? 0);
      if (!Number.isInteger(offset)) throw invalid("The specified nextToken is invalid.");
      return {
        events: found.slice(offset, offset + limit),
        // AWS answers with an empty list here since 2020.
        searchedLogStreams: [],
        ...(offset + limit < found.length && { nextToken: String(offset + limit) }),
      };
    },
  };
}

function firstPage(entries: readonly LogEntry[], limit: number): readonly LogEntry[] {
  let bytes = 0;
  const full = entries.findIndex(({ event }) => (bytes += sizeOf(event)) > PAGE_BYTES);
  return entries.slice(0, full === -1 ? limit : Math.min(limit, Math.max(1, full)));
}

function lastPage(entries: readonly LogEntry[], limit: number): readonly LogEntry[] {
  return firstPage(entries.toReversed(), limit).toReversed();
}

/** `startTime` is inclusive; `endTime` is not. */
function inRange(
  event: LogEvent,
  range: { startTime?: number | undefined; endTime?: number | undefined },
): boolean {
  return (
    event.timestamp >= (range.startTime ?? 0) &&
    event.timestamp < (range.endTime ?? Number.POSITIVE_INFINITY)
  );
}

function limitOf(limit = MAX_EVENTS): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_EVENTS) return limit;
  throw invalid(`limit: ${limit} must be between 1 and ${MAX_EVENTS}.`);
}
