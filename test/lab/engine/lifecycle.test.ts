/** A stack's life: created in order, left alone, changed, replaced, thinned out, destroyed. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestStack } from "./stack.ts";

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
});
afterEach(() => stack.remove());

const CHAIN = [
  { label: "net", name: "net" },
  { label: "web", name: "web", from: "net" },
  { label: "dns", name: "dns", after: ["web"] },
];

describe("Given a stack of three things, each needing the one before", () => {
  test("When it comes up, Then each is created after what it needs, and again up changes nothing", async () => {
    const first = await stack.up(CHAIN);
    expect(first).toMatchObject({ ok: true, changes: { create: 4, same: 0 }, errors: [] });
    expect(stack.journal()).toEqual(["create net", "create web", "create dns"]);
    expect(first.outputs).toEqual({ arns: { net: "arn:t-1", web: "arn:t-2", dns: "arn:t-3" } });

    const second = await stack.up(CHAIN);
    expect(second).toMatchObject({ ok: true, changes: { create: 0, update: 0, same: 4 } });
    expect(second.outputs).toEqual(first.outputs);
    expect(stack.journal()).toEqual([]);
  });

  test("When it is destroyed, Then the last goes first and the state is empty", async () => {
    await stack.up(CHAIN);
    stack.journal();
    const gone = await stack.graph("destroy", CHAIN);
    expect(gone).toMatchObject({ ok: true, changes: { delete: 4 } });
    expect(stack.journal()).toEqual(["delete dns", "delete web", "delete net"]);
    expect((await stack.state()).resources).toEqual([]);
  });

  test("When a thing leaves the program, Then it is deleted and the rest stays", async () => {
    await stack.up(CHAIN);
    stack.journal();
    const thinner = await stack.up(CHAIN.slice(0, 1));
    expect(thinner).toMatchObject({ ok: true, changes: { delete: 2, same: 2 } });
    expect(stack.journal()).toEqual(["delete dns", "delete web"]);
    expect(stack.cloud.names()).toEqual(["net"]);
  });

  test("When an input changes, Then the thing is updated in place and keeps its id", async () => {
    await stack.up(CHAIN);
    stack.journal();
    const grown = await stack.up([{ ...CHAIN[0], size: 2 }, ...CHAIN.slice(1)]);
    expect(grown).toMatchObject({ ok: true, changes: { update: 1, same: 3 } });
    expect(grown.steps.find((step) => step.kind === "update")?.changed).toEqual(["size"]);
    expect(stack.journal()).toEqual(["update net"]);
    expect(grown.outputs).toMatchObject({ arns: { net: "arn:t-1" } });
  });
});

describe("A replacement", () => {
  test("of a thing with a generated name makes the new one first and deletes the old at the end", async () => {
    await stack.up([
      { label: "web", kind: "a" },
      { label: "dns", name: "dns", note: "x" },
    ]);
    const [old] = stack.journal();
    const replaced = await stack.up([
      { label: "web", kind: "b" },
      { label: "dns", name: "dns", note: "y" },
    ]);
    expect(replaced).toMatchObject({ ok: true, changes: { replace: 1, update: 1, delete: 0 } });
    expect(replaced.steps.find((step) => step.kind === "replace")?.replaces).toEqual(["kind"]);
    const journal = stack.journal();
    expect(journal.at(-1)).toBe(old?.replace("create", "delete"));
    expect(journal.filter((entry) => entry.startsWith("create web-"))).toHaveLength(1);
    expect(journal).not.toContain(old);
  });

  test("of a thing with a name of its own deletes first, with all that must be replaced for it", async () => {
    await stack.up([
      { label: "net", name: "net", kind: "a" },
      { label: "web", name: "web", from: "net" },
      { label: "dns", name: "dns", after: ["web"] },
    ]);
    stack.journal();
    const replaced = await stack.up([
      { label: "net", name: "net", kind: "b" },
      { label: "web", name: "web", from: "net" },
      { label: "dns", name: "dns", after: ["web"] },
    ]);
    expect(replaced.ok).toBe(true);
    expect(stack.journal()).toEqual(["delete web", "delete net", "create net", "create web"]);
    expect(stack.cloud.names()).toEqual(["dns", "net", "web"]);
    const { resources } = await stack.state();
    expect(resources.filter((state) => state.delete || state.pendingReplacement)).toEqual([]);
  });

  test("that fails half-way is taken up where it stopped", async () => {
    await stack.up([{ label: "net", name: "net", kind: "a" }]);
    stack.cloud.during = (operation) => {
      if (operation === "create") throw new Error("no capacity");
    };
    const failed = await stack.up([{ label: "net", name: "net", kind: "b" }]);
    expect(failed.errors.map((error) => error.message)).toEqual(["no capacity"]);
    expect((await stack.state()).resources.at(-1)).toMatchObject({ pendingReplacement: true });

    stack.cloud.during = () => {};
    stack.journal();
    const again = await stack.up([{ label: "net", name: "net", kind: "b" }]);
    expect(again).toMatchObject({ ok: true, changes: { create: 1 } });
    expect(stack.journal()).toEqual(["create net"]);
    expect((await stack.state()).resources.at(-1)).not.toHaveProperty("pendingReplacement");
  });
});

test("Things that need nothing of each other are created at the same time", async () => {
  let together = 0;
  const both = Promise.withResolvers<void>();
  stack.cloud.during = () => {
    together += 1;
    if (together === 2) both.resolve();
    return both.promise;
  };
  const run = await stack.up([{ label: "a" }, { label: "b" }]);
  expect(run.ok).toBe(true);
});

test("URNs and state are Pulumi's: parents' types in the URN, each resource after what it needs", async () => {
  await stack.up([
    { label: "net", name: "net", under: "shop" },
    { label: "web", name: "web", from: "net", under: "shop" },
  ]);
  const { resources } = await stack.state();
  expect(resources.map((state) => state.urn)).toEqual([
    "urn:pulumi:dev::project::pulumi:pulumi:Stack::project-dev",
    "urn:pulumi:dev::project::test:index:Group::shop",
    "urn:pulumi:dev::project::pulumi:providers:test::default",
    "urn:pulumi:dev::project::test:index:Group$test:index:Thing::net",
    "urn:pulumi:dev::project::test:index:Group$test:index:Thing::web",
  ]);
  expect(resources.at(-1)).toMatchObject({
    custom: true,
    id: "t-2",
    parent: resources[1]?.urn,
    provider: `${resources[2]?.urn}::${resources[2]?.id}`,
    inputs: { name: "web", needs: "arn:t-1", __defaults: [] },
    outputs: { name: "web", needs: "arn:t-1", arn: "arn:t-2", generation: 1 },
    dependencies: [resources[3]?.urn],
    propertyDependencies: { needs: [resources[3]?.urn] },
  });
});
