/**
 * JUnit XML as CI servers read it: a test suite per drill and environment, a test case per run. Where
 * a gate was asked for, its paths are a suite of their own.
 */
import { plain } from "../escape.ts";
import type { PathFreshness, RunPoint, SummaryModel } from "../summary/model.ts";

const SKIPPED: ReadonlySet<RunPoint["verdict"]> = new Set(["not-run", "interrupted"]);
const ERRORS: ReadonlySet<RunPoint["verdict"]> = new Set(["error", "stuck-on-removal"]);

/** Ends with a line feed. */
export function junitReport(model: SummaryModel, isGate: boolean): string {
  const { runs, series, unfinished, freshness } = model;
  const suites = [
    ...series.map(({ drill, environment, runs: indices }) =>
      suite(`${environment}: ${drill}`, indices.flatMap((index) => runs[index] ?? []).map(caseOf)),
    ),
    ...(unfinished.length > 0
      ? [
          suite(
            "without an end",
            unfinished.map(({ id, drill, environment, startedWallAt }) => ({
              name: id,
              className: `${environment}.${drill}`,
              ms: 0,
              at: startedWallAt,
              result: { kind: "error" as const, message: "the run has no record in the journal" },
            })),
          ),
        ]
      : []),
    ...(isGate ? [suite("rollback paths", freshness.map(pathCase))] : []),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="backout" ${counts(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(renderSuite),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Case {
  readonly name: string;
  readonly className: string;
  /** Nominal. */
  readonly ms: number;
  readonly at: string | null;
  readonly result: {
    readonly kind: "failure" | "error" | "skipped";
    readonly message: string;
  } | null;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

function suite(name: string, cases: readonly Case[]): Suite {
  return { name, cases };
}

function caseOf(run: RunPoint): Case {
  const { id, drill, environment, verdict, reason, totalMs, censoredMs, startedWallAt } = run;
  const kind = SKIPPED.has(verdict) ? "skipped" : ERRORS.has(verdict) ? "error" : "failure";
  return {
    name: id,
    className: `${environment}.${drill}`,
    ms: totalMs ?? censoredMs ?? 0,
    at: startedWallAt,
    result: verdict === "passed" ? null : { kind, message: reason ?? verdict },
  };
}

function pathCase({ environment, path, lastPass, whyNot }: PathFreshness): Case {
  return {
    name: path,
    className: `${environment}.rollback-path`,
    ms: lastPass?.totalMs ?? 0,
    at: lastPass?.at ?? null,
    result: whyNot === null ? null : { kind: "failure", message: whyNot },
  };
}

function renderSuite({ name, cases }: Suite): string[] {
  return [
    `  <testsuite name="${xml(name)}" ${counts(cases)}${stamp(cases[0]?.at ?? null)}>`,
    ...cases.flatMap(renderCase),
    "  </testsuite>",
  ];
}

function renderCase({ name, className, ms, result }: Case): string[] {
  const open = `    <testcase name="${xml(name)}" classname="${xml(className)}" time="${seconds(ms)}"`;
  if (result === null) return [`${open}/>`];
  const inner = `      <${result.kind} message="${xml(result.message)}"/>`;
  return [`${open}>`, inner, "    </testcase>"];
}

function counts(cases: readonly Case[]): string {
  const of = (kind: string): number => cases.filter(({ result }) => result?.kind === kind).length;
  const ms = cases.reduce((sum, one) => sum + one.ms, 0);
  return (
    `tests="${cases.length}" failures="${of("failure")}" errors="${of("error")}" ` +
    `skipped="${of("skipped")}" time="${seconds(ms)}"`
  );
}

/** ISO 8601 without a zone is what the schema of Jenkins takes. */
function stamp(at: string | null): string {
  return at === null ? "" : ` timestamp="${at.slice(0, 19)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function xml(text: string): string {
  return plain(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}
