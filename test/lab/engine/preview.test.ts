/** A preview: nothing is done or written, and what it cannot know is unknown. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestStack, type Run } from "./stack.ts";

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
  stack.program = "preview.ts";
});
afterEach(() => stack.remove());

function printed(run: Run): string[] {
  return run.events.flatMap((event) => (event.type === "output" ? [event.line] : [])).sort();
}

test("of a new stack knows the inputs only, and leaves no state behind", async () => {
  stack.config = { "project:size": "1" };
  const run = await stack.run("preview");
  expect(run).toMatchObject({ ok: true, changes: { create: 3 } });
  expect(run.outputs).toEqual({ arn: "[unknown]", generation: "[unknown]" });
  expect(printed(run)).toEqual(["name is one"]);
  expect(stack.journal()).toEqual([]);
  expect(existsSync(stack.stateFile)).toBe(false);
});

test("of an unchanged stack knows everything", async () => {
  stack.config = { "project:size": "1" };
  await stack.run("up");
  const run = await stack.run("preview");
  expect(run).toMatchObject({ ok: true, changes: { same: 3, create: 0 } });
  expect(printed(run)).toEqual(["arn is arn:t-1", "name is one", "note is 1"]);
});

test("of an update keeps what an update cannot change; the rest makes its dependents change", async () => {
  stack.config = { "project:size": "1" };
  await stack.run("up");
  const before = await readFile(stack.stateFile, "utf8");
  stack.journal();
  stack.config = { "project:size": "2" };
  const run = await stack.run("preview");
  expect(run).toMatchObject({ ok: true, changes: { update: 2, same: 1 } });
  expect(run.outputs).toEqual({ arn: "arn:t-1", generation: "[unknown]" });
  expect(printed(run)).toEqual(["arn is arn:t-1", "name is one"]);
  expect(stack.journal()).toEqual([]);
  expect(await readFile(stack.stateFile, "utf8")).toBe(before);
});
