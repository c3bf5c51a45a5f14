/** Errors of a run, told once each. */
import { awsMessage } from "../resources/awsMessage.ts";
import type { InputProblem } from "../resources/shape.ts";
import type { RunError } from "./events.ts";
import type { ProgramError } from "./preload.ts";

/** A resource's operation failed; `reported` once it is among the run's errors. */
export class OperationError extends Error {
  readonly problems: readonly InputProblem[];

  constructor(message: string, problems: readonly InputProblem[] = [], cause?: unknown) {
    super(message, { cause });
    this.name = "OperationError";
    this.problems = problems;
  }
}

export function runError(error: unknown, urn: string): RunError {
  const problems = error instanceof OperationError ? error.problems : [];
  return { message: awsMessage(error), urn, problems };
}

/** The SDK prefixes an error once for each input that it passes through. */
const PASSED_THROUGH = /^(error serializing property "[^"]*": )+/;
const NOT_FOUND = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** A program's own error without its stack; the place helps only when the error is unexpected. */
export function programError(error: ProgramError): RunError {
  const plain = error.problems.length > 0 || error.name === "RunError" || NOT_FOUND.has(error.code);
  const named = ["Error", "BackoutError"].includes(error.name) ? "" : `${error.name}: `;
  const place = error.at === undefined ? "" : ` (at ${error.at})`;
  const message = error.message.replace(PASSED_THROUGH, "");
  return {
    message: plain ? message : `${named}${message}${place}`,
    problems: error.problems,
  };
}
