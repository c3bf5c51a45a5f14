/** Log events in and out: PutLogEvents, GetLogEvents, FilterLogEvents. */
import type {
  FilterLogEventsRequest,
  GetLogEventsRequest,
  PutLogEventsRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LabCore } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { termFilter } from "./patterns.ts";
import type { LogStore } from "./store.ts";
import type { LogEvent } from "./stream.ts";
import { invalid, refuse } from "./validation.ts";

const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const TOO_OLD_MS = 14 * 86_400_000;
const TOO_NEW_MS = 2 * 3_600_000;

export function eventOperations(core: LabCore, store: LogStore) {
  return {
    PutLogEvents: (input: PutLogEventsRequest) => {
      refuse("PutLogEvents", input, ["entity"]);
      const group = store.group(input.logGroupName);
      const stream = store.stream(group, input.logStreamName);
      const now = core.clock.now();
      const { accepted, rejectedLogEventsInfo } = judgeBatch(input.logEvents ?? [], now);
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
      const page = token
        ? token[1] === "f"
          ? within.filter(({ position }) => position >= at).slice(0, limit)
          : within.filter(({ position }) => position < at).slice(-limit)
        : input.startFromHead
          ? within.slice(0, limit)
          : within.slice(-limit);
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
      const matches = termFilter(input.filterPattern ?? "");
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

type Batch = NonNullable<PutLogEventsRequest["logEvents"]>;

/** Splits a batch into what AWS takes and what it rejects by age; throws on a batch it refuses. */
function judgeBatch(batch: Batch, nowMs: number) {
  if (batch.length === 0 || batch.length > MAX_EVENTS) {
    throw invalid(
      `Member must have length between 1 and ${MAX_EVENTS}: logEvents has ${batch.length}.`,
    );
  }
  const events: LogEvent[] = batch.map(({ timestamp, message }) => {
    if (timestamp === undefined || !message) {
      throw invalid("logEvents: every event needs a timestamp and a message that is not empty.");
    }
    return { timestamp, message, ingestionTime: nowMs };
  });
  if (events.some((event, index) => event.timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
  if (bytes > MAX_BATCH_BYTES) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  }
  if (events.at(-1)!.timestamp - events[0]!.timestamp > 86_400_000) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span 24 hours.");
  }
  const tooOld = events.filter(({ timestamp }) => timestamp < nowMs - TOO_OLD_MS).length;
  const tooNew = events.findIndex(({ timestamp }) => timestamp > nowMs + TOO_NEW_MS);
  const accepted = events.slice(tooOld, tooNew === -1 ? events.length : tooNew);
  if (accepted.length === events.length) return { accepted };
  return {
    accepted,
    rejectedLogEventsInfo: {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
    },
  };
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
