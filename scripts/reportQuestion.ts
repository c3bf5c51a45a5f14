/** What `backout report` is asked: which runs, how old a proof may be, how fast recovery must be. */
import { type Command, Option } from "commander";
import { z } from "zod";
import { parseDuration } from "../base/duration.ts";
import { type Problem, refuseProblems } from "../base/errors.ts";
import type { OpenQuestion } from "../drills/report/summary/load.ts";
import { ReversionPath } from "../guard/reversion.ts";

export interface QuestionOptions {
  readonly drill?: string;
  readonly environment?: string;
  readonly since?: string;
  readonly now?: string;
  readonly maxAge?: string;
  readonly objective?: string;
  readonly path?: readonly string[];
}

const MAX_AGE_MS = 14 * 86_400_000;
/** A hundred years. */
const MOST_MS = 36_525 * 86_400_000;
const PATHS: readonly string[] = Object.values(ReversionPath);
const DURATION = "a number with ms, s, m, h or d, such as 14d, above 0";
const INSTANT = "an instant with its offset or Z, such as 2026-03-14T09:00:00Z";

export function questionOptions(command: Command): Command {
  return command
    .option("--drill <name>", "only runs of this drill")
    .option("--environment <name>", "only runs in this environment")
    .option("--since <when>", "only runs that began since: an instant, or so long ago (30d)")
    .option(
      "--max-age <duration>",
      "gate: exit 1 unless every rollback path passed a drill within it (14d)",
    )
    .option("--objective <duration>", "gate: such a drill counts only if recovery took no longer")
    .addOption(
      new Option(
        "--path <name...>",
        `a rollback path that is owed, beside those that runs name: ${PATHS.join(", ")} (default: primary)`,
      ),
    )
    .option(
      "--now <instant>",
      "count ages from it (default: now for a gate, else the journal's last entry)",
    );
}

export interface Question extends OpenQuestion {
  readonly isGate: boolean;
}

/** @throws BackoutError `bad-input` that names every option that is wrong */
export function parseQuestion(options: QuestionOptions, wallMs: number): Question {
  const problems: Problem[] = [];
  const isGate = options.maxAge !== undefined || options.objective !== undefined;
  const nowMs = instant("--now", options.now, problems) ?? wallMs;
  const maxAgeMs = duration("--max-age", options.maxAge, problems) ?? MAX_AGE_MS;
  const objectiveMs = duration("--objective", options.objective, problems) ?? null;
  const sinceMs = since(options.since, nowMs, problems);
  for (const [field, value] of [
    ["--drill", options.drill],
    ["--environment", options.environment],
  ] as const) {
    if (value?.trim() === "") problems.push({ field, value, allowed: "a name" });
  }
  const asked = options.path ?? [ReversionPath.Primary];
  const paths = Object.values(ReversionPath).filter((path) => asked.includes(path));
  for (const value of asked) {
    if (PATHS.includes(value)) continue;
    problems.push({ field: "--path", value, allowed: PATHS.join(", ") });
  }
  refuseProblems("the report's options", problems);
  return {
    isGate,
    now: isGate || options.now !== undefined ? new Date(nowMs).toISOString() : null,
    maxAgeMs,
    objectiveMs,
    drill: options.drill ?? null,
    environment: options.environment ?? null,
    since: sinceMs === null ? null : new Date(sinceMs).toISOString(),
    paths,
  };
}

function duration(
  field: string,
  text: string | undefined,
  problems: Problem[],
): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= MOST_MS) return ms;
  problems.push({ field, value: text, allowed: DURATION });
  return undefined;
}

function instant(field: string, text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined) return undefined;
  if (z.iso.datetime({ offset: true }).safeParse(text).success) return Date.parse(text);
  problems.push({ field, value: text, allowed: INSTANT });
  return undefined;
}

function since(text: string | undefined, nowMs: number, problems: Problem[]): number | null {
  if (text === undefined) return null;
  const ago = parseDuration(text);
  if (ago !== undefined && ago > 0 && ago <= MOST_MS) return nowMs - ago;
  if (z.iso.datetime({ offset: true }).safeParse(text).success) return Date.parse(text);
  problems.push({ field: "--since", value: text, allowed: `${INSTANT}, or ${DURATION}` });
  return null;
}
