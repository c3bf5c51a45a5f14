/** `backout journal`: what is kept of it, and for how long. */
import { Command } from "commander";
import { wallClock } from "../base/clock.ts";
import { parseDuration } from "../base/duration.ts";
import { usageError } from "../base/errors.ts";
import { previewPrune, prune } from "../drills/journal/prune.ts";
import { isS3 } from "../drills/journal/s3Place.ts";
import { readJournal } from "../drills/report/reading.ts";
import { jsonOption } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";

interface PruneOptions {
  readonly olderThan: string;
  readonly journal?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const HELP = `
Of each environment, drill and rollback path the newest run stays, and the newest that passed, however
old they are; so does what is not finished. What goes is replaced by its digest and count, so that
\`report verify\` still finds any other change. Without --yes nothing is written.`;

export function journalCommand(finish: (code: ExitCode) => void): Command {
  const journal = new Command("journal").description("keep the journal of drills in order");
  journal
    .command("prune")
    .description("cut runs that are older than a journal has to keep")
    .requiredOption(
      "--older-than <duration>",
      "such as 400d: by the wall time of a run's last entry",
    )
    .option("--journal <dir>", "the journal's directory (default: this project's)")
    .option("--yes", "cut them; without it, say what would be cut")
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action((options: PruneOptions) => finish(pruneRuns(options)));
  return journal;
}

function pruneRuns(options: PruneOptions): ExitCode {
  const directory = options.journal ?? defaultJournalDirectory();
  const olderThanMs = ageOf(options.olderThan);
  if (isS3(directory)) {
    throw usageError(
      "prune-directory-only",
      `${directory}: only a journal in a directory can be cut`,
      "keep it, or begin a new one under another prefix; a lifecycle rule would break its chain",
    );
  }
  readJournal(directory);
  const clock = wallClock();
  const preview = previewPrune(directory, olderThanMs, clock);
  const done = options.yes ? prune(directory, olderThanMs, clock) : undefined;
  const { entries, runs, kept } = done ?? preview;
  if (options.json) {
    printJson({
      schemaVersion: 1,
      journal: directory,
      pruned: done !== undefined,
      entries,
      runs,
      kept,
    });
    return ExitCode.Passed;
  }
  const what = `${runs.length} runs (${entries} entries) older than ${options.olderThan}`;
  print(done ? `cut: ${what}` : entries === 0 ? "nothing to cut" : `would be cut: ${what}`);
  for (const run of runs) print(`  ${run}`);
  if (kept.length > 0)
    print(`older and kept, as the newest of their kind or unfinished: ${kept.length}`);
  if (!options.yes && entries > 0) print("nothing was written; --yes cuts them");
  return ExitCode.Passed;
}

/** @throws BackoutError `bad-duration` */
function ageOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw usageError(
    "bad-duration",
    `--older-than: "${text}" - allowed: above 0, such as 400d or 12h`,
  );
}
