/** The files that a report was asked to write, rendered before the first of them is written. */
import { realpathSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { usageError } from "../base/errors.ts";
import { HEAD_FILE, JOURNAL_FILE } from "../drills/journal/journalEntry.ts";
import { csvReport } from "../drills/report/forms/csv.ts";
import { junitReport } from "../drills/report/forms/junit.ts";
import { openMetricsReport } from "../drills/report/forms/openMetrics.ts";
import { htmlReport } from "../drills/report/html.ts";
import { markdownReport } from "../drills/report/markdown.ts";
import type { LoadedReport } from "../drills/report/summary/load.ts";
import type { OutputFile } from "./outputFiles.ts";

export interface FileOptions {
  readonly html?: string;
  readonly markdown?: string;
  readonly junit?: string;
  readonly csv?: string;
  readonly openmetrics?: string;
}

type Form = keyof FileOptions;
type Render = (report: LoadedReport, isGate: boolean) => string;

const FORMS: Readonly<Record<Form, { readonly says: string; readonly render: Render }>> = {
  html: {
    says: "write it as one self-contained HTML file",
    render: ({ model, summary }) => htmlReport(model, summary),
  },
  markdown: {
    says: "write it as Markdown, for a pull request",
    render: ({ model, summary }) => markdownReport(model, summary),
  },
  junit: {
    says: "write every run as a JUnit test case, for a CI server",
    render: ({ summary }, isGate) => junitReport(summary, isGate),
  },
  csv: {
    says: "write every run as a line of CSV",
    render: ({ summary }) => csvReport(summary),
  },
  openmetrics: {
    says: "write the figures as OpenMetrics text",
    render: ({ summary }) => openMetricsReport(summary),
  },
};
const NAMES: readonly Form[] = ["html", "markdown", "junit", "csv", "openmetrics"];

export function fileOptions(command: Command): Command {
  for (const name of NAMES) command.option(`--${name} <file>`, FORMS[name].says);
  return command;
}

/** Those that were asked for, by name. */
export function askedFiles(options: FileOptions): Form[] {
  return NAMES.filter((name) => options[name] !== undefined);
}

/** @throws BackoutError `output-is-journal` or `one-file`, before anything is read */
export function refuseFiles(options: FileOptions, directory: string): void {
  const taken = new Map<string, Form>();
  for (const name of askedFiles(options)) {
    const path = options[name] ?? "";
    refuseOutput(path, directory);
    const file = realPathOf(path);
    const other = taken.get(file);
    if (other !== undefined) {
      throw usageError("one-file", `--${other} and --${name} both name ${path}`, "name two files");
    }
    taken.set(file, name);
  }
}

/** Two names, one of them a link to the other, are one file. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

export function renderFiles(
  options: FileOptions,
  report: LoadedReport,
  isGate: boolean,
): OutputFile[] {
  return askedFiles(options).map((name) => ({
    path: options[name] ?? "",
    text: FORMS[name].render(report, isGate),
  }));
}

/**
 * A report in the place of what it is drawn from would be the end of both.
 *
 * @throws BackoutError `output-is-journal`
 */
export function refuseOutput(path: string, directory: string): void {
  const found = fileAt(path);
  const own = [JOURNAL_FILE, HEAD_FILE].flatMap((name) => fileAt(join(directory, name)) ?? []);
  // By identity, because a path may lead there through a link.
  if (!own.some(({ ino, dev }) => ino === found?.ino && dev === found.dev)) return;
  throw usageError("output-is-journal", `${path} is the journal itself`, "name another file");
}

function fileAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
