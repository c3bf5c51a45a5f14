import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { HEAD_FILE, JOURNAL_FILE } from "../../../../drills/journal/journalEntry.ts";
import { scanJournal } from "../../../../drills/journal/journalScan.ts";
import { verifyJournal } from "../../../../drills/journal/journalVerify.ts";
import { metricData } from "../../../../drills/report/forms/cloudWatch.ts";
import { csvReport } from "../../../../drills/report/forms/csv.ts";
import {
  documentText,
  reportDocument,
  reportDocumentSchema,
} from "../../../../drills/report/forms/document.ts";
import { junitReport } from "../../../../drills/report/forms/junit.ts";
import { openMetricsReport } from "../../../../drills/report/forms/openMetrics.ts";
import { gate } from "../../../../drills/report/summary/gate.ts";
import {
  type LoadedReport,
  loadReport,
  type OpenQuestion,
} from "../../../../drills/report/summary/load.ts";
import { renderOverview } from "../../../../drills/report/summary/terminal.ts";
import { writeLongJournal } from "../../../bench/longJournal.ts";
import { START, startOf, type Written } from "../journals.ts";
import { runOf } from "./records.ts";

const DAY_MS = 86_400_000;
const QUESTION: OpenQuestion = {
  now: null,
  maxAgeMs: 14 * DAY_MS,
  objectiveMs: null,
  drill: null,
  environment: null,
  since: null,
  paths: ["primary"],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-summary-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** One entry a second. */
function writeJournal(entries: readonly Written[]): void {
  const startMs = Date.parse(START);
  writeLongJournal(
    directory,
    entries.map(([runId, type, data = {}], n) => ({
      runId,
      type,
      data,
      atMs: startMs + 1_000 * n,
    })),
  );
}

function report(entries: readonly Written[], question: Partial<OpenQuestion> = {}): LoadedReport {
  writeJournal(entries);
  return loadReport(directory, { ...QUESTION, ...question });
}

const later = (days: number): string => new Date(Date.parse(START) + days * DAY_MS).toISOString();

function nights(release: string, base: number): Written[] {
  return Array.from({ length: 8 }, (_, n) =>
    runOf(`${release}-${n}`, base + 1_000 * n, { release }),
  ).flat();
}

function fourRuns(): Written[] {
  return [
    ...runOf("a", 60_000),
    ...runOf("b", null, { reason: 'it said "<no> & never"' }),
    ...runOf("c", null, { verdict: "error", recovery: null, reason: "=HYPERLINK(1)" }),
    startOf("d"),
  ];
}

describe("what counts as a measurement", () => {
  test("recovered, given up, nothing to judge and clocks that disagree are kept apart", () => {
    const { summary } = report([
      ...runOf("a", 60_000),
      ...runOf("b", null),
      ...runOf("c", null, { verdict: "inconclusive", recovery: "self-healed" }),
      ...runOf("d", 50_000, {
        timeline: [
          {
            event: "fault.injected",
            at: later(1),
            wallAt: START,
            source: "sidecar",
            resolutionMs: 1,
          },
          {
            event: "recovery.sustained",
            at: START,
            wallAt: START,
            source: "load",
            resolutionMs: 1,
          },
          { event: "fault.removed", at: START, wallAt: START, source: "runner", resolutionMs: 1 },
        ],
      }),
      startOf("e"),
    ]);
    expect(summary.runs.map(({ measured }) => measured)).toEqual([
      "exactly",
      "at-least",
      "not",
      "clock-error",
    ]);
    const [group] = summary.groups;
    expect(group?.recovery).toMatchObject({ n: 2, censored: 1, notMeasured: 2, minMs: 60_000 });
    expect(group?.recovery).toMatchObject({ p50Ms: 60_000, p90Ms: null, maxMs: 60_000 });
    expect(group?.objective).toMatchObject({ n: 2, missed: 1 });
    expect(summary.clockErrors).toEqual([
      expect.objectContaining({
        runId: "d",
        detail: expect.stringContaining("before fault.injected"),
      }),
    ]);
    expect(summary.totals).toMatchObject({ runs: 4, unfinished: 1, clockErrors: 1 });
  });

  test("releases are groups of one series, and the later is held against the earlier", () => {
    const { summary } = report([...nights("v1", 60_000), ...nights("v2", 90_000)]);
    expect(summary.groups.map(({ release }) => release)).toEqual(["v1", "v2"]);
    const [series] = summary.series;
    expect(series?.regressions).toEqual([
      expect.objectContaining({ from: "v1", to: "v2", direction: "slower", shiftMs: 30_000 }),
    ]);
    expect(series?.regressions[0]?.power.says).toMatch(/^n = 8 each/);
    expect(series?.trend.direction).toBe("slower");
  });

  test("nothing at all is no figure and no zero", () => {
    const { summary } = report([]);
    expect(summary).toMatchObject({
      runs: [],
      groups: [],
      series: [],
      coverage: [],
      freshness: [],
    });
    expect(summary.totals).toMatchObject({ runs: 0, first: null, last: null });
    expect(gate(summary)).toMatchObject({ passed: false });
  });
});

describe("the gate", () => {
  test.each<[string, Written[], Partial<OpenQuestion>, RegExp | null]>([
    ["fresh and fast", runOf("a", 60_000), { objectiveMs: 60_000 }, null],
    [
      "too slow",
      runOf("a", 60_001),
      { objectiveMs: 60_000 },
      /checkout: rollback path primary last passed in 1 m 0.0 s/,
    ],
    ["too old", runOf("a", 60_000), { now: later(15) }, /primary was last shown to work 15 d ago/],
    ["just not too old", runOf("a", 60_000), { now: later(14) }, null],
    [
      "failed",
      runOf("a", null),
      {},
      /no passing drill; the last one \(bad-release-errors\) ended failed/,
    ],
    [
      "stamped in the future",
      runOf("a", 60_000),
      { now: later(-1) },
      /a clock error proves nothing/,
    ],
    [
      "another path alone",
      runOf("a", 60_000, { path: "watchdog" }),
      {},
      /primary has never been drilled/,
    ],
    [
      "a path that is owed",
      runOf("a", 60_000),
      { paths: ["primary", "watchdog"] },
      /watchdog has never been drilled/,
    ],
    [
      "another environment",
      runOf("a", 60_000),
      { environment: "payments" },
      /payments: rollback path primary has never/,
    ],
    ["a run without an end", [startOf("a")], {}, /no drill of any environment/],
  ])("%s", (_what, entries, question, missing) => {
    const { summary } = report(entries, question);
    const result = gate(summary);
    expect(result.passed).toBe(missing === null);
    expect(result.missing.join("\n")).toMatch(missing ?? /^$/);
  });

  test("names every path that is missing", () => {
    const entries = [
      ...runOf("a", 60_000),
      ...runOf("b", null, { environment: "payments" }),
      ...runOf("c", null, { path: "sentinel" }),
    ];
    expect(gate(report(entries).summary).missing).toEqual([
      expect.stringMatching(/^checkout: rollback path sentinel/),
      expect.stringMatching(/^payments: rollback path primary/),
    ]);
  });
});

test("coverage names the links that nobody broke, and a fault closes the path that it breaks", () => {
  const { summary } = report([
    ...runOf("a", 60_000),
    ...runOf("b", 90_000, { drill: "guard-permission", path: "watchdog" }),
    ...runOf("c", null, { drill: "guard-concurrency" }),
  ]);
  const [coverage] = summary.coverage;
  const cell = (path: string, fault: string) => {
    const row = coverage?.paths.findIndex((one) => one === path) ?? -1;
    const column = coverage?.faults.findIndex((one) => one.fault === fault) ?? -1;
    return coverage?.cells[row]?.[column]?.state;
  };
  expect(cell("primary", "bad-release-errors")).toBe("proven");
  expect(cell("watchdog", "guard-permission")).toBe("proven");
  expect(cell("primary", "guard-permission")).toBe("closed");
  expect(cell("primary", "guard-concurrency")).toBe("failed");
  expect(cell("primary", "bad-release-latency")).toBe("untried");
  expect(coverage?.holes).toContain("guard-role-denied (breaks weights) was never drilled");
  expect(coverage?.holes.join("\n")).toMatch(
    /guard-concurrency \(breaks function\) was last drilled .* failed/,
  );
  expect(coverage?.holes.join("\n")).not.toContain("guard-permission");
});

describe("forms", () => {
  test("the same journal and question give the same bytes", () => {
    const one = report(fourRuns());
    const two = loadReport(directory, QUESTION);
    for (const form of [csvReport, openMetricsReport, renderOverview]) {
      expect(form(two.summary)).toBe(form(one.summary));
    }
    expect(one.summary.question.now).toBe(later(10 / 86_400 - 1 / 86_400));
  });

  test("filters choose runs in every form", () => {
    const { summary, records } = report(fourRuns(), { since: later(3 / 86_400) });
    expect(summary.runs.map(({ id }) => id)).toEqual(["b", "c"]);
    expect([...records()].map(({ id }) => id)).toEqual(["c", "b"]);
    expect(loadReport(directory, { ...QUESTION, drill: "other" }).summary.totals.runs).toBe(0);
  });

  test("JUnit is read back by an XML parser", () => {
    const text = junitReport(report(fourRuns()).summary, true);
    expect(XMLValidator.validate(text)).toBe(true);
    const options = {
      ignoreAttributes: false,
      isArray: (name: string) => /^test(suite|case)$/.test(name),
    };
    const { testsuites } = new XMLParser(options).parse(text) as {
      testsuites: Record<string, unknown> & {
        testsuite: { testcase: Record<string, unknown>[] }[];
      };
    };
    expect(testsuites).toMatchObject({ "@_tests": "5", "@_failures": "1", "@_errors": "2" });
    const cases = testsuites.testsuite.flatMap(({ testcase }) => testcase);
    expect(cases).toHaveLength(5);
    expect(cases[0]).toMatchObject({ "@_name": "a", "@_time": "60.000" });
    expect(cases[1]).toMatchObject({ failure: { "@_message": 'it said "<no> & never"' } });
  });

  test("CSV keeps every run on a line and is no formula", () => {
    const lines = csvReport(report(fourRuns()).summary).split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^id,started_at,/);
    expect(lines[2]).toContain('"it said ""<no> & never"""');
    expect(lines[3]).toContain("'=HYPERLINK(1)");
  });

  test("OpenMetrics: every series once, known values only, and its end", () => {
    const text = openMetricsReport(report(fourRuns()).summary);
    expect(text.endsWith("\n# EOF\n")).toBe(true);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of samples) {
      expect(line).toMatch(/^[a-z_]+\{([a-z_]+="([^"\\]|\\.)*",?)*\} -?[\d.e+-]+$/);
    }
    expect(new Set(samples.map((line) => line.split(" ")[0])).size).toBe(samples.length);
    expect(text).toContain('backout_rollback_path_fresh{environment="checkout",path="primary"} 1');
    // Half of the runs did not recover: p90 is not known and has no sample.
    expect(text).not.toContain('quantile="0.9"');
  });

  test("CloudWatch metrics carry no more than is known", () => {
    const data = metricData(report(fourRuns()).summary, new Date(START));
    const named = (name: string) => data.filter(({ MetricName }) => MetricName === name);
    expect(named("RollbackPathFresh")).toMatchObject([
      {
        Value: 1,
        Dimensions: [
          { Name: "Environment", Value: "checkout" },
          { Name: "Path", Value: "primary" },
        ],
      },
    ]);
    expect(named("RecoveryP50")).toMatchObject([{ Value: 60_000, Unit: "Milliseconds" }]);
    expect(named("RecoveryP90")).toEqual([]);
  });

  test("JSON is what its schema says, and the schema is the published one", () => {
    const { model, summary, records } = report(fourRuns());
    const text = [...documentText(reportDocument(model, summary, gate(summary)), records())].join(
      "",
    );
    const document: unknown = JSON.parse(text);
    expect(text).toBe(`${JSON.stringify(document, null, 2)}\n`);
    expect(reportDocumentSchema.strict().safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({
      schemaVersion: 1,
      runs: [{ id: "c" }, { id: "b" }, { id: "a" }],
      unfinished: ["d"],
      gate: { passed: true },
    });
    const path = join(import.meta.dirname, "../../../../docs/report.schema.json");
    const schema = z.toJSONSchema(reportDocumentSchema);
    if (process.env["UPDATE_SCHEMAS"]) writeFileSync(path, JSON.stringify(schema, null, 2));
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  test("without a run the document is still whole", () => {
    const { model, summary, records } = report([]);
    const text = [...documentText(reportDocument(model, summary, null), records())].join("");
    expect(JSON.parse(text)).toMatchObject({ runs: [], unfinished: [], gate: null });
  });
});

describe("line by line a journal is found to be what it is as a whole", () => {
  const rewritten: [string, (lines: string[]) => string[]][] = [
    ["as it was written", (lines) => lines],
    [
      "a member changed",
      (lines) => lines.map((line) => line.replace('"requests":900', '"requests":901')),
    ],
    [
      "a hash changed",
      (lines) => lines.map((line, n) => (n === 3 ? line.replace(/"hash":"./, '"hash":"z') : line)),
    ],
    ["no JSON", (lines) => lines.map((line, n) => (n === 3 ? "nonsense" : line))],
    ["one missing", (lines) => lines.filter((_, n) => n !== 2)],
    ["the first missing", (lines) => lines.slice(1)],
    ["two turned", ([a = "", b = "", ...rest]) => [b, a, ...rest]],
    ["one twice", ([a = "", ...rest]) => [a, a, ...rest]],
    ["cut off", (lines) => lines.slice(0, -2)],
  ];

  test.each(rewritten)("%s", (_what, rewrite) => {
    writeJournal([...runOf("a", 60_000), ...runOf("é", 70_000), ...runOf("c", null)]);
    const path = join(directory, JOURNAL_FILE);
    const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
    writeFileSync(path, `${rewrite(lines).join("\n")}\n`);
    const whole = verifyJournal(directory);
    const seen: number[] = [];
    const scan = scanJournal(directory, ({ seq, entry }) => {
      seen.push(seq);
      expect(entry().seq).toBe(seq);
    });
    expect(scan.problems).toEqual(whole.problems);
    expect(seen).toEqual(whole.entries.map(({ seq }) => seq));
  });

  test("a write that was cut short, a missing head, lines longer than what is read at once", () => {
    writeJournal([
      ...runOf("a", 60_000),
      ["a", "note", { long: "x".repeat(3 << 20) }],
      ...runOf("b", 60_000),
    ]);
    const path = join(directory, JOURNAL_FILE);
    writeFileSync(path, `${readFileSync(path, "utf8")}{"seq":8,`);
    rmSync(join(directory, HEAD_FILE));
    const { problems, tornBytes, entries } = scanJournal(directory, () => {});
    expect(problems).toEqual(verifyJournal(directory).problems);
    expect({ tornBytes, entries }).toEqual({ tornBytes: 9, entries: 7 });
  });
});

test("a run that was refused before it knew its release does not stand between two releases", () => {
  const refused = runOf("refused", null, { release: null, verdict: "not-run", recovery: null });
  const { series, groups, totals } = report([
    ...nights("v1", 60_000),
    ...refused,
    ...nights("v2", 90_000),
  ]).summary;
  expect(totals).toMatchObject({ runs: 17, verdicts: { "not-run": 1 } });
  expect(groups).toHaveLength(3);
  expect(series[0]?.regressions).toMatchObject([{ from: "v1", to: "v2", direction: "slower" }]);
});
