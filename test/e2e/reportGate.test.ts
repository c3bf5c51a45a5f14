import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openJournal } from "../../drills/journal/journal.ts";
import { wallClock } from "../../base/clock.ts";
import { runOf } from "../drills/report/summary/records.ts";
import { type Sandbox, sandbox } from "./command.ts";

describe("backout report as a gate", { timeout: 60_000 }, () => {
  let box: Sandbox;
  let journal: string;
  beforeEach(() => {
    box = sandbox();
    journal = join(box.directory, "journal");
    const open = openJournal(journal, wallClock());
    for (const [runId, type, data] of runOf("a", 55_000)) open.append(runId, type, data);
    open.close();
  });
  afterEach(() => box.remove());

  const report = (...args: string[]) => box.run("report", "--journal", journal, ...args);

  test("passes while the proof is fresh, and says by which path it is not once it is old", async () => {
    const fresh = await report("--max-age", "14d", "--objective", "60s");
    expect(fresh.code).toBe(0);
    expect(fresh.stdout).toContain("gate: passed");

    const junit = join(box.directory, "junit.xml");
    const slow = await report("--max-age", "14d", "--objective", "50s", "--json", "--junit", junit);
    expect(slow.code).toBe(1);
    expect(slow.stderr).toMatch(/gate: checkout: rollback path primary last passed in 55.0 s/);
    expect(JSON.parse(slow.stdout)).toMatchObject({ gate: { passed: false }, runs: [{ id: "a" }] });
    expect(readFileSync(junit, "utf8")).toContain("<failure message=");

    const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const old = await report("--max-age", "14d", "--now", inAMonth);
    expect(old.code).toBe(1);
    expect(old.stderr).toMatch(/primary was last shown to work (29|30) d ago/);
  });

  test("names everything that is wrong with the question at once", async () => {
    const bad = [
      "--max-age",
      "soon",
      "--objective",
      "0s",
      "--since",
      "2026-02-30",
      "--now",
      "noon",
    ];
    const { code, stdout, stderr } = await report(...bad, "--path", "elevator");
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const name of ["--max-age", "--objective", "--since", "--now", "--path"]) {
      expect(stderr).toContain(`  - ${name}: `);
    }
  });
});
