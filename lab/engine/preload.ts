/**
 * Loaded into the program's process ahead of Pulumi's launcher: tells the engine, in parts, what the
 * launcher only prints as text, and ends the program when the engine is gone.
 */
import { enableCompileCache } from "node:module";

interface InputError {
  readonly propertyPath: string;
  readonly reason: string;
}

/** What the engine hears about an error that the program did not handle. */
export interface ProgramError {
  readonly kind: "program-error";
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly problems: readonly { readonly property: string; readonly reason: string }[];
  /** `file:line:column` of the first frame outside of libraries. */
  readonly at: string | undefined;
}

const FRAME = /\(?((?:file:\/\/|\/)[^()\s]+:\d+:\d+)\)?$/;

function firstFrame(stack: string | undefined): string | undefined {
  const lines = (stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  const own = lines.find((line) => !/node_modules|node:|\(<anonymous>\)/.test(line));
  return own === undefined ? undefined : FRAME.exec(own)?.[1]?.replace(/^file:\/\//, "");
}

// Most of a run's time is spent compiling the SDKs; the next run finds them compiled.
enableCompileCache();

const told = new Set<unknown>();

function tell(error: unknown): void {
  if (told.has(error)) return;
  told.add(error);
  const known = error as Partial<Error> & {
    code?: unknown;
    errors?: readonly InputError[];
    propertyPath?: string;
    reason?: string;
    __pulumiInputPropertiesError?: boolean;
    __pulumiInputPropertyError?: boolean;
  };
  const problems = known?.__pulumiInputPropertiesError
    ? (known.errors ?? [])
    : known?.__pulumiInputPropertyError
      ? [{ propertyPath: known.propertyPath ?? "", reason: known.reason ?? "" }]
      : [];
  const message: ProgramError = {
    kind: "program-error",
    name: known?.name ?? "Error",
    message: known?.message ?? String(error),
    code: typeof known?.code === "string" ? known.code : "",
    problems: problems.map(({ propertyPath, reason }) => ({ property: propertyPath, reason })),
    at: firstFrame(known?.stack),
  };
  process.send?.(message);
}

process.on("uncaughtException", tell);
process.on("unhandledRejection", tell);
process.on("disconnect", () => process.exit(1));
// A listener of `disconnect` would keep a finished program alive.
process.channel?.unref();
