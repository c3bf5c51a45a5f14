/** Journals to report on: simulated drills, and entries written by hand into a real journal. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../../base/clock.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import { type JournalReading, verifyJournal } from "../../../drills/journal/journalVerify.ts";
import { type ReportModel, reportModel, type RunReport } from "../../../drills/report/model.ts";
import { type DrillOptions, runDrill } from "../../../drills/runner.ts";
import { Simulation, type Switches } from "../simulation.ts";

export const START = "2026-03-14T09:00:00.000Z";

/** What a journal holds after one simulated drill. */
export async function simulated(
  switches: Switches = {},
  options: Partial<DrillOptions> = {},
): Promise<JournalReading> {
  const simulation = new Simulation(switches);
  try {
    const drill = { drill: "bad-release-errors", ...options };
    await simulation.until(runDrill(drill, simulation.ports()));
    return verifyJournal(simulation.directory);
  } finally {
    simulation.journal.close();
    rmSync(simulation.directory, { recursive: true });
  }
}

export type Written = readonly [runId: string, type: string, data?: Record<string, unknown>];

/** Writes a journal into `directory`, one entry a second. */
export function writeJournal(directory: string, entries: readonly Written[]): void {
  const clock = new ManualClock(Date.parse(START));
  const journal = openJournal(directory, clock);
  for (const [runId, type, data] of entries) {
    journal.append(runId, type, data);
    void clock.advance(1000);
  }
  journal.close();
}

export function handWritten(entries: readonly Written[]): ReportModel {
  const directory = mkdtempSync(join(tmpdir(), "backout-report-"));
  try {
    writeJournal(directory, entries);
    return reportModel(verifyJournal(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function startOf(runId: string, environment = "checkout"): Written {
  const drill = "bad-release-errors";
  return [runId, "run.started", { environment, drill, parameters: {}, clock: { speed: 20 } }];
}

/** The one run of a journal. */
export function onlyRun(model: ReportModel): RunReport {
  const [run] = model.runs;
  if (!run || model.runs.length > 1) throw new Error(`${model.runs.length} runs`);
  return run;
}
