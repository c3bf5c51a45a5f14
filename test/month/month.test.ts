import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJournal } from "../../drills/report/reading.ts";
import { loadReport } from "../../drills/report/summary/load.ts";
import { readSchedules } from "../../drills/schedule/file.ts";
import { preview } from "../../drills/schedule/preview.ts";
import type { Schedule } from "../../drills/schedule/schedule.ts";
import type { StateEntry } from "../../drills/schedule/stateEntry.ts";
import { type Month, runMonth } from "./month.ts";

/** Tuesday to Friday: a quiet night, a blocked date, a quiet night, and one that the laptop sleeps through. */
const FROM_MS = Date.parse("2026-11-10T05:00:00Z");
const TO_MS = Date.parse("2026-11-14T05:00:00Z");
const FILE = join(import.meta.dirname, "../../examples/drills/nightly.yaml");

function of<Type extends StateEntry["type"]>(entries: readonly StateEntry[], type: Type) {
  return entries.filter(
    (entry): entry is Extract<StateEntry, { type: Type }> => entry.type === type,
  );
}

describe("four nights out of the month, from the schedule's file to the report", () => {
  let directory: string;
  let schedules: readonly Schedule[];
  let month: Month;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "backout-month-"));
    // One lane of it: the other is the same again.
    schedules = readSchedules(FILE, FROM_MS).filter(({ name }) => name === "nightly-production");
    month = await runMonth({ schedules, fromMs: FROM_MS, toMs: TO_MS, seed: 1, directory });
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** What `backout drill next` says of the same days. */
  function foreseen() {
    const { fires, skipped } = preview(schedules, FROM_MS, 10);
    const stamps = (all: typeof fires) =>
      all
        .filter(({ due }) => due.dueMs < TO_MS)
        .map(({ due }) => new Date(due.dueMs).toISOString());
    return { fires: stamps(fires), skipped: stamps(skipped) };
  }

  test("each foreseen fire started exactly once, or is missed for a reason", () => {
    const { fires, skipped } = foreseen();
    const started = of(month.entries, "started").map(({ due }) => due);
    const missed = of(month.entries, "missed");
    expect(started).toEqual(["2026-11-10T08:15:00.000Z", "2026-11-12T08:15:00.000Z"]);
    expect(missed).toMatchObject([
      { first: skipped[0], count: 1, reason: "date" },
      { first: "2026-11-13T08:15:00.000Z", count: 1, reason: "suspended" },
    ]);
    const late = missed.filter(({ reason }) => reason !== "date").map(({ first }) => first);
    expect([...started, ...late]).toEqual(fires);
    expect(skipped).toEqual(["2026-11-11T08:15:00.000Z"]);
  });

  test("what ran is in the journal, and the journal is as it was written", () => {
    const { problems, tornBytes } = readJournal(month.journal);
    expect({ problems, tornBytes }).toEqual({ problems: [], tornBytes: 0 });
    const ended = of(month.entries, "ended");
    expect(ended).toMatchObject([{ outcome: "passed" }, { outcome: "passed" }]);
    const report = loadReport(month.journal, {
      now: null,
      maxAgeMs: 14 * 86_400_000,
      objectiveMs: null,
      drill: null,
      environment: null,
      since: null,
      paths: ["primary"],
    });
    const { totals, runs } = report.summary;
    expect(totals).toMatchObject({ runs: 2, unfinished: 0, clockErrors: 0 });
    expect(runs.map(({ id }) => id)).toEqual(ended.flatMap(({ runs: ids }) => ids));
  });

  test("its figures are measured: within the alarms' floors, and by the guard", () => {
    const { entries } = readJournal(month.journal);
    const records = entries.flatMap(({ type, record }) => (type === "record" ? [record] : []));
    expect(records).toMatchObject([
      { recovery: "reverted", path: "primary", clock: { speed: 0 } },
      { recovery: "reverted", path: "primary", clock: { speed: 0 } },
    ]);
  });
});
