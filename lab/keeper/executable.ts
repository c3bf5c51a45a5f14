/** Whether a command can be started at all, asked before a shell stands between us and exec. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** The file that `name` runs with this `path`, or an error as `spawn` would have given. */
export function findExecutable(name: string, path: string, cwd: string): string | Error {
  if (!isDirectory(cwd)) return new Error(`spawn ${name}: the directory ${cwd} does not exist`);
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : resolve(cwd, name)]
    : path
        .split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => join(folder, name));
  const found = candidates.find(isExecutable);
  return found ?? new Error(`spawn ${name}: no such executable`);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
