/**
 * The journal of drills: `journal.jsonl`, append-only, one writer, each entry on disk (fsync) before
 * the next step is taken. Many runs share one journal.
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import {
  BackoutError,
  defect,
  environmentError,
  messageOf,
  usageError,
} from "../../base/errors.ts";
import { errorCode } from "../../base/errno.ts";
import { makeDirectory } from "../../base/makeDirectory.ts";
import {
  chainLine,
  GENESIS_HASH,
  HEAD_FILE,
  type Head,
  JOURNAL_FILE,
  JOURNAL_SCHEMA_VERSION,
  type JournalEntry,
  journalEntrySchema,
} from "./journalEntry.ts";
import { lockJournal } from "./journalLock.ts";
import { readHead, verifyJournal } from "./journalVerify.ts";

export interface Journal {
  /** Where it is, as a person names it: a directory, or `s3://bucket/prefix`. */
  readonly directory: string;
  /** What was there when it was opened and what was appended since. */
  entries(): readonly JournalEntry[];
  /**
   * Writes one entry and returns once it is on disk. `data` must be JSON and may not use the
   * chain's own names (`seq`, `at`, `wallAt`, `runId`, `type`, `prevHash`, `hash`).
   *
   * A journal with `flush` only takes it into its queue.
   *
   * @throws BackoutError `journal-not-written` when the disk refuses.
   */
  append(runId: string, type: string, data?: Readonly<Record<string, unknown>>): JournalEntry;
  /**
   * Resolves when everything appended so far is where it cannot be lost. @default it is once appended
   *
   * @throws BackoutError `journal-not-written`; calling it again tries again
   */
  flush?(): Promise<void>;
  /**
   * Who is alive with a run that another writer of this journal began; null when nobody is.
   *
   * @default nobody, for there is one writer
   */
  liveHolder?(runId: string): Promise<string | null>;
  close(): void;
}

export const CHAIN_NAMES = ["seq", "at", "wallAt", "runId", "type", "prevHash", "hash"] as const;
/** The run id of entries that belong to no run. */
export const NO_RUN = "-";

/**
 * Opens the journal in `directory` (made when missing), sets a torn last line aside and notes it.
 *
 * @throws BackoutError `journal-not-a-directory`, `journal-not-writable`, `journal-newer`,
 *   `journal-broken` or `journal-in-use`
 */
export function openJournal(directory: string, clock: Clock): Journal {
  prepareDirectory(directory);
  const release = writable(directory, () => lockJournal(directory));
  try {
    return openLocked(directory, clock, release);
  } catch (error) {
    release();
    throw error;
  }
}

function openLocked(directory: string, clock: Clock, release: () => void): Journal {
  refuseNewer(directory);
  const reading = verifyJournal(directory);
  if (reading.problems.length > 0) {
    throw environmentError(
      "journal-broken",
      `the journal in ${directory} is not as it was written: ` +
        reading.problems.map((problem) => problem.detail).join("; "),
      "keep it as it is and start a new one with --journal DIR; `backout report verify` has details",
    );
  }
  const entries: JournalEntry[] = [...reading.entries];
  const torn = reading.tornBytes > 0 ? setTornAside(directory, reading.wholeBytes) : undefined;
  const last = entries.at(-1);
  let head: Head = {
    schemaVersion: JOURNAL_SCHEMA_VERSION,
    seq: last?.seq ?? 0,
    hash: last?.hash ?? GENESIS_HASH,
  };
  const file = writable(directory, () => {
    writeHead(directory, head);
    const opened = openSync(join(directory, JOURNAL_FILE), "a");
    syncDirectory(directory);
    return opened;
  });

  const journal: Journal = {
    directory,
    entries: () => entries,
    append(runId, type, data = {}) {
      const taken = CHAIN_NAMES.find((name) => Object.hasOwn(data, name));
      if (taken) throw defect(`a journal entry's data may not be called "${taken}"`);
      const payload = {
        seq: head.seq + 1,
        at: new Date(clock.now()).toISOString(),
        wallAt: new Date(clock.wall()).toISOString(),
        runId,
        type,
        ...data,
        prevHash: head.hash,
      };
      const { line, hash } = chainLine(payload);
      const entry = journalEntrySchema.parse(JSON.parse(line));
      writable(directory, () => {
        writeSync(file, `${line}\n`);
        fsyncSync(file);
        head = { ...head, seq: entry.seq, hash };
        writeHead(directory, head);
      });
      entries.push(entry);
      return entry;
    },
    close() {
      closeSync(file);
      release();
    },
  };
  if (torn) journal.append(NO_RUN, "journal.torn", torn);
  return journal;
}

/** @throws BackoutError `journal-not-written`: the disk is full, read-only, or gone */
function writable<T>(directory: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof BackoutError) throw error;
    throw notWritten(directory, error);
  }
}

function notWritten(directory: string, error: unknown): Error {
  return environmentError(
    "journal-not-written",
    `the journal in ${directory} could not be written: ${messageOf(error)}`,
    "make room on its disk, or give another directory with --journal",
    error,
  );
}

function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    if (!statSync(directory).isDirectory()) throw notADirectory(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" || code === "ENOTDIR") throw notADirectory(directory);
    // The kernel's own directories say ENOENT of what may not be made in them.
    if (["EACCES", "EPERM", "EROFS", "ENOENT"].includes(code ?? "")) {
      throw usageError(
        "journal-not-writable",
        `the journal's directory ${directory} cannot be written (${code})`,
        "give a directory that this user may write with --journal",
      );
    }
    throw error instanceof BackoutError ? error : notWritten(directory, error);
  }
}

function notADirectory(directory: string): Error {
  return usageError(
    "journal-not-a-directory",
    `${directory} is, or lies under, something that is not a directory`,
    "give a directory with --journal; it is made when it is missing",
  );
}

/** @throws BackoutError `journal-newer` when a later Backout wrote the journal. */
export function refuseNewer(directory: string): void {
  const version = readHead(directory)?.schemaVersion;
  if (version === undefined || version <= JOURNAL_SCHEMA_VERSION) return;
  throw usageError(
    "journal-newer",
    `the journal in ${directory} has schema version ${version}, this Backout knows version ` +
      `${JOURNAL_SCHEMA_VERSION}`,
    "use the Backout that wrote it or a later one, or another directory with --journal",
  );
}

/** Keeps the bytes of a write that was cut short, and ends the journal at its last whole line. */
function setTornAside(
  directory: string,
  wholeBytes: number,
): { readonly file: string; readonly bytes: number } {
  const path = join(directory, JOURNAL_FILE);
  const torn = readFileSync(path).subarray(wholeBytes);
  const file = `torn-at-${wholeBytes}-${Date.now()}.txt`;
  writeFileSync(join(directory, file), torn, { flush: true });
  truncateSync(path, wholeBytes);
  return { file, bytes: torn.length };
}

/** By rename, so that a reader sees the old head or the new one and never half of one. */
function writeHead(directory: string, head: Head): void {
  const path = join(directory, HEAD_FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`, { flush: true });
  renameSync(`${path}.new`, path);
}

/** A new file's name is on disk only once its directory is. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
