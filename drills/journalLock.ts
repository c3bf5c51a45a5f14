/** One writer per journal: a lock file with the writer's pid; what a dead writer left is taken over. */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environmentError } from "../base/errors.ts";
import { hexId } from "../base/ids.ts";
import { errorCode } from "./errno.ts";

const LOCK_FILE = "journal.lock";
/** Pids are used again, in containers at once: our own pid in a lock we do not hold is a dead writer's. */
const heldHere = new Set<string>();

/**
 * Takes the lock and returns what releases it.
 *
 * @throws BackoutError `journal-in-use` while another live process holds it.
 */
export function lockJournal(directory: string): () => void {
  const path = join(directory, LOCK_FILE);
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
      heldHere.add(path);
      return () => {
        heldHere.delete(path);
        unlinkSync(path);
      };
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      setAsideStale(path, directory);
    }
  }
  throw inUse(directory, "another process");
}

/** Renames before it removes, so that of two that find the same stale lock one at most removes it. */
function setAsideStale(path: string, directory: string): void {
  const aside = `${path}.${process.pid}-${hexId(6)}`;
  const holder = readHolder(path);
  if (holder !== undefined && isLive(holder, path)) throw inUse(directory, `process ${holder}`);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken !== undefined && isLive(taken, path)) linkSync(aside, path);
  unlinkSync(aside);
}

function readHolder(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isLive(pid: number, path: string): boolean {
  if (pid === process.pid) return heldHere.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return errorCode(error) === "EPERM";
  }
}

function inUse(directory: string, holder: string): Error {
  return environmentError(
    "journal-in-use",
    `the journal in ${directory} is being written by ${holder}`,
    "wait until that drill ends, or give this one a journal of its own with --journal",
  );
}
