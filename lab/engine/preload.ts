/**
 * Loaded into the program's process ahead of Pulumi's launcher: tells the engine, in parts, what the
 * launcher only prints as text, and ends the program when the engine is gone.
 */
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

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

// Most of a run's time is spent compiling the SDKs; the next run finds them compiled. They are kept
// with what they were compiled from, and not in the machine's temporary directory.
if (existsSync("node_modules")) enableCompileCache(join("node_modules", ".cache", "backout"));

const FRAME = /\(?((?:file:\/\/|\/)[^()\s]+:\d+:\d+)\)?$/;

function firstFrame(stack: string): string | undefined {
  const lines = stack.split("\n").filter((line) => line.trimStart().startsWith("at "));
  const own = lines.find((line) => !/node_modules|node:|\(<anonymous>\)/.test(line));
  return own === undefined ? undefined : FRAME.exec(own)?.[1]?.replace(/^file:\/\//, "");
}

function textAt(holder: object, key: string): string {
  const value: unknown = Reflect.get(holder, key);
  return typeof value === "string" ? value : "";
}

/** An InputPropertyError is its own problem; an InputPropertiesError has a list of them. */
function problemsOf(error: object): ProgramError["problems"] {
  const listed: unknown = Reflect.get(error, "errors");
  const holders: unknown[] = Array.isArray(listed) ? listed : [error];
  return holders
    .filter((holder) => typeof holder === "object" && holder !== null)
    .filter((holder) => "propertyPath" in holder)
    .map((holder) => ({
      property: textAt(holder, "propertyPath"),
      reason: textAt(holder, "reason"),
    }));
}

const told = new Set<unknown>();

function tell(error: unknown): void {
  if (told.has(error)) return;
  told.add(error);
  const holder = typeof error === "object" && error !== null ? error : new Error(String(error));
  const message: ProgramError = {
    kind: "program-error",
    name: "__pulumiRunError" in holder ? "RunError" : textAt(holder, "name") || "Error",
    message: textAt(holder, "message"),
    code: textAt(holder, "code"),
    problems: problemsOf(holder),
    at: firstFrame(textAt(holder, "stack")),
  };
  process.send?.(message);
}

process.on("uncaughtException", tell);
process.on("unhandledRejection", tell);
process.on("disconnect", () => process.exit(1));
// A listener of `disconnect` would keep a finished program alive.
process.channel?.unref();
