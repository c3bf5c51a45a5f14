/** What a journal says of its drills: everything a report shows, from the journal alone. Pure. */
import { z } from "zod";
import type { JournalEntry } from "../journal/journalEntry.ts";
import type { JournalReading } from "../journal/journalVerify.ts";
import {
  type DrillRecord,
  drillRecordSchema,
  type TimelineEvent,
  timelineEventSchema,
} from "../verdict/record.ts";
import { type JournalSample, journalSampleSchema } from "../watch/samples.ts";
import { claimsOf } from "./claims.ts";
import type { Claim } from "./facts.ts";

export interface ReportModel {
  readonly journal: JournalModel;
  /** Newest first. */
  readonly runs: readonly RunReport[];
}

export interface JournalModel {
  readonly entries: number;
  /** Hash of the last entry that head.json names; null for a journal without one. */
  readonly head: string | null;
  /** What was changed, lost or cannot be read. Empty when it is as it was written. */
  readonly problems: readonly ReportProblem[];
  /** Bytes of a last write that was cut short; no problem by itself. */
  readonly tornBytes: number;
}

export interface ReportProblem {
  /** Of a verified journal's problems, or `unreadable`. */
  readonly kind: string;
  readonly seq: number;
  /** A sentence. */
  readonly detail: string;
}

export interface RunReport {
  readonly id: string;
  /** Nominal and wall time at which it began. */
  readonly startedAt: string;
  readonly startedWallAt: string;
  readonly drill: string;
  readonly environment: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Nominal seconds per wall second. */
  readonly speed: number;
  /** The slot that was to be broken; null when it came to no such point. */
  readonly candidate: string | null;
  /** Null for a run that never came to its record: it was killed, or it still runs. */
  readonly record: DrillRecord | null;
  /** A later sweep put back what a killed run left. */
  readonly swept: boolean;
  /** In the order of their stamps. */
  readonly timeline: readonly TimelineEvent[];
  /** Nominal milliseconds since the epoch that the report counts from: when the fault became active. */
  readonly zeroMs: number;
  readonly samples: readonly JournalSample[];
  readonly claims: readonly Claim[];
}

const startSchema = z.looseObject({
  environment: z.string(),
  drill: z.string(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  clock: z.object({ speed: z.number() }),
});
const intentSchema = z.looseObject({ candidate: z.string() });
const eventSchema = z.looseObject({ event: timelineEventSchema });
const sampleSchema = z.looseObject({ sample: journalSampleSchema });
const recordSchema = z.looseObject({ record: drillRecordSchema });

export function reportModel(reading: JournalReading): ReportModel {
  const byRun = new Map<string, JournalEntry[]>();
  for (const entry of reading.entries) {
    const own = byRun.get(entry.runId);
    if (own) own.push(entry);
    else byRun.set(entry.runId, [entry]);
  }
  const unreadable: ReportProblem[] = [];
  const runs = [...byRun.values()].flatMap((entries) => runOf(entries, unreadable) ?? []);
  return {
    journal: {
      entries: reading.entries.length,
      head: reading.head?.hash ?? null,
      problems: [...reading.problems, ...unreadable],
      tornBytes: reading.tornBytes,
    },
    runs: runs.toReversed(),
  };
}

/** Undefined for entries of no run. What cannot be read is named in `unreadable`. */
function runOf(
  entries: readonly JournalEntry[],
  unreadable: ReportProblem[],
): RunReport | undefined {
  const read = <T>(entry: JournalEntry, schema: z.ZodType<T>): T[] => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    const detail = `entry ${entry.seq} (${entry.type}) cannot be read as what it says it is`;
    unreadable.push({ kind: "unreadable", seq: entry.seq, detail });
    return [];
  };
  const of = <T>(type: string, schema: z.ZodType<T>): T[] =>
    entries.filter((entry) => entry.type === type).flatMap((entry) => read(entry, schema));

  const first = entries.find((entry) => entry.type === "run.started");
  const start = first && read(first, startSchema)[0];
  const record = of("record", recordSchema).at(-1)?.record ?? null;
  if (!first || (!start && !record)) return undefined;
  const noted = entries
    .filter(isEvent)
    .flatMap((entry) => read(entry, eventSchema))
    .map(({ event }) => event);
  const timeline = inOrder(record?.timeline ?? noted);
  const samples = of("sample", sampleSchema).map(({ sample }) => sample);
  const run = {
    id: first.runId,
    startedAt: first.at,
    startedWallAt: first.wallAt,
    drill: record?.drill ?? start?.drill ?? "",
    environment: record?.environment ?? start?.environment ?? "",
    parameters: start?.parameters ?? {},
    speed: record?.clock.speed ?? start?.clock.speed ?? 1,
    candidate: of("traffic.intent", intentSchema)[0]?.candidate ?? null,
    record,
    swept: entries.some((entry) => entry.type === "swept"),
    timeline,
    zeroMs: zeroOf(timeline, samples, first),
    samples,
  };
  return { ...run, claims: claimsOf(run) };
}

/** A timeline event's entry has its name for a type. */
function isEvent(entry: JournalEntry): boolean {
  const { event } = entry;
  return typeof event === "object" && event !== null && "event" in event;
}

/** By their stamps: a record lists them by cause and effect, and the last bad response may come early. */
function inOrder(timeline: readonly TimelineEvent[]): TimelineEvent[] {
  return timeline.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function zeroOf(
  timeline: readonly TimelineEvent[],
  samples: readonly JournalSample[],
  first: JournalEntry,
): number {
  const injected = timeline.find((event) => event.event === "fault.injected");
  const sampled = samples[0];
  if (injected) return Date.parse(injected.at);
  return sampled ? Date.parse(sampled.at) - sampled.spanMs : Date.parse(first.at);
}
