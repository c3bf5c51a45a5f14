/** Errors of a run, told once each. */
import { awsMessage } from "../resources/awsMessage.ts";
import type { InputProblem } from "../resources/shape.ts";
import type { RunError } from "./events.ts";
import type { ProgramError } from "./preload.ts";

/** A resource's operation failed, or was refused before it began. */
export class OperationError extends Error {
  readonly problems: readonly InputProblem[];

  constructor(message: string, problems: readonly InputProblem[] = [], cause?: unknown) {
    super(message, { cause });
    this.name = "OperationError";
    this.problems = problems;
  }
}

/** A resource's turn came after the run was stopped: no error of its own. */
export class StoppedError extends Error {}

export function runError(error: unknown, urn: string): RunError {
  const refused = error instanceof OperationError;
  const problems = refused ? error.problems : [];
  return { message: awsMessage(error), urn, refused, problems };
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
    refused: error.problems.length > 0,
    problems: error.problems,
  };
}
