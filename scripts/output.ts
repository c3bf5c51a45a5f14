/** What a command prints and how it ends: one document with --json, words otherwise. */
import { wrap } from "./wrap.ts";
import { BackoutError, ErrorKind, messageOf, type Problem } from "../base/errors.ts";

export const ExitCode = {
  Passed: 0,
  Failed: 1,
  Usage: 2,
  Environment: 3,
  Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The one document of a `--json` run, on stdout. */
export function printJson(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Diagnostics: never on stdout, so that `--json` stays one document. */
export function diagnose(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** For a look that repeats itself: only what is new is written. */
export function onceEach(write: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    if (line !== last) write(`  ${line}`);
    last = line;
  };
}

/** What stdout holds when a `--json` command could not do its work. */
export function errorDocument(
  code: string,
  message: string,
  fix?: string,
  problems: readonly Problem[] = [],
): object {
  return {
    schemaVersion: 1,
    error: {
      code,
      message,
      ...(fix === undefined ? {} : { fix }),
      ...(problems.length > 0 ? { problems } : {}),
    },
  };
}

/** Says what happened, the details and how to solve it; returns the exit code. */
export function reportError(error: unknown, json: boolean): ExitCode {
  const known = error instanceof BackoutError ? error : undefined;
  if (json) {
    const { fix, problems } = known ?? {};
    printJson(errorDocument(known?.code ?? "unexpected", messageOf(error), fix, problems));
  }
  const { columns } = process.stderr;
  const say = (text: string): void => diagnose(columns > 0 ? wrap(text, columns) : text);
  say(`backout: ${messageOf(error)}`);
  if (known?.fix !== undefined) say(`  to solve it: ${known.fix}`);
  if (known?.cause !== undefined) say(`  cause: ${messageOf(known.cause)}`);
  const unexpected = !known || known.kind === ErrorKind.Defect;
  if (unexpected && error instanceof Error && process.env["BACKOUT_DEBUG"]) {
    diagnose(error.stack ?? "");
  }
  return known?.kind === ErrorKind.Usage ? ExitCode.Usage : ExitCode.Environment;
}
