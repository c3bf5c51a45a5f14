/** Files that a command was asked to write: all of them whole, or none. */
import { fstatSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { messageOf, usageError } from "../base/errors.ts";
import { hexId } from "../base/ids.ts";

export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes beside each target first and renames when everything is on disk, so that nobody sees half a
 * file and an old one stays when a new one cannot be written.
 *
 * @throws BackoutError `output-not-written` of kind usage
 */
export function writeFiles(files: readonly OutputFile[]): void {
  const written: { readonly from: string; readonly to: string }[] = [];
  let path = "";
  try {
    for (const file of files) {
      path = file.path;
      const to = placeOf(path);
      const from = `${to}.${hexId(6)}.new`;
      written.push({ from, to });
      writeFileSync(from, file.text, { flag: "wx", flush: true });
    }
    for (const { from, to } of written) {
      path = to;
      renameSync(from, to);
    }
  } catch (error) {
    for (const { from } of written) removeIfThere(from);
    throw usageError(
      "output-not-written",
      `${path} cannot be written: ${messageOf(error)}`,
      "name a file in a directory that exists and can be written",
    );
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It never came to be, and the error that is on its way says why.
  }
}

/** The descriptor of stdout and that of stderr. */
const OWN_OUTPUT = [1, 2];

/**
 * Where a file of that name is. A rename would put one in the place of a link, and in that of a device or
 * a pipe, such as what /dev/stdout leads to.
 */
function placeOf(path: string): string {
  if (path === "") throw new Error("it has no name");
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return path;
  if (!found.isFile()) throw new Error("it is there already and is not a file");
  const isOutput = OWN_OUTPUT.map((one) => fstatSync(one)).some(
    ({ ino, dev }) => ino === found.ino && dev === found.dev,
  );
  if (isOutput) throw new Error("what this command prints goes there");
  return realpathSync(path);
}
