/** What goes wrong: in programs, in the cloud, from outside; and what is left of the state. */
import { writeFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SettlingError } from "../../../lab/resources/types.ts";
import { TestStack, type Run } from "./stack.ts";

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
});
afterEach(() => stack.remove());

function wrong(way: string): Promise<Run> {
  stack.program = "wrong.ts";
  stack.config = { "project:way": way };
  return stack.run("up");
}

describe("A program's error is told once, without a stack trace", () => {
  test("input errors with the path and the reason of each", async () => {
    const run = await wrong("inputs");
    expect(run.errors).toEqual([
      {
        message: "the shop cannot be opened",
        refused: true,
        problems: [
          { property: "shop.name", reason: "missing" },
          { property: "shop.hours[0]", reason: "must be a time of day" },
        ],
      },
    ]);
  });

  test.each([
    ["run-error", "not today"],
    ["defect", /^TypeError: nothing is not a function \(at .*wrong\.ts:\d+:\d+\)$/],
    ["through", /^no such network/],
    ["exit", "the program exited with code 7"],
    ["twice", /^duplicate resource URN/],
    ["type", "unknown resource type test:index:Gadget"],
  ])("%s", async (way, message) => {
    const run = await wrong(way);
    expect(run.ok).toBe(false);
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]?.message).toMatch(message);
    expect(run.events.filter((event) => event.type === "output")).toEqual([]);
  });

  test("inputs that the type does not handle, each by name", async () => {
    const run = await wrong("unhandled");
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]?.problems.map((problem) => problem.property)).toEqual(["colour", "shape"]);
    expect(run.errors[0]).toMatchObject({ refused: true, urn: expect.stringMatching(/::second$/) });
  });

  test("nothing is deleted after a program that failed", async () => {
    await stack.up([{ label: "x", name: "x" }]);
    stack.journal();
    await wrong("defect");
    expect(stack.journal().filter((entry) => entry.startsWith("delete"))).toEqual([]);
  });
});

describe("When an operation fails", () => {
  test("Then what was done is in the state, and the next run does the rest", async () => {
    const things = [
      { label: "net", name: "net" },
      { label: "web", name: "web", from: "net" },
    ];
    stack.cloud.during = (_operation, name) => {
      if (name === "web") throw new Error("no capacity");
    };
    const failed = await stack.up(things);
    expect(failed.errors).toEqual([
      {
        message: "no capacity",
        refused: false,
        urn: "urn:pulumi:dev::project::test:index:Thing::web",
        problems: [],
      },
    ]);
    const left = await stack.state();
    expect(left.resources.at(-1)).toMatchObject({ id: "t-1" });
    expect(left.pending).toEqual([]);

    stack.cloud.during = () => {};
    stack.journal();
    expect(await stack.up(things)).toMatchObject({ ok: true, changes: { create: 1, same: 2 } });
    expect(stack.journal()).toEqual(["create web"]);
  });

  test("Then a resource that exists but did not settle keeps its id and is updated next time", async () => {
    stack.cloud.during = () => {
      throw new SettlingError("t-77", { arn: "arn:t-77" }, new Error("never became active"));
    };
    const failed = await stack.up([{ label: "x", name: "x" }]);
    expect(failed.errors.map((error) => error.message)).toEqual(["never became active"]);
    expect((await stack.state()).resources.at(-1)).toMatchObject({
      id: "t-77",
      initErrors: ["never became active"],
    });
    stack.cloud.during = () => {};
    expect(await stack.up([{ label: "x", name: "x" }])).toMatchObject({
      ok: true,
      changes: { update: 1 },
    });
    expect((await stack.state()).resources.at(-1)).not.toHaveProperty("initErrors");
  });
});

test("An operation is in the state file before it is done, so that a crash is seen", async () => {
  let seen: unknown;
  stack.cloud.during = async () => {
    seen = (await stack.state()).pending;
  };
  await stack.up([{ label: "x", name: "x" }]);
  expect(seen).toMatchObject([{ type: "creating", resource: { inputs: { name: "x" } } }]);

  const { resources } = await stack.state();
  const pending_operations = [{ type: "creating", resource: resources.at(-1) }];
  const deployment = { resources: resources.slice(0, -1), pending_operations };
  await writeFile(stack.stateFile, JSON.stringify({ version: 3, deployment }));
  const run = await stack.graph("preview", [{ label: "x", name: "x" }]);
  expect(run.events).toContainEqual(
    expect.objectContaining({ severity: "warning", message: expect.stringContaining("creating") }),
  );
});

test("An interrupted run starts nothing more, finishes what runs, and can be taken up", async () => {
  const things = [
    { label: "net", name: "net" },
    { label: "web", name: "web", from: "net" },
  ];
  const interrupt = new AbortController();
  stack.cloud.during = () => interrupt.abort();
  const run = await stack.graph("up", things, interrupt.signal);
  expect(run).toMatchObject({ ok: false, interrupted: true, errors: [] });
  expect(stack.journal()).toEqual(["create net"]);
  expect((await stack.state()).resources.at(-1)).toMatchObject({ id: "t-1" });

  stack.cloud.during = () => {};
  expect(await stack.up(things)).toMatchObject({ ok: true, changes: { create: 1 } });
});

test.each([
  ["that is no JSON", "{"],
  ["of another version", JSON.stringify({ version: 2, deployment: {} })],
])("A state file %s is refused and left alone", async (_what, text) => {
  await mkdir(dirname(stack.stateFile), { recursive: true });
  await writeFile(stack.stateFile, text);
  await expect(stack.up([])).rejects.toMatchObject({ code: "bad-state", kind: "environment" });
});

test("A program that is not there and config for another AWS are the caller's errors", async () => {
  stack.program = "nowhere.ts";
  await expect(stack.run("up")).rejects.toMatchObject({ code: "no-program", kind: "usage" });
  stack.program = "graph.ts";
  stack.config = { "aws:region": "eu-west-1" };
  await expect(stack.run("up")).rejects.toThrow(/aws:region must be us-east-1/);
});
