/** The value in what CloudWatch gives as an alarm's reason in JSON (`StateReasonData`). */
import { z } from "zod";

/**
 * Not specified by AWS, only shown: {version, queryDate, startDate, period, threshold,
 * recentDatapoints, evaluatedDatapoints: [{timestamp, sampleCount, value}]}, of which an alarm over
 * missing data has none (CloudWatch user guide, "Alarm events and EventBridge"). What has another
 * shape has no value.
 */
const reasonDataSchema = z.object({
  recentDatapoints: z.array(z.number()).catch([]).default([]),
  evaluatedDatapoints: z
    .array(z.object({ timestamp: z.string(), value: z.number().optional() }))
    .catch([])
    .default([]),
});

/** The newest value of those that were evaluated; null when there is none, or none can be read. */
export function latestValue(reasonData: string | undefined): number | null {
  let parsed: z.infer<typeof reasonDataSchema>;
  try {
    parsed = reasonDataSchema.parse(JSON.parse(reasonData ?? ""));
  } catch {
    return null;
  }
  const { recentDatapoints, evaluatedDatapoints } = parsed;
  // Timestamps of one shape and zone (`2019-10-02T16:59:00.000+0000`) sort as texts.
  const [newest] = evaluatedDatapoints
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => b.timestamp.localeCompare(a.timestamp));
  return newest?.value ?? recentDatapoints.at(-1) ?? null;
}
