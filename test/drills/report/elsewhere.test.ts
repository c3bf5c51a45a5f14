import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type IngestedRecord, UNKNOWN } from "../../../drills/ingest/ingested.ts";
import { elsewhereText } from "../../../drills/report/elsewhere.ts";
import { reportDocument } from "../../../drills/report/forms/document.ts";
import { csvReport } from "../../../drills/report/forms/csv.ts";
import { junitReport } from "../../../drills/report/forms/junit.ts";
import { htmlReport } from "../../../drills/report/html.ts";
import { markdownReport } from "../../../drills/report/markdown.ts";
import {
  type LoadedReport,
  loadReport,
  type OpenQuestion,
} from "../../../drills/report/summary/load.ts";
import { writeJournal, type Written } from "./journals.ts";
import { runOf } from "./summary/records.ts";

const QUESTION: OpenQuestion = {
  now: null,
  maxAgeMs: 14 * 86_400_000,
  objectiveMs: null,
  drill: null,
  environment: null,
  since: null,
  paths: ["primary"],
};

function foreign(id: string, changed: Partial<IngestedRecord> = {}): Written {
  const record: IngestedRecord = {
    schemaVersion: 1,
    id,
    source: { tool: "chaos-toolkit", version: "1.19", file: "j.json", sha256: "0".repeat(64) },
    drill: `the shop under load ${id}`,
    environment: "checkout",
    startedAt: "2026-03-10T09:00:00.000Z",
    endedAt: "2026-03-10T09:05:00.000Z",
    actions: [],
    verdict: "inconclusive",
    reason: "its steady state was met afterwards",
    ...UNKNOWN,
    residue: null,
    ...changed,
  };
  return [id, "ingested", { record }];
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-elsewhere-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function report(entries: readonly Written[], question: Partial<OpenQuestion> = {}): LoadedReport {
  rmSync(directory, { recursive: true });
  writeJournal(directory, entries);
  return loadReport(directory, { ...QUESTION, ...question });
}

const RUNS = [...runOf("a", 90_000), ...runOf("b", 100_000)];

test("they are in no figure, no coverage and no freshness", () => {
  const now = "2026-03-15T00:00:00Z";
  const { ingested, ...without } = report(RUNS, { now }).summary;
  expect(ingested).toEqual([]);
  const both = [...RUNS, foreign("x", { verdict: "failed" }), foreign("y")];
  const withThem = report(both, { now });
  expect(withThem.summary).toMatchObject(without);
  expect(withThem.summary.ingested.map(({ id }) => id)).toEqual(["x", "y"]);
  expect(csvReport(withThem.summary)).not.toContain("the shop under load");
  expect(junitReport(withThem.summary, false)).not.toContain("the shop under load");
});

test("each form shows them in a table of their own, with what they could not know", () => {
  const { model, summary } = report([...RUNS, foreign("x", { verdict: "failed" })]);
  const forms = [
    htmlReport(model, summary),
    markdownReport(model, summary),
    elsewhereText(summary.ingested).join("\n"),
  ];
  for (const form of forms) {
    expect(form).toContain("Drills run elsewhere");
    expect(form).toContain("the shop under load x");
    expect(form).toContain("Chaos Toolkit 1.19");
    expect(form).toContain("2026-03-10 09:00:00 UTC");
    expect(form).toContain("recovery, path, durations, floors, traffic, objective, residue");
  }
  expect(reportDocument(model, summary, null).ingested).toMatchObject([{ id: "x" }]);
});

test("without one there is no table", () => {
  const { model, summary } = report(RUNS);
  expect(htmlReport(model, summary)).not.toContain("Drills run elsewhere");
  expect(markdownReport(model, summary)).not.toContain("Drills run elsewhere");
  expect(elsewhereText(summary.ingested)).toEqual([]);
  expect(reportDocument(model, summary, null).ingested).toEqual([]);
});

test("the question chooses among them too; the newest comes first", () => {
  const all = [
    foreign("old", { startedAt: "2026-01-01T00:00:00.000Z" }),
    foreign("new"),
    foreign("elsewhere", { environment: "search" }),
    foreign("timeless", { startedAt: null }),
  ];
  const ids = (question: Partial<OpenQuestion>) =>
    report([...RUNS, ...all], question).summary.ingested.map(({ id }) => id);
  expect(ids({})).toEqual(["new", "elsewhere", "old", "timeless"]);
  expect(ids({ environment: "search" })).toEqual(["elsewhere"]);
  expect(ids({ since: "2026-03-01T00:00:00.000Z" })).toEqual(["new", "elsewhere", "timeless"]);
  expect(ids({ drill: "bad-release-errors" })).toEqual([]);
});

test("a name that is markup stays text", () => {
  const hostile = foreign("x", { drill: "<script>alert(1)</script> | \u001B[31m" });
  const { model, summary } = report([...RUNS, hostile]);
  expect(htmlReport(model, summary)).not.toContain("<script>");
  expect(markdownReport(model, summary)).not.toContain("<script>");
  expect(elsewhereText(summary.ingested).join("\n")).not.toContain("\u001B[31m");
});
