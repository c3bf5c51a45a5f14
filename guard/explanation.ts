/** Why the guard judged as it did, signal by signal, as the record and the audit trail keep it. */
import { z } from "zod";
import { evidenceSchema } from "./sentinelEvent.ts";
import { Role } from "./signalPolicy.ts";
import { ALL_SIGNALS } from "./signals.ts";

const readingSchema = z.object({
  signal: z.enum(ALL_SIGNALS),
  /** Name of its metric alarm. */
  alarm: z.string(),
  /** OK, ALARM or INSUFFICIENT_DATA. */
  state: z.string(),
  /** CloudWatch's own words for the state. */
  reason: z.string(),
  /** The newest that was evaluated, in `unit`; null when CloudWatch tells of none. */
  value: z.number().nullable(),
  threshold: z.number(),
  unit: z.string(),
  /** On which side of the threshold it is bad. */
  breaches: z.enum(["above", "below"]),
  role: z.enum(Role),
  votes: z.int().min(1).nullable(),
});
export type SignalReading = z.infer<typeof readingSchema>;

export const explanationSchema = z.object({
  /** When the signals were read, after the weights had been moved; wall time. */
  at: z.iso.datetime(),
  /** One sentence: why the verdict follows from the signals. */
  verdict: z.string(),
  /** As `renderPolicy` writes it; empty when every signal reverts alone. */
  policy: z.string(),
  votesNeeded: z.int().min(1).nullable(),
  /** What a sentinel called with; null when an alarm, or the look of every minute, asked. */
  sentinel: evidenceSchema.nullable(),
  /** Why the signals could not be read; null when they could. */
  problem: z.string().nullable(),
  signals: z.array(readingSchema),
});
export type Explanation = z.infer<typeof explanationSchema>;
