/**
 * Makes a directory with all that it lies in. Node's own `mkdir` with `recursive` never comes back
 * where a directory refuses entries by saying that it does not exist, as /proc does.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorCode } from "./errno.ts";

/** @throws what `mkdir` throws for the first that cannot be made; `EEXIST` where something else is */
export function makeDirectory(directory: string): void {
  const missing: string[] = [];
  for (let path = resolve(directory); !exists(path); path = dirname(path)) missing.push(path);
  for (const path of missing.toReversed()) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Somebody else made it meanwhile.
      if (errorCode(error) !== "EEXIST" || !statSync(path).isDirectory()) throw error;
    }
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
