/** One line per run, oldest first (RFC 4180: comma, CRLF, quotes doubled). Times in nominal milliseconds. */
import { plain } from "../escape.ts";
import type { RunPoint, SummaryModel } from "../summary/model.ts";

type Value = string | number | boolean | null;

const COLUMNS: readonly (readonly [name: string, of: (run: RunPoint) => Value])[] = [
  ["id", (run) => run.id],
  ["started_at", (run) => run.startedWallAt],
  ["environment", (run) => run.environment],
  ["drill", (run) => run.drill],
  ["fault", (run) => run.fault],
  ["release", (run) => run.release],
  ["fidelity", (run) => run.fidelity],
  ["clock_speed", (run) => run.speed],
  ["verdict", (run) => run.verdict],
  ["recovery", (run) => run.recovery],
  ["path", (run) => run.path],
  ["broken_link", (run) => run.brokenLink],
  ["measured", (run) => run.measured],
  ["total_ms", (run) => run.totalMs],
  ["at_least_ms", (run) => run.censoredMs],
  ["detect_ms", (run) => run.parts.detect],
  ["decide_ms", (run) => run.parts.decide],
  ["revert_ms", (run) => run.parts.revert],
  ["recover_ms", (run) => run.parts.recover],
  ["detect_best_ms", (run) => run.floors.detect],
  ["detect_worst_ms", (run) => run.floors.detectWorst],
  ["objective_ms", (run) => run.objectiveMs],
  ["met_objective", (run) => run.metObjective],
  ["requests", (run) => run.requests],
  ["errors", (run) => run.errors],
  ["reason", (run) => run.reason],
];

/** Ends with a line end. */
export function csvReport({ runs }: SummaryModel): string {
  const header = COLUMNS.map(([name]) => name).join(",");
  const lines = runs.map((run) => COLUMNS.map(([, of]) => field(of(run))).join(","));
  return [header, ...lines, ""].join("\r\n");
}

/** What a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@]/;

function field(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = plain(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
