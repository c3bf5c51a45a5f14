/**
 * `npm run month -- --out DIR`: a month of nightly drills, and every report of it. What of it is
 * simulated stands in month.ts; what befalls in it, in course.ts.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readSchedules } from "../../drills/schedule/file.ts";
import { entryLine } from "../../scripts/drillSchedule.ts";
import { packageDirectory } from "../../scripts/paths.ts";
import { MONTH } from "./course.ts";
import { runMonth } from "./month.ts";

const SCHEDULE = join(packageDirectory, "examples", "drills", "nightly.yaml");

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    from: { type: "string", default: MONTH.from },
    to: { type: "string", default: MONTH.to },
    seed: { type: "string", default: "1" },
  },
});
const { out, from, to, seed } = values;
if (out === undefined || existsSync(out)) {
  throw new Error("--out names a directory that does not exist yet");
}
mkdirSync(out, { recursive: true });
const fromMs = Date.parse(from);
const { journal } = await runMonth({
  schedules: readSchedules(SCHEDULE, fromMs),
  fromMs,
  toMs: Date.parse(to),
  seed: Number(seed),
  directory: out,
  onEntry: (entry) => console.log(entryLine(entry)),
});
const file = (name: string): string => join(out, name);
const report = ["report", "--journal", journal, "--now", to];
const backout = (args: readonly string[]): string =>
  execFileSync(process.execPath, [join(packageDirectory, "scripts", "backout.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
const files = ["html", "markdown", "junit", "csv"].flatMap((form) => [
  `--${form}`,
  file(`report.${{ html: "html", markdown: "md", junit: "xml", csv: "csv" }[form]}`),
]);
console.log(backout(["report", "verify", "--journal", journal]));
console.log(backout([...report, ...files]));
