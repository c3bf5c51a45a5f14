import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sectionKey, updatedRunbook } from "../../../../drills/report/postmortem/runbook.ts";
import { unifiedDiff } from "../../../../drills/report/postmortem/unifiedDiff.ts";

const SECTION = { key: "checkout/bad-release-errors", lines: ["## checkout", "", "- new"] };
const BEGIN = "<!-- backout:begin checkout/bad-release-errors -->";
const END = "<!-- backout:end checkout/bad-release-errors -->";

/** What `git apply` makes of `before` with the diff. */
function applied(before: string, diff: string): string {
  const directory = mkdtempSync(join(tmpdir(), "backout-diff-"));
  try {
    writeFileSync(join(directory, "runbook.md"), before);
    writeFileSync(join(directory, "update.diff"), diff);
    execFileSync("git", ["apply", "--whitespace=nowarn", "update.diff"], { cwd: directory });
    return readFileSync(join(directory, "runbook.md"), "utf8");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const RUNBOOKS: readonly (readonly [string, string])[] = [
  ["empty", ""],
  ["without markers", "# Runbook\n\nCall somebody.\n"],
  ["without a last line feed", "# Runbook"],
  ["with an older section in the middle", `# A\n\n${BEGIN}\nold\n${END}\n\n# B\n1\n2\n3\n4\n`],
  ["with an older section and nothing else", `${BEGIN}\n${END}\n`],
  ["whose section is the last line, unended", `# A\n${BEGIN}\nold\n${END}`],
  ["with Windows' line ends", `# A\r\n\r\n${BEGIN}\r\nold\r\n${END}\r\nB\r\n`],
  [
    "with a section of another drill",
    "<!-- backout:begin checkout/other -->\nx\n<!-- backout:end checkout/other -->\n",
  ],
];

describe("a runbook's generated section", () => {
  it.each(RUNBOOKS)("%s: the diff is what git applies", (_, before) => {
    const after = updatedRunbook(before, SECTION);
    const diff = unifiedDiff("runbook.md", before, after);
    expect(applied(before, diff)).toBe(after);
    expect(after).toContain("- new");
    expect(after).not.toContain("old");
  });

  it.each(RUNBOOKS)("%s: the second time there is nothing to change", (_, before) => {
    const after = updatedRunbook(before, SECTION);
    expect(updatedRunbook(after, SECTION)).toBe(after);
    expect(unifiedDiff("runbook.md", after, updatedRunbook(after, SECTION))).toBe("");
  });

  it("whatever stands outside the markers stays, byte for byte", () => {
    const line = fc.stringMatching(/^[ -~\t]{0,12}$/);
    const text = fc
      .array(line, { maxLength: 8 })
      .map((lines) => lines.map((one) => `${one}\n`).join(""));
    fc.assert(
      fc.property(text, text, text, (head, old, tail) => {
        const after = updatedRunbook(`${head}${BEGIN}\n${old}${END}\n${tail}`, SECTION);
        expect(after.startsWith(`${head}${BEGIN}\n`)).toBe(true);
        expect(after.endsWith(`- new\n${END}\n${tail}`)).toBe(true);
      }),
    );
  });

  it("keeps the runbook's line ends", () => {
    const after = updatedRunbook("# A\r\n", SECTION);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it.each([
    ["no end", `a\n${BEGIN}\nb\n`, "begin in line 2"],
    ["no begin", `${END}\n`, "end in line 1"],
    ["turned round", `${END}\n${BEGIN}\n`, "begin in line 2, end in line 1"],
    ["two of them", `${BEGIN}\n${END}\n${BEGIN}\n${END}\n`, "begin in line 1, begin in line 3"],
  ])("refuses markers with %s, and says where they are", (_, runbook, says) => {
    expect(() => updatedRunbook(runbook, SECTION)).toThrow(says);
  });

  it("a drill's name cannot end the marker's comment", () => {
    expect(sectionKey("checkout", "x --> <b>")).toBe("checkout/x-b-");
  });
});

describe("a unified diff", () => {
  it("of any two texts is what git applies", () => {
    const lines = fc.array(fc.constantFrom("a\n", "b\n", "\n", "-c\n", "+d\n"), { maxLength: 12 });
    const end = fc.constantFrom("", "e");
    fc.assert(
      fc.property(lines, end, lines, end, (one, oneEnd, two, twoEnd) => {
        const [before, after] = [one.join("") + oneEnd, two.join("") + twoEnd];
        // Without a text on either side git's diff creates or deletes a file: another format.
        fc.pre(before !== after && after !== "");
        expect(applied(before, unifiedDiff("runbook.md", before, after))).toBe(after);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["docs/runbook.md", "--- a/docs/runbook.md\n+++ b/docs/runbook.md\n"],
    ["/etc/runbook.md", "--- /etc/runbook.md\n+++ /etc/runbook.md\n"],
  ])("names %s", (path, head) => {
    expect(unifiedDiff(path, "a\n", "b\n")).toBe(`${head}@@ -1 +1 @@\n-a\n+b\n`);
  });
});
