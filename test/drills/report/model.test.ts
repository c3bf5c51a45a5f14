import { beforeAll, describe, expect, it } from "vitest";
import type { JournalReading } from "../../../drills/journal/journalVerify.ts";
import { reportModel, type RunReport } from "../../../drills/report/model.ts";
import { handWritten, onlyRun, simulated, START, startOf } from "./journals.ts";

describe("a drill that passed", () => {
  let reading: JournalReading;
  let run: RunReport;
  beforeAll(async () => {
    reading = await simulated();
    run = onlyRun(reportModel(reading));
  });

  it("has its record, its head and its events in the order of their stamps", () => {
    const { journal } = reportModel(reading);
    expect(journal).toEqual({
      entries: reading.entries.length,
      head: reading.entries.at(-1)?.hash,
      problems: [],
      tornBytes: 0,
    });
    expect(run).toMatchObject({ candidate: "green", swept: false, environment: "checkout" });
    expect(run.record).toMatchObject({ verdict: "passed", recovery: "reverted" });
    const stamps = run.timeline.map((event) => Date.parse(event.at));
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    expect(new Date(run.zeroMs).toISOString()).toBe(
      run.timeline.find((event) => event.event === "fault.injected")?.at,
    );
  });

  it("has samples from the baseline to the end of undoing, which follow each other", () => {
    const { samples } = run;
    expect(samples.length).toBeGreaterThan(50);
    expect(new Set(samples.map((sample) => sample.step))).toEqual(
      new Set(["baseline", "observe", "undo"]),
    );
    const starts = samples.map((sample) => Date.parse(sample.at) - sample.spanMs);
    const ends = samples.map((sample) => Date.parse(sample.at));
    expect(starts.slice(1)).toEqual(ends.slice(0, -1));
    const paced = samples.slice(0, -1).map((sample) => sample.spanMs);
    expect(Math.min(...paced)).toBeGreaterThanOrEqual(2_000);
    expect(samples.some((sample) => sample.alarmState === "ALARM")).toBe(true);
    expect(samples.at(-1)).toMatchObject({
      alarmState: "OK",
      faultActive: false,
      weights: { blue: 100, green: 0 },
    });
  });

  it("says what was verified, each with how", () => {
    expect(run.claims.map(({ holds }) => holds)).toEqual(Array(8).fill(true));
    const texts = run.claims.map(({ text }) => text);
    expect(texts).toContainEqual(
      expect.stringMatching(
        /^No response from green after the weights were verified: \d+ responses, all from blue\.$/,
      ),
    );
    expect(texts).toContainEqual(
      expect.stringMatching(/^Only good responses came for 1 m \d\.\d s/),
    );
    expect(run.claims.every(({ how }) => how.length > 10)).toBe(true);
  });
});

describe("claims of a drill that did not pass", () => {
  it.each([
    [
      "a guard that may not be called",
      { broken: "permission" as const },
      "The weights were not moved back: blue 0 / green 100 at the end.",
      false,
    ],
    [
      "an alarm that never rang",
      { broken: "alarm" as const },
      "The guard alarm was not seen in ALARM.",
      false,
    ],
    [
      "a lease that cannot be removed",
      { leaseStuck: true },
      expect.stringMatching(/^Left behind: .*AccessDenied/),
      false,
    ],
    [
      "weights that came home without a record",
      { recordFails: true },
      expect.stringMatching(/^At .* the weights were blue 100 \/ green 0\.$/),
      null,
    ],
    [
      "a data plane that ignores the weights",
      { broken: "data-plane" as const },
      expect.stringMatching(/Slot green still answered after the weights were verified/),
      false,
    ],
  ])("%s", async (_what, switches, text, holds) => {
    const { claims } = onlyRun(reportModel(await simulated(switches)));
    expect(claims).toContainEqual(expect.objectContaining({ text, holds }));
  });
});

describe("runs without a record", () => {
  it("are named as what they are, newest first, and say nothing they cannot know", () => {
    const model = handWritten([
      startOf("a"),
      ["a", "traffic.intent", { environment: "checkout", candidate: "green", stable: "blue" }],
      startOf("b"),
      ["a", "swept", { environment: "checkout", residue: [] }],
      ["-", "journal.torn", { file: "torn.txt", bytes: 3 }],
    ]);
    expect(model.journal.problems).toEqual([]);
    expect(model.runs).toMatchObject([
      { id: "b", swept: false, record: null, samples: [], claims: [{ holds: null }] },
      { id: "a", swept: true, record: null, candidate: "green", startedAt: START },
    ]);
  });

  it("an entry that is not what it says is a problem and no reason to fail", () => {
    const model = handWritten([startOf("a"), ["a", "sample", { sample: { at: "noon" } }]]);
    expect(model.journal.problems).toEqual([
      {
        kind: "unreadable",
        seq: 2,
        detail: "entry 2 (sample) cannot be read as what it says it is",
      },
    ]);
    expect(model.runs).toMatchObject([{ id: "a", samples: [] }]);
  });
});
