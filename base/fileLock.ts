/** A lock file with its holder's pid; what a dead holder left is taken over. */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { errorCode } from "./errno.ts";
import { hexId } from "./ids.ts";
import { isAlive } from "./isAlive.ts";

/** Pids are used again, in containers at once: our own pid in a lock we do not hold is a dead writer's. */
const heldHere = new Set<string>();

/** Makes the error for who holds the lock: `process 4711`. */
type InUse = (holder: string) => Error;

/**
 * Takes the lock and returns what releases it.
 *
 * @throws what `inUse` makes, while another live process or this one holds it.
 */
export function lockFile(path: string, inUse: InUse): () => void {
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
      setAsideStale(path, inUse);
    }
  }
  throw inUse("another process");
}

/** Renames before it removes, so that of two that find the same stale lock one at most removes it. */
function setAsideStale(path: string, inUse: InUse): void {
  const aside = `${path}.${process.pid}-${hexId(6)}`;
  const holder = readHolder(path);
  if (holder !== undefined && isLive(holder, path)) throw inUse(`process ${holder}`);
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
  return isAlive(pid);
}
