/**
 * What a journal holds of a drill that another tool ran: its own kind of record, for such a tool never saw the
 * guard. What it cannot know is null, and none of them is ever `passed`: that takes a reversion that is
 * known to have cured.
 */
import { z } from "zod";
import type { JournalEntry } from "../journal/journalEntry.ts";
import { Verdict } from "../verdict/record.ts";

export const INGESTED = "ingested";

export const SourceTool = { ChaosToolkit: "chaos-toolkit", AwsFis: "aws-fis" } as const;
export type SourceTool = (typeof SourceTool)[keyof typeof SourceTool];

const unknown = z.null();

export const ingestedRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the source, or made of what tells one of its runs from another. */
  id: z.string().min(1),
  source: z.strictObject({
    tool: z.enum(SourceTool),
    /** Of the tool or of its library, as far as it says so. */
    version: z.string().nullable(),
    /** The name of the file that it was read from, without its directory. */
    file: z.string(),
    /** Of that file. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  drill: z.string(),
  environment: z.string().nullable(),
  /** Wall time of whoever ran it. */
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** What it did: activities, or FIS's actions. */
  actions: z.array(
    z.strictObject({
      name: z.string(),
      status: z.string().nullable(),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
    }),
  ),
  verdict: z.enum(Verdict).exclude(["Passed"]),
  /** Why, a sentence for a person. */
  reason: z.string(),
  fidelity: unknown,
  recovery: unknown,
  path: unknown,
  brokenLink: unknown,
  durations: unknown,
  floors: unknown,
  traffic: unknown,
  objective: unknown,
  /** What could not be put back, as far as the tool says so; null when it says nothing. */
  residue: z.array(z.string()).nullable(),
});
export type IngestedRecord = z.infer<typeof ingestedRecordSchema>;

export const UNKNOWN = {
  fidelity: null,
  recovery: null,
  path: null,
  brokenLink: null,
  durations: null,
  floors: null,
  traffic: null,
  objective: null,
} as const;

/** Of a journal, in the order in which they were taken in. */
export function ingestedRecords(entries: readonly JournalEntry[]): IngestedRecord[] {
  return entries
    .filter(({ type }) => type === INGESTED)
    .flatMap(({ record }) => ingestedRecordSchema.safeParse(record).data ?? []);
}

/** Epoch seconds, ISO 8601, or Python's ISO 8601 without a zone, which is UTC; null for anything else. */
export function instantOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return isoOf(value * 1000);
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d[T ]/.test(value)) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  return isoOf(Date.parse(zoned.replace(" ", "T")));
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}
