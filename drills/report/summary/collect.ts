/** The runs of a journal, one line after the other: of each only what a summary needs. */
import { z } from "zod";
import { INGESTED, type IngestedRecord, ingestedRecordSchema } from "../../ingest/ingested.ts";
import type { JournalEntry } from "../../journal/journalEntry.ts";
import type { ScannedLine } from "../../journal/journalLines.ts";
import { type DrillRecord, drillRecordSchema } from "../../verdict/record.ts";
import type { ReportProblem } from "../model.ts";
import type { RunPoint } from "./model.ts";
import { disorderIn, runPoint } from "./runPoint.ts";

const startSchema = z.looseObject({ environment: z.string(), drill: z.string() });
const intentSchema = z.looseObject({ release: z.string().nullable().default(null) });
const recordSchema = z.looseObject({ record: drillRecordSchema });
const ingestedSchema = z.looseObject({ record: ingestedRecordSchema });
const versionSchema = z.looseObject({ record: z.looseObject({ schemaVersion: z.number() }) });

export interface CollectedRun {
  readonly id: string;
  readonly startedAt: string;
  readonly startedWallAt: string;
  drill: string;
  environment: string;
  release: string | null;
  swept: boolean;
  /** Held against the run's own objective. */
  point: RunPoint | null;
  clockErrors: readonly string[];
  /** Of its first line, and of the record's. */
  readonly offset: number;
  recordOffset: number;
  recordBytes: number;
}

export class RunCollector {
  readonly #runs = new Map<string, CollectedRun>();
  readonly #words = new Map<string, string>();
  readonly unreadable: ReportProblem[] = [];
  /** Drills that other tools ran, in the order in which they were taken in. */
  readonly ingested: IngestedRecord[] = [];
  /** Of a record that a later Backout wrote; null when there is none. */
  newer: { readonly seq: number; readonly version: number } | null = null;
  /** Wall time of the last line. */
  lastWallAt: string | null = null;

  visit(line: ScannedLine): void {
    this.lastWallAt = line.wallAt;
    switch (line.type) {
      case "run.started":
        this.#started(line);
        break;
      case "traffic.intent":
        this.#intent(line);
        break;
      case "record":
        this.#record(line);
        break;
      case "swept": {
        const run = this.#runs.get(line.runId);
        if (run) run.swept = true;
        break;
      }
      case INGESTED: {
        const entry = this.#read(line, ingestedSchema);
        if (entry) this.ingested.push(entry.record);
      }
    }
  }

  /** In the order in which they began in the journal. Those of which nothing can be read are left out. */
  runs(): CollectedRun[] {
    return [...this.#runs.values()].filter((run) => run.point !== null || run.drill !== "");
  }

  #started(line: ScannedLine): void {
    if (this.#runs.has(line.runId)) return;
    // Of the entry, because the line's own words would keep the whole line.
    const entry = line.entry();
    const start = this.#read(line, startSchema, entry);
    this.#runs.set(entry.runId, {
      id: entry.runId,
      startedAt: entry.at,
      startedWallAt: entry.wallAt,
      drill: this.#word(start?.drill ?? ""),
      environment: this.#word(start?.environment ?? ""),
      release: null,
      swept: false,
      point: null,
      clockErrors: [],
      offset: line.offset,
      recordOffset: 0,
      recordBytes: 0,
    });
  }

  #intent(line: ScannedLine): void {
    const run = this.#runs.get(line.runId);
    const intent = run && this.#read(line, intentSchema);
    if (!run || !intent || intent.release === null) return;
    run.release = this.#word(intent.release);
  }

  #record(line: ScannedLine): void {
    const run = this.#runs.get(line.runId);
    if (!run) return;
    const entry = line.entry();
    const version = versionSchema.safeParse(entry).data?.record.schemaVersion ?? 1;
    if (version > 1) this.newer ??= { seq: line.seq, version };
    const record = this.#read(line, recordSchema, entry)?.record;
    if (!record) return;
    run.drill = this.#word(record.drill);
    run.environment = this.#word(record.environment);
    run.clockErrors = disorderIn(record);
    run.point = this.#shared(runPoint(record, run, null));
    run.recordOffset = line.offset;
    run.recordBytes = line.bytes;
  }

  #read<T>(
    line: ScannedLine,
    schema: z.ZodType<T>,
    entry: JournalEntry = line.entry(),
  ): T | undefined {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return parsed.data;
    const detail = `entry ${line.seq} (${line.type}) cannot be read as what it says it is`;
    this.unreadable.push({ kind: "unreadable", seq: line.seq, detail });
    return undefined;
  }

  /** The same few words a hundred thousand times over are kept once. */
  #shared(point: RunPoint): RunPoint {
    return {
      ...point,
      drill: this.#word(point.drill),
      fault: this.#word(point.fault),
      environment: this.#word(point.environment),
      reason: point.reason === null ? null : this.#word(point.reason),
    };
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    this.#words.set(word, word);
    return word;
  }
}

/** The record in a journal's line that was read before. */
export function recordIn(line: string): DrillRecord {
  return recordSchema.parse(JSON.parse(line)).record;
}
