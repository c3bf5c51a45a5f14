/** Where a journal is: a directory, or `s3://bucket/prefix` of the account or endpoint that every command uses. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Journal, openJournal } from "../drills/journal/journal.ts";
import { isS3, s3Place } from "../drills/journal/s3Place.ts";
import type { LiveOptions } from "./live.ts";
import { liveOf } from "./liveAccount.ts";
import { diagnose } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";
import { resolveTarget, type Target } from "./target.ts";

interface JournalOptions extends LiveOptions {
  readonly journal?: string | undefined;
  /** Set for `work`: as it was named, where `journal` is a copy. */
  readonly place?: string;
}

/** Where it is written is refused before an environment is looked for. */
export function checkPlace(place: string): void {
  if (isS3(place)) s3Place(place);
}

/** As another process, in another directory, has to name it. */
export function absolutePlace(place: string): string {
  return isS3(place) ? s3Place(place).text : resolve(place);
}

/** What was named; else this project's of the lab, or of the account that is live. */
export async function journalOf(options: JournalOptions): Promise<string> {
  return options.journal ?? defaultJournalDirectory(await liveOf(options));
}

/**
 * @throws BackoutError as `openJournal` does, or as `openS3Journal` does
 */
export async function openJournalAt(place: string, target: Target): Promise<Journal> {
  const { clock } = target;
  if (!isS3(place)) return openJournal(place, clock);
  const { openS3Journal } = await import("../drills/journal/s3Journal.ts");
  const client = await target.connectS3();
  const journal = await openS3Journal({
    client,
    place: s3Place(place),
    clock,
    onTrouble: (text) => diagnose(`the journal ${place}: ${text}`),
  });
  void journal.ended.then(() => client.destroy());
  return journal;
}

/**
 * Does `work` on a directory that holds the journal: the one that is named, or for S3 a copy of what is
 * there now, byte for byte, which goes again.
 *
 * @throws BackoutError for S3 as `readS3` does, as `resolveTarget` does, or `no-journal`
 */
export async function atJournal<O extends JournalOptions, T>(
  options: O,
  work: (options: O) => T | Promise<T>,
): Promise<T> {
  if (options.journal === undefined && options.live) {
    return work({ ...options, journal: await journalOf(options) });
  }
  if (options.journal === undefined || !isS3(options.journal)) return work(options);
  const place = s3Place(options.journal);
  const [{ S3Objects }, { copyS3 }, target] = await Promise.all([
    import("../drills/journal/s3Objects.ts"),
    import("../drills/journal/s3Reading.ts"),
    resolveTarget(options),
  ]);
  const client = await target.connectS3();
  const directory = mkdtempSync(join(tmpdir(), "backout-journal-"));
  try {
    await copyS3(new S3Objects(client, place), place.text, directory);
    return await work({ ...options, journal: directory, place: place.text });
  } finally {
    client.destroy();
    rmSync(directory, { recursive: true });
  }
}
