import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import { HEAD_FILE, JOURNAL_FILE } from "../../../drills/journal/journalEntry.ts";
import { unfinishedRuns, verifyJournal } from "../../../drills/journal/journalVerify.ts";

const clock = new ManualClock(Date.parse("2026-03-14T09:00:00.000Z"));
let directory: string;
const path = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-journal-"));
});
afterEach(() => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

/** A journal of `count` entries by one run, closed. */
function written(count: number): string[] {
  const journal = openJournal(directory, clock);
  for (let step = 1; step <= count; step++) journal.append("run-1", "step", { step, note: "é\n" });
  journal.close();
  return readFileSync(path(JOURNAL_FILE), "utf8").trimEnd().split("\n");
}

function rewrite(lines: readonly string[]): void {
  writeFileSync(path(JOURNAL_FILE), lines.map((line) => `${line}\n`).join(""));
}

describe("writing", () => {
  it("chains entries over several runs and openings", () => {
    written(3);
    const journal = openJournal(directory, clock);
    journal.append("run-2", "run.started", { environment: "checkout" });
    expect(journal.entries()).toHaveLength(4);
    journal.close();

    const { entries, problems, head } = verifyJournal(directory);
    expect(problems).toEqual([]);
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
    expect(entries.map((entry) => entry.runId)).toEqual(["run-1", "run-1", "run-1", "run-2"]);
    expect(entries[3]?.prevHash).toBe(entries[2]?.hash);
    expect(head).toEqual({ schemaVersion: 1, seq: 4, hash: entries[3]?.hash });
  });

  it("gives back what was written, both stamps included", () => {
    const [line] = written(1);
    expect(JSON.parse(line ?? "")).toMatchObject({
      seq: 1,
      at: "2026-03-14T09:00:00.000Z",
      wallAt: "2026-03-14T09:00:00.000Z",
      runId: "run-1",
      type: "step",
      step: 1,
      note: "é\n",
    });
  });

  it("data cannot pass for the chain's own members", () => {
    const journal = openJournal(directory, clock);
    expect(() => journal.append("run-1", "step", { hash: "0" })).toThrow(
      /may not be called "hash"/,
    );
    journal.close();
  });

  it("an empty or missing journal is a whole one", () => {
    expect(verifyJournal(path("nowhere")).problems).toEqual([]);
    written(0);
    expect(verifyJournal(directory)).toMatchObject({ entries: [], problems: [] });
  });
});

function swap(lines: readonly string[], a: number, b: number): string[] {
  const [first = "", second = ""] = [lines[a], lines[b]];
  return lines.with(a, second).with(b, first);
}

describe("finding what was done to it", () => {
  it.each<[string, (lines: string[]) => string[], object[]]>([
    [
      "a figure changed",
      (lines) => lines.map((line) => line.replace('"step":3', '"step":8')),
      [{ kind: "changed", seq: 3 }],
    ],
    [
      "a space added",
      (lines) => lines.map((line) => line.replace('"step":3', '"step": 3')),
      [{ kind: "changed", seq: 3 }],
    ],
    ["a line of rubbish", (lines) => lines.with(2, "rubbish"), [{ kind: "changed", seq: 3 }]],
    ["a line taken out", (lines) => lines.toSpliced(2, 1), [{ kind: "missing", seq: 3 }]],
    ["the first line taken out", (lines) => lines.slice(1), [{ kind: "missing", seq: 1 }]],
    ["two lines swapped", (lines) => swap(lines, 1, 2), [{ kind: "reordered", seq: 2 }]],
    [
      "a line doubled",
      (lines) => lines.toSpliced(2, 0, lines[1] ?? ""),
      [{ kind: "reordered", seq: 2 }],
    ],
    ["the end cut off", (lines) => lines.slice(0, 3), [{ kind: "truncated", seq: 5 }]],
    ["all cut off", () => [], [{ kind: "truncated", seq: 5 }]],
  ])("%s", (_what, tamper, problems) => {
    rewrite(tamper(written(5)));
    expect(verifyJournal(directory).problems).toEqual(
      problems.map((problem) => expect.objectContaining(problem)),
    );
    expect(() => openJournal(directory, clock)).toThrow(
      expect.objectContaining({ code: "journal-broken" }),
    );
  });

  it("a line written anew with a fitting hash is not chained to its neighbours", () => {
    const lines = written(5);
    const other = mkdtempSync(join(tmpdir(), "backout-forged-"));
    const forger = openJournal(other, clock);
    for (const step of [1, 2, 99]) forger.append("run-1", "step", { step, note: "é\n" });
    forger.close();
    const forged = readFileSync(join(other, JOURNAL_FILE), "utf8").split("\n")[2] ?? "";
    rmSync(other, { recursive: true });
    rewrite(lines.with(2, forged));
    expect(verifyJournal(directory).problems).toEqual([
      expect.objectContaining({ kind: "changed", seq: 3 }),
    ]);
  });

  it("a head that is gone is a problem: without it a cut end would go unseen", () => {
    written(2);
    rmSync(path(HEAD_FILE));
    expect(verifyJournal(directory).problems).toMatchObject([{ kind: "head" }]);
  });

  it("knows which runs never came to their record", () => {
    const journal = openJournal(directory, clock);
    for (const run of ["a", "b", "c"]) journal.append(run, "run.started", {});
    journal.append("a", "record", { record: {} });
    journal.append("c", "swept", {});
    expect(unfinishedRuns(journal.entries())).toEqual(["b"]);
    journal.append("b", "record", { record: { verdict: "stuck-on-removal" } });
    expect(unfinishedRuns(journal.entries()), "what is left is still to be swept").toEqual(["b"]);
    journal.append("b", "swept", {});
    expect(unfinishedRuns(journal.entries())).toEqual([]);
    journal.close();
  });
});

describe("a write that was cut short", () => {
  it("is set aside and noted, and the chain goes on", () => {
    written(2);
    appendFileSync(path(JOURNAL_FILE), '{"seq":3,"at":"2026');
    expect(verifyJournal(directory)).toMatchObject({ problems: [], tornBytes: 19 });

    const journal = openJournal(directory, clock);
    journal.append("run-2", "run.started", {});
    journal.close();
    const { entries, problems } = verifyJournal(directory);
    expect(problems).toEqual([]);
    expect(entries.map((entry) => entry.type)).toEqual([
      "step",
      "step",
      "journal.torn",
      "run.started",
    ]);
    const file = String(entries[2]?.["file"]);
    expect(readFileSync(path(file), "utf8")).toBe('{"seq":3,"at":"2026');
  });

  it("a head that stayed behind its line is caught up", () => {
    const before = written(2) && readFileSync(path(HEAD_FILE), "utf8");
    const journal = openJournal(directory, clock);
    journal.append("run-1", "step");
    journal.close();
    writeFileSync(path(HEAD_FILE), before);
    expect(verifyJournal(directory).problems).toEqual([]);
    openJournal(directory, clock).close();
    expect(verifyJournal(directory).head?.seq).toBe(3);
  });
});

describe("a directory that will not do", () => {
  it("a file", () => {
    writeFileSync(path("file"), "");
    for (const place of ["file", "file/below"]) {
      expect(() => openJournal(path(place), clock)).toThrow(
        expect.objectContaining({ kind: "usage", code: "journal-not-a-directory" }),
      );
    }
  });

  // Root may write anywhere: there is no read-only directory for it.
  it.skipIf(process.getuid?.() === 0)("a read-only one", () => {
    chmodSync(directory, 0o500);
    expect(() => openJournal(directory, clock)).toThrow(
      expect.objectContaining({ kind: "usage", code: "journal-not-writable" }),
    );
  });

  it("one of a newer Backout", () => {
    writeFileSync(
      path(HEAD_FILE),
      JSON.stringify({ schemaVersion: 2, seq: 0, hash: "0".repeat(64) }),
    );
    expect(() => openJournal(directory, clock)).toThrow(/schema version 2/);
  });

  it("one that is being written; and no lock stays behind after a refusal", () => {
    const journal = openJournal(directory, clock);
    expect(() => openJournal(directory, clock)).toThrow(
      expect.objectContaining({ code: "journal-in-use" }),
    );
    journal.close();
    rewrite(["rubbish"]);
    expect(() => openJournal(directory, clock)).toThrow(/not as it was written/);
    expect(readdirSync(directory)).not.toContain("journal.lock");
  });

  it("a lock of our own pid that nobody here holds is a dead process's", () => {
    writeFileSync(path("journal.lock"), `${process.pid}\n`);
    openJournal(directory, clock).close();
    expect(readdirSync(directory)).not.toContain("journal.lock");
  });
});

const WRITER = `
  import { wallClock } from ${JSON.stringify(new URL("../../../base/clock.ts", import.meta.url).href)};
  import { openJournal } from ${JSON.stringify(new URL("../../../drills/journal/journal.ts", import.meta.url).href)};
  const journal = openJournal(process.argv[1], wallClock());
  for (;;) console.log(journal.append("run-k", "step", { filler: "x".repeat(2000) }).seq);
`;

/** Starts a writer and resolves with its process once it has acknowledged `count` entries. */
function startWriter(count: number): Promise<{ child: ChildProcess; acknowledged: () => number }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", WRITER, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let last = 0;
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("the writer ended by itself")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      last = Number(line);
      if (last >= count) resolve({ child, acknowledged: () => last });
    });
  });
}

describe("kill -9 of the writer", () => {
  it("loses nothing that was acknowledged, and the next writer takes over", async () => {
    let least = 0;
    for (let round = 1; round <= 3; round++) {
      const { child, acknowledged } = await startWriter(least + 15 + round);
      const closed = new Promise((resolve) => child.once("close", resolve));
      expect(() => openJournal(directory, clock)).toThrow(
        expect.objectContaining({ code: "journal-in-use" }),
      );
      child.kill("SIGKILL");
      await closed;
      least = acknowledged();
      const { problems, entries } = verifyJournal(directory);
      expect(problems).toEqual([]);
      expect(entries.length).toBeGreaterThanOrEqual(least);
    }
    const journal = openJournal(directory, clock);
    journal.append("run-2", "step");
    journal.close();
    expect(verifyJournal(directory).problems).toEqual([]);
  });
});
