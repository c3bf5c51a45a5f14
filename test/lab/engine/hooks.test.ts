/** Resource hooks: when they run, what they are told, what their failure does. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunKind } from "../../../lab/engine/events.ts";
import { TestStack, type Run } from "./stack.ts";

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
  stack.program = "hooks.ts";
});
afterEach(() => stack.remove());

function run(kind: RunKind, config: Record<string, string | number | boolean>): Promise<Run> {
  stack.config = { "project:log": join(stack.directory, "log") };
  for (const [key, value] of Object.entries(config)) stack.config[`project:${key}`] = `${value}`;
  return stack.run(kind);
}

async function told(): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(stack.directory, "log"), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line));
}

test("Hooks run around their operations and are told inputs and outputs, old and new", async () => {
  expect((await run("up", { size: 1 })).ok).toBe(true);
  expect((await run("up", { size: 2 })).ok).toBe(true);
  const urn = "urn:pulumi:dev::project::test:index:Thing::x";
  const base = { urn, name: "x", type: "test:index:Thing" };
  expect(await told()).toMatchObject([
    { hook: "beforeCreate", ...base, count: 0, newInputs: { size: 1 } },
    { hook: "afterCreate", ...base, count: 1, id: "t-1", newOutputs: { arn: "arn:t-1" } },
    {
      hook: "beforeUpdate",
      ...base,
      id: "t-1",
      newInputs: { size: 2 },
      oldInputs: { size: 1 },
      oldOutputs: { generation: 1 },
    },
    { hook: "afterUpdate", ...base, newOutputs: { generation: 2 }, oldOutputs: { generation: 1 } },
  ]);
});

describe("A failing before-hook", () => {
  test("blocks the operation and fails the run", async () => {
    await run("up", { size: 1 });
    stack.journal();
    const blocked = await run("up", { size: 2, failing: "beforeUpdate" });
    expect(blocked.ok).toBe(false);
    expect(blocked.errors).toMatchObject([
      { message: 'before hook "beforeUpdate" failed: beforeUpdate says no', refused: true },
    ]);
    expect(stack.journal()).toEqual([]);
    expect((await stack.state()).resources.at(-1)?.inputs).toMatchObject({ size: 1 });
  });

  test("fails a preview already when it is for dry runs", async () => {
    await run("up", { size: 1 });
    const ordinary = await run("preview", { size: 2, failing: "beforeUpdate" });
    expect(ordinary).toMatchObject({ ok: true, changes: { update: 1 } });
    const dry = await run("preview", { size: 2, failing: "beforeUpdate", onDryRun: true });
    expect(dry.ok).toBe(false);
    expect(dry.errors[0]?.message).toContain("beforeUpdate says no");
  });
});

test("A failing after-hook fails the run, but the resource is done and in the state", async () => {
  const run1 = await run("up", { size: 1, failing: "afterCreate" });
  expect(run1.ok).toBe(false);
  expect(run1.errors[0]?.message).toContain('after hook "afterCreate" failed');
  expect(stack.cloud.names()).toEqual(["x"]);
  const again = await run("up", { size: 1 });
  expect(again).toMatchObject({ ok: true, changes: { create: 0, same: 2 } });
});

test("Delete hooks run while the program waits; a destroy, which runs none, refuses", async () => {
  await run("up", { size: 1, two: true });
  await run("up", { size: 1, two: true });
  const destroyed = await run("destroy", {});
  expect(destroyed.errors.map((error) => error.message)).toEqual([
    expect.stringContaining('hook "beforeDelete" was not registered'),
  ]);
  expect(stack.cloud.names()).toContain("y");
});
