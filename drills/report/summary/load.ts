/**
 * A journal's report in two passes: every line once for the summary, then some runs in full. What is kept
 * does not grow with what a run wrote, only with the number of runs.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { JOURNAL_FILE } from "../../journal/journalEntry.ts";
import { readFrom } from "../../journal/journalScan.ts";
import type { DrillRecord } from "../../verdict/record.ts";
import { type ReportModel, reportModel } from "../model.ts";
import { readRuns } from "../reading.ts";
import { type CollectedRun, recordIn } from "./collect.ts";
import type { SummaryModel, SummaryQuestion } from "./model.ts";
import { chosenRuns, summarize } from "./summarize.ts";

/** The newest runs are there with their timelines and samples. */
const NEWEST_IN_FULL = 100;
/** And of older ones those that did not pass: they are looked at for longer. */
const FAILED_IN_FULL = 50;
/** No further back than so many runs: whole years would be read a second time. */
const OLDEST_IN_FULL = 5_000;

export interface LoadedReport {
  /** Its runs are the newest that the question lets through, and the newest before them that did not pass. */
  readonly model: ReportModel;
  readonly summary: SummaryModel;
  /** Every record that the question lets through, newest first, read one by one. */
  readonly records: () => Generator<DrillRecord>;
}

/** What is not asked is filled in from the journal. */
export type OpenQuestion = Omit<SummaryQuestion, "now"> & {
  /** Null: the wall time of the journal's last entry, so that the same journal gives the same bytes. */
  readonly now: string | null;
};

/** An empty journal has no time of its own. */
const NO_TIME = "1970-01-01T00:00:00.000Z";

/** @throws BackoutError as `readRuns` does */
export function loadReport(
  directory: string,
  open: OpenQuestion,
  newestInFull = NEWEST_IN_FULL,
): LoadedReport {
  const { scan, collector } = readRuns(directory);
  const question = { ...open, now: open.now ?? collector.lastWallAt ?? NO_TIME };
  const chosen = chosenRuns(collector.runs(), question);
  const full = inFull(directory, newestInFull === 0 ? [] : wantedInFull(chosen, newestInFull));
  const { entries, head, tornBytes } = scan;
  const unreadable = [...collector.unreadable, ...full.journal.problems];
  const told = new Map(unreadable.map((problem) => [problem.seq, problem]));
  return {
    model: {
      journal: {
        entries,
        head: head?.hash ?? null,
        problems: [...scan.problems, ...told.values()],
        tornBytes,
      },
      runs: full.runs,
    },
    summary: summarize(chosen, question, collector.ingested),
    records: () => recordsOf(directory, chosen),
  };
}

/** Of runs in the order of time. */
export function wantedInFull<T extends Pick<CollectedRun, "point">>(
  runs: readonly T[],
  newest: number,
): T[] {
  const failed = runs
    .slice(-OLDEST_IN_FULL, -newest)
    .filter(({ point }) => point?.verdict !== "passed")
    .slice(-FAILED_IN_FULL);
  return [...failed, ...runs.slice(-newest)];
}

function inFull(directory: string, runs: readonly CollectedRun[]): ReportModel {
  const ids = new Map(runs.map(({ id }, index) => [id, index]));
  const from = runs.reduce((least, { offset }) => Math.min(least, offset), Number.MAX_SAFE_INTEGER);
  const entries = runs.length === 0 ? [] : readFrom(directory, from, ({ runId }) => ids.has(runId));
  const read = reportModel({ entries, problems: [], head: null, tornBytes: 0, wholeBytes: 0 });
  const newestFirst = read.runs.toSorted((a, b) => (ids.get(b.id) ?? 0) - (ids.get(a.id) ?? 0));
  return { ...read, runs: newestFirst };
}

function* recordsOf(directory: string, chosen: readonly CollectedRun[]): Generator<DrillRecord> {
  const file = openSync(join(directory, JOURNAL_FILE), "r");
  try {
    for (const { point, recordOffset, recordBytes } of chosen.toReversed()) {
      if (!point) continue;
      const line = Buffer.alloc(recordBytes);
      readSync(file, line, 0, recordBytes, recordOffset);
      yield recordIn(line.toString("utf8"));
    }
  } finally {
    closeSync(file);
  }
}
