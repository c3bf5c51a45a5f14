import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Snapshot } from "../../../lab/engine/snapshot.ts";
import { readState, writeState, type ResourceState } from "../../../lab/engine/state.ts";
import { makeUrn, parseUrn, typeOf } from "../../../lab/engine/urn.ts";
import { makeSecret } from "../../../lab/resources/values.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "backout-state-"));
  file = join(directory, "deep", "dev.json");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const thing = (name: string): ResourceState => ({
  urn: makeUrn("dev", "shop", "", "test:index:Thing", name),
  custom: true,
  type: "test:index:Thing",
  id: name,
  inputs: { note: makeSecret("hush"), list: [{ deep: makeSecret(1) }] },
});

test("What is written is read back, secrets and pending operations too", async () => {
  const state = {
    resources: [thing("a")],
    pending: [{ type: "creating" as const, resource: thing("b") }],
  };
  await writeState(file, state);
  expect(await readState(file)).toEqual(state);
  expect(await readFile(file, "utf8")).not.toContain('"hush"');
  expect(await readdir(join(directory, "deep"))).toEqual(["dev.json"]);
});

test("A stack that never ran is empty", async () => {
  expect(await readState(file)).toEqual({ resources: [], pending: [] });
});

test.each(["null", "[]", "{}", "", '{"version":3}', '{"version":2,"deployment":{}}'])(
  "A state file of %j is refused with its path and what to do",
  async (text) => {
    const corrupt = join(directory, "dev.json");
    await writeFile(corrupt, text);
    await expect(readState(corrupt)).rejects.toMatchObject({
      code: "bad-state",
      kind: "environment",
      message: expect.stringContaining(corrupt),
      fix: expect.stringContaining("restart the lab"),
    });
  },
);

test("Every caller's save is in the file when it resolves, however many there are at once", async () => {
  const snapshot = new Snapshot([], file);
  const all = Array.from({ length: 20 }, (_, index) => thing(`t${index}`));
  await Promise.all(
    all.map(async (one) => {
      await snapshot.commit(one);
      const { resources } = await readState(file);
      expect(resources.map((resource) => resource.urn)).toContain(one.urn);
    }),
  );
  expect((await readState(file)).resources).toHaveLength(20);
});

test("Resources of this run stand before those that it has not come to", async () => {
  const [a, b, c] = [thing("a"), thing("b"), thing("c")];
  const snapshot = new Snapshot([a, b, c], undefined);
  await snapshot.commit({ ...b, id: "new" }, b);
  expect(snapshot.resources().map((one) => one.id)).toEqual(["new", "a", "c"]);
  expect(snapshot.leftovers()).toEqual([a, c]);
});

test.each([
  ["", "aws:sns/topic:Topic", "aws:sns/topic:Topic"],
  ["pulumi:pulumi:Stack", "aws:sns/topic:Topic", "aws:sns/topic:Topic"],
  ["a:b:Outer", "aws:sns/topic:Topic", "a:b:Outer$aws:sns/topic:Topic"],
  ["a:b:Outer$a:b:Inner", "x:y:Z", "a:b:Outer$a:b:Inner$x:y:Z"],
])("Under a parent of type %j, %s becomes %s", (parent, type, qualifiedType) => {
  const parentUrn = parent === "" ? "" : `urn:pulumi:dev::shop::${parent}::p`;
  const urn = makeUrn("dev", "shop", parentUrn, type, "odd::name");
  expect(parseUrn(urn)).toEqual({
    stack: "dev",
    project: "shop",
    qualifiedType,
    name: "odd::name",
  });
  expect(typeOf(urn)).toBe(type);
});
