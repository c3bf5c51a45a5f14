/** `backout report`: what the journal says, and whether it is still what was written. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { usageError } from "../base/errors.ts";
import { JOURNAL_FILE } from "../drills/journalEntry.ts";
import { verifyJournal } from "../drills/journalVerify.ts";
import { jsonOption } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";

interface ReportOptions {
  readonly journal?: string;
  readonly json?: boolean;
}

export function reportCommand(finish: (code: ExitCode) => void): Command {
  const report = new Command("report").description("what drills wrote down");
  report
    .command("verify")
    .description("find any changed, missing, reordered or cut-off entry of a journal")
    .option("--journal <dir>", "the journal's directory (default: this project's)")
    .addOption(jsonOption())
    .action((options: ReportOptions) => finish(verify(options)));
  return report;
}

function verify(options: ReportOptions): ExitCode {
  const directory = options.journal ?? defaultJournalDirectory();
  if (!existsSync(join(directory, JOURNAL_FILE))) {
    throw usageError(
      "no-journal",
      `there is no journal in ${directory}: it has no ${JOURNAL_FILE}`,
      "name the directory that a drill wrote to with --journal DIR",
    );
  }
  const { entries, problems, head, tornBytes } = verifyJournal(directory);
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
