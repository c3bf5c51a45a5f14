/** The run of a journal that an identifier means, read in full, with what the journal knows beside it. */
import { usageError } from "../../../base/errors.ts";
import { ReversionPath } from "../../../guard/reversion.ts";
import { ingestedRecords } from "../../ingest/ingested.ts";
import { readFrom } from "../../journal/journalScan.ts";
import { Verdict } from "../../verdict/record.ts";
import { type JournalModel, reportModel, type RunReport } from "../model.ts";
import { readJournal, readRuns } from "../reading.ts";
import type { CollectedRun } from "../summary/collect.ts";
import type { Rehearsed } from "./incident.ts";
import { nearest } from "./nearest.ts";

/** In an identifier's place: the last run that began, the newest reversion. */
export const LATEST = "latest";

export const UNKNOWN_RUN = "unknown-run";

export interface FoundRun {
  readonly run: RunReport;
  readonly journal: JournalModel;
  readonly rehearsed: Rehearsed;
}

/**
 * @param environment only runs there
 * @throws BackoutError as `readRuns` does, `ingested-run`, or `unknown-run` that names the nearest
 */
export function findRun(directory: string, wanted: string, environment?: string): FoundRun {
  const { scan, collector } = readRuns(directory);
  const all = collector.runs();
  const runs = all.filter((run) => environment === undefined || run.environment === environment);
  const chosen = wanted === LATEST ? runs.at(-1) : runs.find(({ id }) => id === wanted);
  if (!chosen) throw unknownRun(directory, wanted, runs);
  const entries = readFrom(directory, chosen.offset, ({ runId }) => runId === chosen.id);
  const read = reportModel({ entries, problems: [], head: null, tornBytes: 0, wholeBytes: 0 });
  const [run] = read.runs;
  if (!run) throw unknownRun(directory, wanted, runs);
  const problems = [...scan.problems, ...collector.unreadable];
  const told = new Set(problems.map(({ seq }) => seq));
  const unreadable = read.journal.problems.filter(({ seq }) => !told.has(seq));
  return {
    run,
    journal: {
      entries: scan.entries,
      head: scan.head?.hash ?? null,
      problems: [...problems, ...unreadable],
      tornBytes: scan.tornBytes,
    },
    rehearsed: { secondWay: secondWay(all, run.environment) },
  };
}

function secondWay(runs: readonly CollectedRun[], environment: string): Rehearsed["secondWay"] {
  const passed = runs.findLast(
    (run) =>
      run.environment === environment &&
      run.point?.path === ReversionPath.Watchdog &&
      run.point.verdict === Verdict.Passed,
  );
  return passed ? { id: passed.id, wallAt: passed.startedWallAt } : null;
}

function unknownRun(directory: string, wanted: string, runs: readonly CollectedRun[]): Error {
  const ingested = ingestedRecords(readJournal(directory).entries);
  const foreign = ingested.find(({ id }) => id === wanted);
  if (foreign) {
    return usageError(
      "ingested-run",
      `${wanted} was run by ${foreign.source.tool}, whose record knows neither requests nor the guard (${foreign.reason})`,
      "write that post-mortem by hand; `backout report` shows what is known of it",
    );
  }
  const near = nearest(
    wanted,
    runs.map(({ id }) => id),
  );
  return usageError(
    UNKNOWN_RUN,
    near.length === 0
      ? `there is no run "${wanted}" in the journal: it holds none that is asked for`
      : `there is no run "${wanted}" in the journal; the nearest: ${near.join(", ")}`,
    "name a run of `backout report`, or with --environment NAME a reversion of that environment",
  );
}
