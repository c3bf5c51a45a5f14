/** How long a report on very many drills takes, and how much memory: `backout report` as a user runs it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JOURNAL_FILE } from "../../drills/journal/journalEntry.ts";
import { packageDirectory } from "../../scripts/paths.ts";
import { manyRuns, writeLongJournal } from "./longJournal.ts";

const FORMS = ["html", "markdown", "junit", "csv", "openmetrics"];
const RSS =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("maxRSS="+process.resourceUsage().maxRSS))';

export function benchReport(runs = 100_000): void {
  const directory = mkdtempSync(join(tmpdir(), "backout-report-bench-"));
  try {
    const journal = join(directory, "journal");
    writeLongJournal(journal, manyRuns(runs));
    const megabytes = statSync(join(journal, JOURNAL_FILE)).size / 1e6;
    const what = `${runs} runs, ${megabytes.toFixed(0)} MB`;
    const files = FORMS.flatMap((form) => [`--${form}`, join(directory, form)]);
    measure(`report, ${what}`, journal, files);
    measure("the same as JSON", journal, ["--json"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function measure(what: string, journal: string, options: readonly string[]): void {
  const command = join(packageDirectory, "scripts", "backout.js");
  const startedAt = performance.now();
  const args = ["--import", RSS, command, "report", "--journal", journal, ...options];
  const { stderr, status } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (status !== 0) throw new Error(`the report ended with ${status}: ${stderr}`);
  const kilobytes = Number(/maxRSS=(\d+)/.exec(stderr)?.[1]);
  console.log(
    `${what.padEnd(34)} ${seconds.toFixed(1)} s, ${(kilobytes / 1024).toFixed(0)} MB (goal: under 10 s and 500 MB)`,
  );
}
