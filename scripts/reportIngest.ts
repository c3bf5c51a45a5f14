/** `backout report ingest`: drills that other tools ran, into the journal. */
import { Command } from "commander";
import { wallClock } from "../base/clock.ts";
import { ingest, readIngested } from "../drills/ingest/ingest.ts";
import { openJournal } from "../drills/journal/journal.ts";
import { isS3 } from "../drills/journal/s3Place.ts";
import { plain } from "../drills/report/escape.ts";
import { journalOf, openJournalAt } from "./journalPlace.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { resolveTarget } from "./target.ts";

interface IngestOptions extends LiveOptions {
  readonly journal?: string;
  readonly environment?: string;
  readonly json?: boolean;
}

const HELP = `
Taken: a Chaos Toolkit journal (chaos run --journal-path journal.json), and the JSON of
\`aws fis get-experiment\` and \`aws fis list-experiments\`. None of them is ever "passed": they do not
know what brought the traffic back. Their verdict: met again afterwards, or only ended as planned:
inconclusive; not met afterwards: failed; not met before, dry run, or cancelled: not-run; stopped or
interrupted: interrupted; an activity or a rollback that failed: error, stuck-on-removal.`;

export function ingestCommand(finish: (code: ExitCode) => void): Command {
  return withOptions(new Command("ingest"), liveOptions())
    .description("take in drills that Chaos Toolkit or AWS FIS ran")
    .argument("<files...>", "JSON files of theirs")
    .option("--environment <name>", "whose drills they are, where the file does not say so")
    .option("--journal <dir>", "a directory or s3://bucket/prefix (default: this project's)")
    .addOption(endpointOption())
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action(async (files: string[], _: IngestOptions, command: Command) =>
      finish(await takeIn(files, command.optsWithGlobals<IngestOptions>())),
    );
}

async function takeIn(files: readonly string[], options: IngestOptions): Promise<ExitCode> {
  const records = readIngested(files, options.environment);
  const place = await journalOf(options);
  const journal = isS3(place)
    ? await openJournalAt(place, await resolveTarget(options))
    : openJournal(place, wallClock());
  try {
    await ingest(records, journal);
  } finally {
    journal.close();
  }
  if (options.json) printJson({ schemaVersion: 1, journal: place, ingested: records });
  for (const { id, source, drill, verdict, reason } of options.json ? [] : records) {
    print(`${id}  ${source.tool}  ${plain(drill)}: ${verdict}: ${plain(reason)}`);
  }
  return ExitCode.Passed;
}
