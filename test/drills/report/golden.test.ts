/**
 * Small journals and the reports they give, byte for byte. After a change that was meant, look at what
 * `npx vitest run --project default -u test/drills/report/golden.test.ts` writes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyJournal } from "../../../drills/journal/journalVerify.ts";
import type { EnvironmentCoverage } from "../../../drills/report/summary/model.ts";
import { nightsReading, writeNights } from "./nights.ts";
import { commentOf, pageOf, reported } from "./pages.ts";

const UNTIL = "2026-03-15T03:00:00.000Z";

const JOURNALS = [
  ["oneRun", { runs: 1, seed: 2, until: UNTIL, sampled: 1 }],
  ["tenRuns", { runs: 10, seed: 7, until: UNTIL, sampled: 0 }],
] as const;

/** The catalogue of faults grows; these files are not about it. */
const FAULTS = ["alarm-state", "bad-release-errors", "bad-release-latency", "guard-permission"];

describe.each(JOURNALS)("%s", (name, nights) => {
  const { model, summary } = reported(nightsReading(nights));
  const report = { model, summary: { ...summary, coverage: summary.coverage.map(ofFaults) } };

  it("as HTML", async () => {
    await expect(pageOf(report)).toMatchFileSnapshot(`golden/${name}.html`);
  });

  it("as Markdown", async () => {
    await expect(commentOf(report)).toMatchFileSnapshot(`golden/${name}.md`);
  });
});

function ofFaults(coverage: EnvironmentCoverage): EnvironmentCoverage {
  const isKept = coverage.faults.map(({ fault }) => FAULTS.includes(fault));
  return {
    ...coverage,
    faults: coverage.faults.filter((_, at) => isKept[at]),
    cells: coverage.cells.map((row) => row.filter((_, at) => isKept[at])),
    holes: coverage.holes.filter((hole) => FAULTS.some((fault) => hole.startsWith(fault))),
  };
}

it("the writer that drills use writes the same journal", async () => {
  const directory = mkdtempSync(join(tmpdir(), "backout-golden-"));
  try {
    const nights = { runs: 2, seed: 2, until: UNTIL, sampled: 1 };
    await writeNights(directory, nights);
    const { entries, problems } = verifyJournal(directory);
    expect(problems).toEqual([]);
    expect(entries).toEqual(nightsReading(nights).entries);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
