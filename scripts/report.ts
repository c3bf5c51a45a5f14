/** `backout report`: what the journal says of its drills, and whether it is still what was written. */
import { type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { usageError } from "../base/errors.ts";
import { HEAD_FILE, JOURNAL_FILE } from "../drills/journal/journalEntry.ts";
import { htmlReport } from "../drills/report/html.ts";
import { markdownReport } from "../drills/report/markdown.ts";
import { type ReportModel, reportModel } from "../drills/report/model.ts";
import { readJournal } from "../drills/report/reading.ts";
import { renderTerminal } from "../drills/report/terminal.ts";
import { jsonOption } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { type OutputFile, writeFiles } from "./outputFiles.ts";
import { defaultJournalDirectory } from "./paths.ts";

interface VerifyOptions {
  readonly journal?: string;
  readonly json?: boolean;
}

interface ReportOptions extends VerifyOptions {
  readonly html?: string;
  readonly markdown?: string;
}

export function reportCommand(finish: (code: ExitCode) => void): Command {
  const report = new Command("report")
    .description("what drills wrote down: verdicts, recovery, timelines and how they are known")
    .option("--journal <dir>", "the journal's directory (default: this project's)")
    .option("--html <file>", "write it as one self-contained HTML file")
    .option("--markdown <file>", "write it as Markdown, for a pull request")
    .addOption(jsonOption())
    // Options before `verify` are the report's own, those behind it are not.
    .enablePositionalOptions()
    .action((options: ReportOptions) => finish(writeReport(options)));
  report
    .command("verify")
    .description("find any changed, missing, reordered or cut-off entry of a journal")
    .option("--journal <dir>", "the journal's directory (default: this project's)")
    .addOption(jsonOption())
    .action((_: VerifyOptions, command: Command) =>
      finish(verify(command.optsWithGlobals<ReportOptions>())),
    );
  return report;
}

function writeReport(options: ReportOptions): ExitCode {
  const directory = options.journal ?? defaultJournalDirectory();
  const model = reportModel(readJournal(directory));
  const files = filesOf(options, directory, model);
  writeFiles(files);
  if (options.json) {
    printJson({
      schemaVersion: 1,
      journal: model.journal,
      runs: model.runs.flatMap(({ record }) => record ?? []),
      unfinished: model.runs.filter(({ record }) => !record).map(({ id }) => id),
    });
  } else {
    print(renderTerminal(model));
    for (const { path } of files) print(`written: ${path}`);
  }
  return model.journal.problems.length === 0 ? ExitCode.Passed : ExitCode.Failed;
}

/** Rendered before the first is written. */
function filesOf(options: ReportOptions, directory: string, model: ReportModel): OutputFile[] {
  const { html, markdown } = options;
  for (const path of [html, markdown]) {
    if (path !== undefined) refuseJournalFile(path, directory);
  }
  if (html !== undefined && markdown !== undefined && resolve(html) === resolve(markdown)) {
    throw usageError("one-file", `--html and --markdown both name ${html}`, "name two files");
  }
  return [
    ...(html === undefined ? [] : [{ path: html, text: htmlReport(model) }]),
    ...(markdown === undefined ? [] : [{ path: markdown, text: markdownReport(model) }]),
  ];
}

/** A report in the place of what it is drawn from would be the end of both. */
function refuseJournalFile(path: string, directory: string): void {
  const found = fileAt(path);
  const own = [JOURNAL_FILE, HEAD_FILE].flatMap((name) => fileAt(join(directory, name)) ?? []);
  // By identity, because a path may lead there through a link.
  if (!own.some(({ ino, dev }) => ino === found?.ino && dev === found.dev)) return;
  throw usageError("output-is-journal", `${path} is the journal itself`, "name another file");
}

function fileAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function verify(options: ReportOptions): ExitCode {
  if (options.html !== undefined || options.markdown !== undefined) {
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
      journal: directory,
      entries: entries.length,
      head: head?.hash ?? null,
      tornBytes,
      problems,
    });
  } else {
    print(`${directory}: ${entries.length} entries, head ${head?.hash ?? "missing"}`);
    if (tornBytes > 0) {
      print(`  the last write was cut short (${tornBytes} bytes); the next drill sets them aside`);
    }
    for (const problem of problems) print(`  ${problem.kind}: ${problem.detail}`);
    print(problems.length === 0 ? "  every entry is as it was written" : "  not as it was written");
  }
  return problems.length === 0 ? ExitCode.Passed : ExitCode.Failed;
}
