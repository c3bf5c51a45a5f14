import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HEAD_FILE, JOURNAL_FILE } from "../../drills/journal/journalEntry.ts";
import { startOf, writeJournal } from "../drills/report/journals.ts";
import { writeNights } from "../drills/report/nights.ts";
import { type Sandbox, sandbox } from "./command.ts";

const NIGHTS = { runs: 2, seed: 2, until: "2026-03-15T03:00:00.000Z", sampled: 1 };

describe("backout report postmortem", { timeout: 60_000 }, () => {
  let box: Sandbox;
  let journal: string;
  beforeEach(async () => {
    box = sandbox();
    mkdirSync(box.directory, { recursive: true });
    journal = join(box.directory, "journal");
    await writeNights(journal, NIGHTS);
  });
  afterEach(() => box.remove());

  const postmortem = (id: string, ...args: string[]) =>
    box.run("report", "postmortem", id, "--journal", journal, ...args);
  const own = (name: string): string => join(box.directory, name);

  test("prints the draft; with --out only the runbook's diff, and the runbook stays as it is", async () => {
    const shown = await postmortem("night-00001");
    expect(shown.stderr).toBe("");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^# Post-mortem draft: /);
    const there = await postmortem("latest", "--environment", "checkout-production");
    expect(there.stdout).toBe(shown.stdout);

    writeFileSync(own("runbook.md"), "# Runbook\n");
    const args = [
      "--out",
      own("draft.md"),
      "--runbook",
      own("runbook.md"),
      "--slo",
      "99.95",
      "--window",
      "28d",
    ];
    const { code, stdout, stderr } = await postmortem("night-00001", ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^--- .*runbook\.md\n\+\+\+ .*runbook\.md\n@@ -1 \+1,\d+ @@\n/);
    expect(stderr).toBe(`written: ${own("draft.md")}\n`);
    expect(readFileSync(own("runbook.md"), "utf8")).toBe("# Runbook\n");
    const draft = readFileSync(own("draft.md"), "utf8");
    expect(draft).toContain("99.95 % of requests good over 28 days.");
    expect(draft).toContain(`\`\`\`diff\n${stdout}\`\`\`\n`);
  });

  test("--json is one document with the incident, the draft and the diff", async () => {
    const { code, stdout } = await postmortem("night-00001", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      incident: { kind: "drill", id: "night-00001" },
      objective: { percent: 99.9, windowMs: 2_592_000_000, assumed: ["--slo", "--window"] },
      runbookDiff: null,
    });
  });

  test("an unknown id names the nearest; an unfinished run says that it is one", async () => {
    const unknown = await postmortem("night-0001");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("the nearest: night-00001, night-00000");

    const other = own("other");
    writeJournal(other, [startOf("a")]);
    const { code, stdout, stderr } = await box.run("report", "--journal", other, "postmortem", "a");
    expect(code).toBe(0);
    expect(stderr).toContain("This run is unfinished");
    expect(stdout).toContain("> This run is unfinished");
  });

  test("a journal that was changed: said first, and exit code 1", async () => {
    const path = join(journal, JOURNAL_FILE);
    writeFileSync(path, readFileSync(path, "utf8").replace('"requests":4000', '"requests":4001'));
    const { code, stdout, stderr } = await postmortem("night-00001");
    expect(code).toBe(1);
    expect(stderr).toContain("not as it was written");
    expect(stdout).toContain("nothing below proves anything");
  });

  test.each([
    [
      "every bad option at once",
      ["--slo", "100", "--window", "soon"],
      /--slo: .*\n.*--window: "soon"/,
    ],
    ["a runbook that is not there", ["--runbook", "/nowhere/runbook.md"], /an empty one will do/],
    ["another form of report", ["--html", "x.html"], /writes Markdown only, and --html was given/],
  ])("refuses %s", async (_, args, says) => {
    const { code, stderr } = await postmortem("night-00001", ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });

  test("refuses to write into the runbook or the journal", async () => {
    writeFileSync(own("runbook.md"), "# Runbook\n");
    const same = await postmortem(
      "latest",
      "--out",
      own("runbook.md"),
      "--runbook",
      own("runbook.md"),
    );
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining("both name")]);
    const head = join(journal, HEAD_FILE);
    const before = readFileSync(head, "utf8");
    const over = await postmortem("latest", "--out", head);
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining("is the journal itself")]);
    expect(readFileSync(head, "utf8")).toBe(before);
  });

  test("a real reversion needs the environment: none running is said", async () => {
    const { code, stderr } = await box.run(
      "report",
      "postmortem",
      "latest",
      "--environment",
      "checkout",
    );
    expect(code).toBe(3);
    expect(stderr).toContain("lab start");
  });
});
