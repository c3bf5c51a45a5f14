/** What PutLogEvents takes of a batch, and what it refuses. */
import type { PutLogEventsRequest } from "@aws-sdk/client-cloudwatch-logs";
import { type LogEvent, sizeOf } from "./stream.ts";
import { invalid } from "./validation.ts";

const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const DAY_MS = 86_400_000;
const TOO_OLD_MS = 14 * DAY_MS;
const TOO_NEW_MS = 2 * 3_600_000;

type Batch = NonNullable<PutLogEventsRequest["logEvents"]>;

/**
 * Splits a batch into what AWS takes and what it rejects: by age, by the group's retention, or for
 * lying in the future. Throws on a batch that it refuses whole.
 */
export function judgeBatch(batch: Batch, nowMs: number, retentionInDays: number | undefined) {
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
  const bytes = events.reduce((sum, event) => sum + sizeOf(event), 0);
  if (bytes > MAX_BATCH_BYTES) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  }
  if (events.at(-1)!.timestamp - events[0]!.timestamp > DAY_MS) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span 24 hours.");
  }
  const olderThan = (ms: number): number =>
    events.filter(({ timestamp }) => timestamp < nowMs - ms).length;
  const tooOld = olderThan(TOO_OLD_MS);
  const expired = retentionInDays === undefined ? 0 : olderThan(retentionInDays * DAY_MS);
  const tooNew = events.findIndex(({ timestamp }) => timestamp > nowMs + TOO_NEW_MS);
  const accepted = events.slice(Math.max(tooOld, expired), tooNew === -1 ? events.length : tooNew);
  if (accepted.length === events.length) return { accepted };
  return {
    accepted,
    rejectedLogEventsInfo: {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
      ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
    },
  };
}
