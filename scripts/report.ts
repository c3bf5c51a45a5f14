/** `backout report`: what the journal says of its drills, whether it is still what was written, the gate. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Command } from "commander";
import { usageError } from "../base/errors.ts";
import { elsewhereText } from "../drills/report/elsewhere.ts";
import { documentText, reportDocument } from "../drills/report/forms/document.ts";
import { readJournal } from "../drills/report/reading.ts";
import { gate, type GateResult } from "../drills/report/summary/gate.ts";
import { type LoadedReport, loadReport } from "../drills/report/summary/load.ts";
import { renderOverview } from "../drills/report/summary/terminal.ts";
import { renderTerminal } from "../drills/report/terminal.ts";
import { outputClosed } from "./closedOutput.ts";
import { atJournal } from "./journalPlace.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { writeFiles } from "./outputFiles.ts";
import { defaultJournalDirectory } from "./paths.ts";
import {
  askedFiles,
  type FileOptions,
  fileOptions,
  refuseFiles,
  renderFiles,
} from "./reportFiles.ts";
import { ingestCommand } from "./reportIngest.ts";
import { postmortemCommand } from "./reportPostmortem.ts";
import { publishCommand } from "./reportPublish.ts";
import { parseQuestion, questionOptions, type QuestionOptions } from "./reportQuestion.ts";

interface VerifyOptions extends LiveOptions {
  readonly journal?: string;
  readonly json?: boolean;
  /** The journal as it was named, where `journal` is a copy of it. */
  readonly place?: string;
}

interface ReportOptions extends VerifyOptions, FileOptions, QuestionOptions {}

/** More are told by the overview only. */
const MOST_ONE_BY_ONE = 10;

export function reportCommand(finish: (code: ExitCode) => void): Command {
  const report = new Command("report")
    .description("what drills wrote down: verdicts, recovery, timelines and how they are known")
    .option("--journal <dir>", "the journal's directory (default: this project's)");
  withOptions(questionOptions(fileOptions(report)), liveOptions())
    .addOption(jsonOption())
    // Options before a subcommand are the report's own, those behind it are not.
    .enablePositionalOptions()
    .addOption(endpointOption())
    .action(async (options: ReportOptions) => finish(await atJournal(options, writeReport)));
  withOptions(report.command("verify"), liveOptions())
    .description("find any changed, missing, reordered or cut-off entry of a journal")
    .option("--journal <dir>", "the journal's directory (default: this project's)")
    .addOption(jsonOption())
    .addOption(endpointOption())
    .action(async (_: VerifyOptions, command: Command) =>
      finish(await atJournal(command.optsWithGlobals<ReportOptions>(), verify)),
    );
  report.addCommand(publishCommand(finish));
  report.addCommand(ingestCommand(finish));
  report.addCommand(postmortemCommand(finish));
  return report;
}

async function writeReport(options: ReportOptions): Promise<ExitCode> {
  const { isGate, ...question } = parseQuestion(options, Date.now());
  const directory = options.journal ?? defaultJournalDirectory();
  refuseFiles(options, directory);
  const report = loadReport(directory, question);
  const result = isGate ? gate(report.summary) : null;
  const files = renderFiles(options, report, isGate);
  writeFiles(files);
  if (options.json) {
    await printDocument(report, result);
  } else {
    printOverview(report, result);
    for (const { path } of files) print(`written: ${path}`);
  }
  if (result?.passed === false) {
    for (const missing of result.missing) diagnose(`gate: ${missing}`);
  }
  const isSound = report.model.journal.problems.length === 0;
  return isSound && result?.passed !== false ? ExitCode.Passed : ExitCode.Failed;
}

function printOverview({ model, summary }: LoadedReport, result: GateResult | null): void {
  const all = summary.runs.length + summary.unfinished.length;
  const shown = model.runs.slice(0, MOST_ONE_BY_ONE);
  if (all > shown.length) {
    print(`the newest ${shown.length} of ${all} runs one by one, below them all together`);
  }
  print(renderTerminal({ ...model, runs: shown }));
  if (all > 0) print(`\n${renderOverview(summary)}`);
  for (const line of elsewhereText(summary.ingested)) print(line);
  if (result) print(`\ngate: ${result.passed ? "passed" : "not passed"}`);
}

/** Piece by piece: a hundred thousand records are not held at once. */
async function printDocument(report: LoadedReport, result: GateResult | null): Promise<void> {
  const document = reportDocument(report.model, report.summary, result);
  const text = Readable.from(documentText(document, report.records()));
  try {
    await pipeline(text, process.stdout, { end: false, signal: outputClosed });
  } catch (error) {
    if (!outputClosed.aborted) throw error;
  }
}

function verify(options: ReportOptions): ExitCode {
  if (askedFiles(options).length > 0) {
    throw usageError(
      "verify-writes-nothing",
      "`report verify` writes no file",
      "leave out `verify`",
    );
  }
  const directory = options.journal ?? defaultJournalDirectory();
  const { entries, problems, head, tornBytes } = readJournal(directory);
  if (options.json) {
    printJson({
      schemaVersion: 1,
      journal: options.place ?? directory,
      entries: entries.length,
      head: head?.hash ?? null,
      tornBytes,
      problems,
    });
  } else {
    print(
      `${options.place ?? directory}: ${entries.length} entries, head ${head?.hash ?? "missing"}`,
    );
    if (tornBytes > 0) {
      print(`  the last write was cut short (${tornBytes} bytes); the next drill sets them aside`);
    }
    for (const problem of problems) print(`  ${problem.kind}: ${problem.detail}`);
    print(problems.length === 0 ? "  every entry is as it was written" : "  not as it was written");
  }
  return problems.length === 0 ? ExitCode.Passed : ExitCode.Failed;
}
