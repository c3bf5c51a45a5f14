import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const PAGE = readFileSync(join(import.meta.dirname, "..", "..", "lab", "FIDELITY.md"), "utf8");

/** A test's file in backquotes, and the titles in quotes that follow it. */
const NAMED = /`([\w/]+\.test\.ts)`((?:,? "[^"]+")*)/g;

const named = [...PAGE.matchAll(NAMED)].map(([, file = "", titles = ""]) => ({
  file,
  titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title),
}));

test("the page names tests for every rule of its tables", () => {
  const rules = PAGE.split("\n").filter(
    (line) => line.startsWith("| ") && !line.startsWith("| rule"),
  );
  expect(rules.length).toBeGreaterThan(30);
  for (const rule of rules) expect(rule).toMatch(/`[\w/]+\.test\.ts`/);
});

test.each(named)("$file is there, with $titles", ({ file, titles }) => {
  const text = readFileSync(join(import.meta.dirname, file), "utf8");
  for (const title of titles) expect(text).toContain(title);
});
