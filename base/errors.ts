/**
 * One error class, split by who can mend it. The command's exit code follows from the kind:
 * `usage` 2 (the caller's input), `environment` 3 (AWS, the network, a missing lab), `defect` 3.
 */
export const ErrorKind = {
  Usage: "usage",
  Environment: "environment",
  Defect: "defect",
} as const;
export type ErrorKind = (typeof ErrorKind)[keyof typeof ErrorKind];

/** One thing wrong with an input: where, what was found, what is allowed, how to mend it. */
export interface Problem {
  readonly field: string;
  readonly value: unknown;
  readonly allowed: string;
  readonly fix?: string;
}

export class BackoutError extends Error {
  readonly kind: ErrorKind;
  /** Stable, kebab-case: `no-lab-running`, `bad-input`. */
  readonly code: string;
  /** What to do about it, a sentence for a person. */
  readonly fix: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    options: { fix?: string; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BackoutError";
    this.kind = kind;
    this.code = code;
    this.fix = options.fix;
    this.problems = options.problems ?? [];
  }
}

export function usageError(code: string, message: string, fix?: string): BackoutError {
  return new BackoutError(ErrorKind.Usage, code, message, fix === undefined ? {} : { fix });
}

export function environmentError(
  code: string,
  message: string,
  fix?: string,
  cause?: unknown,
): BackoutError {
  return new BackoutError(ErrorKind.Environment, code, message, {
    ...(fix === undefined ? {} : { fix }),
    cause,
  });
}

/** A broken promise of our own code: never the caller's fault. */
export function defect(message: string): BackoutError {
  return new BackoutError(ErrorKind.Defect, "defect", message);
}

/** Throws one error that names every problem of an input; does nothing when there is none. */
export function refuseProblems(what: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(renderProblem).map((line) => `  - ${line}`);
  throw new BackoutError(
    ErrorKind.Usage,
    "bad-input",
    `${what} cannot be used:\n${lines.join("\n")}`,
    { problems: problems.map(inJson) },
  );
}

/** `--json` prints its problems. */
function inJson(problem: Problem): Problem {
  try {
    JSON.stringify(problem.value);
    return problem;
  } catch {
    return { ...problem, value: asText(problem.value) };
  }
}

export function renderProblem(problem: Problem): string {
  return `${problem.field}: ${renderReason(problem)}`;
}

/** Without the field, for where that is shown already. */
export function renderReason(problem: Problem): string {
  const shown = problem.value === undefined ? "missing" : cut(asText(problem.value));
  const fix = problem.fix === undefined ? "" : `; ${problem.fix}`;
  return `${shown} - allowed: ${problem.allowed}${fix}`;
}

/** A value of a user's module may be one that JSON has no text for: a bigint, a function, a circle. */
function asText(value: unknown): string {
  try {
    // Undefined for a function and a symbol, whatever the types say.
    const text: string | undefined = JSON.stringify(value);
    return text ?? String(value);
  } catch {
    return typeof value === "bigint" ? `${value}n` : "a value that JSON cannot hold";
  }
}

/** More of a value helps nobody to recognize it. */
const MOST_SHOWN = 200;

function cut(text: string): string {
  if (text.length <= MOST_SHOWN) return text;
  return `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)`;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
