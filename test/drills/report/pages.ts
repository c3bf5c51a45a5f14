/** Journals with their summary, as a page is built from both. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JournalReading, verifyJournal } from "../../../drills/journal/journalVerify.ts";
import { htmlReport } from "../../../drills/report/html.ts";
import { markdownReport } from "../../../drills/report/markdown.ts";
import { type ReportModel, reportModel } from "../../../drills/report/model.ts";
import { RunCollector } from "../../../drills/report/summary/collect.ts";
import type { SummaryModel, SummaryQuestion } from "../../../drills/report/summary/model.ts";
import { summarize } from "../../../drills/report/summary/summarize.ts";
import { writeJournal, type Written } from "./journals.ts";

const EVERYTHING = {
  maxAgeMs: 14 * 86_400_000,
  objectiveMs: null,
  drill: null,
  environment: null,
  since: null,
  paths: ["primary"],
} as const;

export interface Reported {
  readonly model: ReportModel;
  readonly summary: SummaryModel;
}

export function reported(
  reading: JournalReading,
  question: Partial<SummaryQuestion> = {},
): Reported {
  const collector = new RunCollector();
  for (const entry of reading.entries) {
    const { seq, at, wallAt, runId, type } = entry;
    collector.visit({ seq, at, wallAt, runId, type, offset: 0, bytes: 0, entry: () => entry });
  }
  const now = collector.lastWallAt ?? "1970-01-01T00:00:00.000Z";
  const summary = summarize(collector.runs(), { ...EVERYTHING, now, ...question });
  return { model: reportModel(reading), summary };
}

export function reportedByHand(entries: readonly Written[]): Reported {
  const directory = mkdtempSync(join(tmpdir(), "backout-report-"));
  try {
    writeJournal(directory, entries);
    return reported(verifyJournal(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function pageOf({ model, summary }: Reported): string {
  return htmlReport(model, summary);
}

export function commentOf({ model, summary }: Reported): string {
  return markdownReport(model, summary);
}
