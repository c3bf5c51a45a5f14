/** Files that a command was asked to write, in places where one must not simply be put. */
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../scripts/outputFiles.ts";
import { refuseFiles } from "../../scripts/reportFiles.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-output-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a link stays one, and what it leads to is written", () => {
  const [file, link] = [join(directory, "report.html"), join(directory, "latest.html")];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  writeFiles([{ path: link, text: "new" }]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, "utf8")).toBe("new");
});

test("two names of one file are one file", () => {
  const [file, link] = [join(directory, "report"), join(directory, "link")];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  expect(() => refuseFiles({ html: file, csv: link }, join(directory, "journal"))).toThrow(
    "--html and --csv both name",
  );
});

test.each(["/dev/null", "", "/dev/fd/1"])(
  "%j is not replaced, and nothing is left of it",
  (path) => {
    const whole = join(directory, "whole");
    expect(() =>
      writeFiles([
        { path: whole, text: "x" },
        { path, text: "x" },
      ]),
    ).toThrow("cannot be written");
    expect(readdirSync(directory)).toEqual([]);
  },
);
