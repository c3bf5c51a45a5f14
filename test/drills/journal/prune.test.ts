/** Retention: what goes, what stays, and that the chain still tells of every other change. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import { JOURNAL_FILE } from "../../../drills/journal/journalEntry.ts";
import { scanJournal } from "../../../drills/journal/journalScan.ts";
import { verifyJournal } from "../../../drills/journal/journalVerify.ts";
import { previewPrune, prune } from "../../../drills/journal/prune.ts";

const DAY_MS = 86_400_000;
let directory: string;
let clock: ManualClock;
const file = (): string => join(directory, JOURNAL_FILE);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-prune-"));
  clock = new ManualClock(Date.parse("2026-01-01T00:00:00Z"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** One run a day; `verdict` null: it never came to its record. */
async function drill(runId: string, name: string, verdict: string | null): Promise<void> {
  const journal = openJournal(directory, clock);
  journal.append(runId, "run.started", { environment: "checkout", drill: name });
  journal.append(runId, "sample", { sample: runId });
  if (verdict !== null) {
    const record = { environment: "checkout", drill: name, path: "primary", verdict };
    journal.append(runId, "record", { record });
  }
  journal.close();
  await clock.advance(DAY_MS);
}

/** Days 0 to 6; on day 7 everything but `e` and `g` is older than three days. */
async function week(): Promise<void> {
  await drill("a", "errors", "passed");
  await drill("b", "errors", "passed");
  await drill("c", "latency", "failed");
  await drill("d", "errors", null);
  await drill("e", "errors", "failed");
  await drill("f", "errors", "failed");
  await drill("g", "slow", "passed");
}

const lines = (): string[] => readFileSync(file(), "utf8").trimEnd().split("\n");
const rewrite = (changed: readonly string[]): void =>
  writeFileSync(file(), changed.map((line) => `${line}\n`).join(""));
const runsLeft = (): string[] => [
  ...new Set(verifyJournal(directory).entries.map(({ runId }) => runId)),
];
const bothFind = (): string[] => {
  const found = verifyJournal(directory).problems.map(({ kind, seq }) => `${kind} ${seq}`);
  const scanned = scanJournal(directory, () => {}).problems;
  expect(scanned.map(({ kind, seq }) => `${kind} ${seq}`)).toEqual(found);
  return found;
};

test("the newest of each kind, the newest that passed and what is unfinished stay", async () => {
  await week();
  const before = readFileSync(file(), "utf8");
  const preview = previewPrune(directory, 1.5 * DAY_MS, clock);
  expect(preview).toMatchObject({ entries: 6, runs: ["a", "e"], kept: ["b", "c", "d", "f"] });
  expect(readFileSync(file(), "utf8"), "a preview writes nothing").toBe(before);

  expect(prune(directory, 1.5 * DAY_MS, clock)).toMatchObject({ entries: 6, runs: ["a", "e"] });
  expect(bothFind()).toEqual([]);
  expect(runsLeft()).toEqual(["-", "b", "c", "d", "f", "g"]);
  const { entries } = verifyJournal(directory);
  expect(entries.at(-1)).toMatchObject({ type: "journal.pruned", entries: 6, runs: 2 });
  expect(
    entries.filter(({ type }) => type === "journal.cut").map(({ from, seq }) => [from, seq]),
  ).toEqual([
    [1, 3],
    [12, 14],
  ]);
  expect(
    prune(directory, 1.5 * DAY_MS, clock),
    "and again there is nothing to cut",
  ).toBeUndefined();
});

test("cutting goes on where it was cut before, and the journal is written on", async () => {
  await week();
  prune(directory, 1.5 * DAY_MS, clock);
  await drill("h", "errors", "passed");
  await drill("i", "latency", "passed");
  expect(prune(directory, DAY_MS / 2, clock)?.runs).toEqual(["b", "c", "f"]);
  await drill("j", "slow", "passed");
  expect(bothFind()).toEqual([]);
  expect(runsLeft()).toEqual(["-", "d", "g", "h", "i", "j"]);
  // Neighbours became one.
  const cuts = verifyJournal(directory).entries.filter(({ type }) => type === "journal.cut");
  expect(cuts.map(({ from, seq }) => [from, seq])).toEqual([
    [1, 9],
    [12, 17],
  ]);
});

describe("afterwards it still finds", () => {
  beforeEach(async () => {
    await week();
    prune(directory, 1.5 * DAY_MS, clock);
  });

  test.each<[string, (all: string[]) => string[], string[]]>([
    ["a cut that is gone", (all) => all.slice(1), ["missing 1", "missing 2", "missing 3"]],
    ["an entry behind a cut gone", (all) => all.toSpliced(1, 1), ["missing 4"]],
    [
      "a cut that says it was longer",
      (all) => all.with(0, (all[0] ?? "").replace('"seq":3', '"seq":4')).toSpliced(1, 1),
      ["changed 4", "missing 1"],
    ],
    [
      "an entry changed",
      (all) => all.with(1, (all[1] ?? "").replace("errors", "error!")),
      ["changed 4"],
    ],
  ])("%s", (_what, tamper, expected) => {
    rewrite(tamper(lines()));
    expect(bothFind()).toEqual(expect.arrayContaining([expected[0]]));
    expect(() => openJournal(directory, clock)).toThrow(/not as it was written/);
  });

  test("a cut that nobody signed off", () => {
    rewrite(lines().slice(0, -1));
    expect(bothFind()).toContain("missing 1");
  });
});

test("a crash between the sign-off and the cut leaves everything, and the next one finishes it", async () => {
  await week();
  const copy = readFileSync(file(), "utf8");
  prune(directory, 1.5 * DAY_MS, clock);
  const signOff = readFileSync(file(), "utf8").trimEnd().split("\n").at(-1) ?? "";
  writeFileSync(file(), copy);
  appendFileSync(file(), `${signOff}\n`);
  expect(bothFind()).toEqual([]);
  expect(prune(directory, 1.5 * DAY_MS, clock)?.runs).toEqual(["a", "e"]);
  expect(bothFind()).toEqual([]);
});
