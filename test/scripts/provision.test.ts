import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockStack } from "../../scripts/provision.ts";

let directory: string;
let state: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-lock-"));
  state = join(directory, "dev.json");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a second writer is refused by the name of the first, until that one is done", () => {
  const release = lockStack(state, "dev");
  expect(readFileSync(`${state}.lock`, "utf8")).toBe(`${process.pid}\n`);
  expect(() => lockStack(state, "dev")).toThrow(
    expect.objectContaining({
      code: "stack-in-use",
      kind: "environment",
      message: `stack dev is being changed by process ${process.pid}`,
    }),
  );
  release();
  expect(existsSync(`${state}.lock`)).toBe(false);
  lockStack(state, "dev")();
});

test("the lock of a dead process is taken over", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(`${state}.lock`, `${pid}\n`);
  const release = lockStack(state, "dev");
  expect(readFileSync(`${state}.lock`, "utf8")).toBe(`${process.pid}\n`);
  release();
});
