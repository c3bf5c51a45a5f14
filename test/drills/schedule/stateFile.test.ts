import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StateEntry } from "../../../drills/schedule/stateEntry.ts";
import { openStateFile } from "../../../drills/schedule/stateFile.ts";

const AT = "2026-03-02T00:00:00.000Z";
const LANE = "nightly/checkout";
const FOLLOWED: StateEntry = { type: "lane", lane: LANE, at: AT, timing: "t", from: AT };
const STARTED: StateEntry = { type: "started", lane: LANE, at: AT, due: AT };

function fresh(): string {
  return join(mkdtempSync(join(tmpdir(), "backout-state-")), "deep", "state.jsonl");
}

describe("the state on disk", () => {
  test("is there again after a restart", () => {
    const path = fresh();
    const store = openStateFile(path);
    store.append(FOLLOWED);
    store.append(STARTED);
    store.close();
    const again = openStateFile(path);
    expect(again.entries).toEqual([FOLLOWED, STARTED]);
    again.close();
  });

  test("loses the half of a line, on which nothing was done", () => {
    const path = fresh();
    const store = openStateFile(path);
    store.append(FOLLOWED);
    store.close();
    appendFileSync(path, '{"type":"started","la');
    const again = openStateFile(path);
    expect(again.entries).toEqual([FOLLOWED]);
    again.append(STARTED);
    again.close();
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
  });

  test("belongs to one daemon", () => {
    const path = fresh();
    const store = openStateFile(path);
    expect(() => openStateFile(path)).toThrow(/being written by/);
    store.close();
    openStateFile(path).close();
  });

  test.each([
    ["something else", "hello\n", /first line/],
    ["a later version", '{"format":"backout-schedule-state","schemaVersion":2}\n', /first line/],
    [
      "a damaged line",
      '{"format":"backout-schedule-state","schemaVersion":1}\n{"type":"start\n',
      /line 2 is no entry/,
    ],
  ])("%s is refused and kept", (_what, text, message) => {
    const path = fresh();
    openStateFile(path).close();
    writeFileSync(path, text);
    expect(() => openStateFile(path)).toThrow(message);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
