import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HEAD_FILE, JOURNAL_FILE } from "../../drills/journal/journalEntry.ts";
import type { DrillRecord } from "../../drills/verdict/record.ts";
import { startOf, writeJournal, type Written } from "../drills/report/journals.ts";
import { type Sandbox, sandbox } from "./command.ts";

const AT = "2026-03-14T09:00:00.000Z";

function recordOf(id: string, changed: Partial<DrillRecord> = {}): Written {
  const record: DrillRecord = {
    schemaVersion: 1,
    id,
    drill: "bad-release-errors",
    environment: "checkout",
    fidelity: "release",
    clock: { speed: 1 },
    verdict: "passed",
    reason: null,
    recovery: "reverted",
    path: "primary",
    brokenLink: null,
    timeline: [{ event: "fault.injected", at: AT, wallAt: AT, source: "sidecar", resolutionMs: 1 }],
    durations: { detect: 60_000, decide: 400, revert: 90, recover: 0, total: 60_490 },
    floors: { detect: 20_000, detectWorst: 190_000 },
    traffic: { requests: 9, errors: 3, weightsBefore: null, weightsAfter: null },
    objective: { total: 300_000, met: true },
    residue: [],
    ...changed,
  };
  return [id, "record", { record }];
}

describe("backout report", { timeout: 60_000 }, () => {
  let box: Sandbox;
  let journal: string;
  let out: string;
  beforeEach(() => {
    box = sandbox();
    journal = join(box.directory, "the journal");
    out = join(box.directory, "out");
    mkdirSync(out, { recursive: true });
    writeJournal(journal, [startOf("a"), recordOf("a"), startOf("b"), startOf("c"), recordOf("c")]);
  });
  afterEach(() => {
    chmodSync(out, 0o700);
    box.remove();
  });

  const report = (...args: string[]) => box.run("report", "--journal", journal, ...args);
  const tamper = () => {
    const path = join(journal, JOURNAL_FILE);
    writeFileSync(path, readFileSync(path, "utf8").replace('"requests":9', '"requests":8'));
  };

  test("prints every run and the head, and writes what it was asked for", async () => {
    const [html, markdown] = [join(out, "a report.html"), join(out, "report.md")];
    const { code, stdout, stderr } = await report("--html", html, "--markdown", markdown);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout.match(/PASSED {2}bad-release-errors on checkout/g)).toHaveLength(2);
    expect(stdout).toContain("NO END");
    expect(stdout).toContain(`written: ${html}`);
    const { hash } = JSON.parse(readFileSync(join(journal, HEAD_FILE), "utf8")) as { hash: string };
    for (const text of [stdout, readFileSync(html, "utf8"), readFileSync(markdown, "utf8")]) {
      expect(text).toContain(hash);
    }
    expect(readdirSync(out).sort()).toEqual(["a report.html", "report.md"]);
  });

  test("--json is one document; the same journal gives the same page", async () => {
    const [one, two] = [join(out, "1.html"), join(out, "2.html")];
    const { code, stdout } = await report("--json", "--html", one);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      journal: { entries: 5, problems: [] },
      runs: [{ id: "c" }, { id: "a" }],
      unfinished: ["b"],
    });
    await report("--html", two);
    expect(readFileSync(two, "utf8")).toBe(readFileSync(one, "utf8"));
  });

  test("a journal that was changed: said first, everywhere, and exit code 1", async () => {
    tamper();
    const html = join(out, "report.html");
    const { code, stdout } = await report("--html", html);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^THIS JOURNAL IS NOT AS IT WAS WRITTEN/);
    expect(readFileSync(html, "utf8")).toContain("This journal is not as it was written");
    const asJson = await report("--json");
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      journal: { problems: [{ kind: "changed", seq: 2 }] },
    });
  });

  test("`verify` stays, wherever its options stand", async () => {
    tamper();
    for (const args of [
      ["verify", "--journal", journal],
      ["--journal", journal, "verify"],
    ]) {
      const { code, stdout } = await box.run("report", ...args);
      expect(code).toBe(1);
      expect(stdout).toContain("changed: line 2 is not what was written");
    }
    const { code, stderr } = await report("--html", join(out, "x.html"), "verify");
    expect(code).toBe(2);
    expect(stderr).toContain("writes no file");
  });

  test.each<[string, () => string[], RegExp]>([
    ["no journal", () => ["--journal", out], /no journal in/],
    ["a file", () => ["--journal", join(journal, JOURNAL_FILE)], /no journal in/],
    [
      "another file of that name",
      () => {
        writeFileSync(join(out, JOURNAL_FILE), "hello\nworld\n");
        return ["--journal", out];
      },
      /not a drill's journal/,
    ],
    [
      "a directory of that name",
      () => {
        mkdirSync(join(out, JOURNAL_FILE));
        return ["--journal", out];
      },
      /cannot be read: EISDIR/,
    ],
    [
      "a newer journal",
      () => {
        const path = join(journal, HEAD_FILE);
        writeFileSync(
          path,
          readFileSync(path, "utf8").replace('"schemaVersion":1', '"schemaVersion":2'),
        );
        return [];
      },
      /schema version 2/,
    ],
    [
      "a newer record",
      () => {
        const [id, type] = recordOf("n");
        writeJournal(join(out, "newer"), [
          startOf("n"),
          [id, type, { record: { schemaVersion: 7 } }],
        ]);
        return ["--journal", join(out, "newer")];
      },
      /record of schema version 7/,
    ],
    ["a page that is a directory", () => ["--html", out], /is not a file/],
    ["a page nowhere", () => ["--html", join(out, "no", "x.html")], /ENOENT/],
    ["a page below a file", () => ["--html", join(journal, HEAD_FILE, "x")], /ENOTDIR/],
    ["a page on a device", () => ["--html", "/dev/null"], /is not a file/],
    [
      "a page in the journal's place",
      () => ["--html", join(journal, JOURNAL_FILE)],
      /is the journal itself/,
    ],
    [
      "a page in the journal's place, through a link",
      () => {
        symlinkSync(journal, join(out, "link"));
        return ["--html", join(out, "link", HEAD_FILE)];
      },
      /is the journal itself/,
    ],
    [
      "one file for both",
      () => ["--html", join(out, "x"), "--markdown", join(out, "x")],
      /both name/,
    ],
  ])("%s is refused with exit code 2", async (_what, args, message) => {
    const before = readFileSync(join(journal, JOURNAL_FILE), "utf8");
    const { code, stdout, stderr } = await report(...args());
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(readFileSync(join(journal, JOURNAL_FILE), "utf8")).toBe(before);
  });

  test("when one file cannot be written, none is, and the old one stays", async () => {
    const html = join(out, "report.html");
    writeFileSync(html, "old");
    const { code } = await report("--html", html, "--markdown", join(out, "no", "report.md"));
    expect(code).toBe(2);
    expect(readFileSync(html, "utf8")).toBe("old");
    expect(readdirSync(out)).toEqual(["report.html"]);
  });

  // Root may write anywhere: there is no read-only directory for it.
  test.skipIf(process.getuid?.() === 0)("a read-only directory", async () => {
    chmodSync(out, 0o500);
    const { code, stderr } = await report("--html", join(out, "report.html"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/EACCES/);
    expect(existsSync(join(out, "report.html"))).toBe(false);
  });
});
