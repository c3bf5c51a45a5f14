/** The daemon's state on disk: `state.jsonl`, append-only, one writer, each line flushed before the act. */
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { environmentError, messageOf, usageError } from "../../base/errors.ts";
import { errorCode } from "../../base/errno.ts";
import { lockFile } from "../../base/fileLock.ts";
import { makeDirectory } from "../../base/makeDirectory.ts";
import { type StateEntry, stateEntrySchema } from "./stateEntry.ts";

export interface StateStore {
  /** What was there when it was opened. */
  readonly entries: readonly StateEntry[];
  /** Returns once it is on disk. @throws BackoutError `schedule-state-not-written` */
  append(entry: StateEntry): void;
  close(): void;
}

const HEADER = { format: "backout-schedule-state", schemaVersion: 1 };

/**
 * Opens the file at `path`, made when it is missing. Half a line at its end is cut off: nothing was
 * done on the strength of it.
 *
 * @throws BackoutError `schedule-state-in-use`, `schedule-state-broken` or `schedule-state-not-writable`
 */
export function openStateFile(path: string): StateStore {
  prepare(path);
  const release = lockFile(`${path}.lock`, (holder) =>
    environmentError(
      "schedule-state-in-use",
      `the state ${path} is being written by ${holder}`,
      "two daemons would start each fire twice: end the other one, or give --state",
    ),
  );
  try {
    const entries = readEntries(path);
    const file = openSync(path, "a");
    const write = (value: object): void => {
      writeSync(file, `${JSON.stringify(value)}\n`);
      fsyncSync(file);
    };
    if (entries === undefined) write(HEADER);
    return {
      entries: entries ?? [],
      append(entry) {
        try {
          write(entry);
        } catch (error) {
          throw environmentError(
            "schedule-state-not-written",
            `the state ${path} could not be written: ${messageOf(error)}`,
            "make room on its disk; nothing is started that is not written down first",
            error,
          );
        }
      },
      close() {
        closeSync(file);
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function prepare(path: string): void {
  try {
    makeDirectory(dirname(path));
    closeSync(openSync(path, "a"));
  } catch (error) {
    const code = errorCode(error) ?? messageOf(error);
    throw usageError(
      "schedule-state-not-writable",
      `the state ${path} cannot be written (${code})`,
      "give a file that this user may write with --state",
    );
  }
}

/** Undefined for a file without a header, which holds nothing yet. */
function readEntries(path: string): StateEntry[] | undefined {
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) truncateSync(path, whole);
  const [header, ...lines] = bytes.subarray(0, whole).toString("utf8").split("\n").slice(0, -1);
  if (header === undefined) return undefined;
  if (header !== JSON.stringify(HEADER)) {
    throw broken(path, "its first line is not that of a schedule's state of version 1");
  }
  return lines.map((line, index) => {
    const parsed = stateEntrySchema.safeParse(jsonOf(line));
    if (!parsed.success) throw broken(path, `line ${index + 2} is no entry of it`);
    return parsed.data;
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function broken(path: string, why: string): Error {
  return environmentError(
    "schedule-state-broken",
    `${path} is not as a schedule's daemon wrote it: ${why}`,
    "keep it as evidence and give another file with --state; fires of before will not be owed",
  );
}
