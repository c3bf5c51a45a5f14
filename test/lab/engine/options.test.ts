/** Resource options that change what the engine does. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestStack } from "./stack.ts";

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
});
afterEach(() => stack.remove());

const parts = (a: number, b: number) => [
  { key: "a", weight: a },
  { key: "b", weight: b },
];

/** What one more `up` of a single thing does, by the thing before and the thing after. */
test.each([
  ["ignoreChanges of a whole input", { parts: parts(1, 0) }, { parts: parts(0, 1) }, ["parts"], []],
  [
    "ignoreChanges of one path",
    { parts: parts(1, 0) },
    { parts: parts(5, 0) },
    ["parts[0].weight"],
    [],
  ],
  [
    "ignoreChanges of a wildcard path",
    { parts: parts(1, 2) },
    { parts: parts(3, 4) },
    ["parts[*].weight"],
    [],
  ],
  [
    "a change beside the ignored path",
    { parts: parts(1, 0) },
    { parts: parts(5, 9) },
    ["parts[0].weight"],
    ["update x"],
  ],
  ["an ignored input that appears", {}, { size: 3 }, ["size"], []],
  ["an ignored input that goes", { size: 3 }, {}, ["size"], []],
])("%s", async (_what, before, after, ignoreChanges, journal) => {
  await stack.up([{ label: "x", name: "x", ...before, opts: { ignoreChanges } }]);
  stack.journal();
  const run = await stack.up([{ label: "x", name: "x", ...after, opts: { ignoreChanges } }]);
  expect(run.ok).toBe(true);
  expect(stack.journal()).toEqual(journal);
});

test("ignoreChanges leaves a list alone whose length changed, and says so", async () => {
  const opts = { ignoreChanges: ["parts[*].weight"] };
  await stack.up([{ label: "x", name: "x", parts: parts(1, 2), opts }]);
  const longer = [...parts(1, 2), { key: "c", weight: 3 }];
  const run = await stack.up([{ label: "x", name: "x", parts: longer, opts }]);
  expect(run.changes.update).toBe(1);
  expect(run.events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('"parts[*].weight"') }),
  );
});

test("replaceOnChanges makes a replacement of what would be an update", async () => {
  const opts = { replaceOnChanges: ["size"] };
  await stack.up([{ label: "x", size: 1, opts }]);
  const run = await stack.up([{ label: "x", size: 2, opts }]);
  expect(run.changes).toMatchObject({ replace: 1, update: 0 });
});

test("deleteBeforeReplace deletes first even what has a generated name", async () => {
  const opts = { deleteBeforeReplace: true };
  await stack.up([{ label: "x", kind: "a", opts }]);
  stack.journal();
  await stack.up([{ label: "x", kind: "b", opts }]);
  expect(stack.journal().map((entry) => entry.split(" ")[0])).toEqual(["delete", "create"]);
});

test("protect refuses deletion, replacement and destruction, until it is taken off", async () => {
  const held = { label: "x", name: "x", kind: "a", opts: { protect: true } };
  await stack.up([held]);
  const runs = [
    await stack.up([]),
    await stack.up([{ ...held, kind: "b" }]),
    await stack.graph("destroy", []),
  ];
  for (const run of runs) {
    expect(run.ok).toBe(false);
    expect(run.errors[0]).toMatchObject({ message: expect.stringContaining("it is protected") });
  }
  expect(stack.cloud.names()).toEqual(["x"]);
  await stack.up([{ ...held, opts: {} }]);
  expect((await stack.graph("destroy", [])).ok).toBe(true);
});

test("retainOnDelete forgets the resource and leaves it in the cloud", async () => {
  await stack.up([{ label: "x", name: "x", opts: { retainOnDelete: true } }]);
  stack.journal();
  expect((await stack.up([])).changes.delete).toBe(1);
  expect(stack.journal()).toEqual([]);
  expect(stack.cloud.names()).toEqual(["x"]);
});

test("deletedWith spares the deletion that another one includes", async () => {
  await stack.up([
    { label: "host", name: "host" },
    { label: "guest", name: "guest", deletedWith: "host" },
  ]);
  stack.journal();
  await stack.up([]);
  expect(stack.journal()).toEqual(["delete host"]);
});

test("An alias carries a resource over to its new name", async () => {
  await stack.up([{ label: "old", name: "x" }]);
  stack.journal();
  const run = await stack.up([{ label: "new", name: "x", opts: { aliases: [{ name: "old" }] } }]);
  expect(run.changes).toMatchObject({ same: 2, create: 0, delete: 0 });
  expect(stack.journal()).toEqual([]);
});

test.each([
  ["import", { import: "t-9" }, "the import option"],
  ["replacementTrigger", { replacementTrigger: "now" }, "the replacementTrigger option"],
])("The option %s is refused by name", async (_what, opts, words) => {
  const run = await stack.up([{ label: "x", name: "x", opts }]);
  expect(run.errors).toHaveLength(1);
  expect(run.errors[0]?.message).toContain(words);
  expect(stack.journal()).toEqual([]);
});
