/** Inputs checked, completed and compared. */
import { describe, expect, test } from "vitest";
import { checkInputs, DEFAULTS, isAutonamed } from "../../../lab/resources/check.ts";
import { compareInputs } from "../../../lab/resources/diff.ts";
import {
  archive,
  checkShape,
  json,
  list,
  map,
  number,
  object,
  required,
  set,
  text,
} from "../../../lab/resources/shape.ts";
import { labResources, RESOURCE_TOKENS } from "../../../lab/resources/table.ts";
import { defineResource } from "../../../lab/resources/types.ts";
import {
  ARCHIVE,
  ASSET,
  SIGNATURE,
  UNKNOWN,
  type Properties,
} from "../../../lab/resources/values.ts";

const MEMBERS = {
  name: text,
  size: required(number),
  policy: json,
  zones: set(text),
  parts: list(object({ key: required(text), weight: number })),
  tags: map(text),
  code: archive,
} as const;

function codeOf(source: string): Properties {
  const asset = { [SIGNATURE]: ASSET, text: source };
  return { [SIGNATURE]: ARCHIVE, assets: { "index.js": asset } };
}

const type = defineResource({
  token: "test:index:Thing",
  inputs: MEMBERS,
  defaults: { zones: ["a"] },
  autoname: { property: "name", maxLength: 16 },
  replaceOn: ["name", "parts[*].key"],
  create: () => Promise.reject(new Error("not here")),
  read: () => Promise.resolve(undefined),
  update: () => Promise.reject(new Error("not here")),
  delete: () => Promise.resolve(),
});

describe("Every input that is not understood is named", () => {
  test.each<[Properties, string[]]>([
    [{ size: 1 }, []],
    [{}, ["size"]],
    [{ size: 1, colour: "red", shape: "round" }, ["colour", "shape"]],
    [{ size: "1", name: 2, tags: { a: 1 } }, ["size", "name", "tags.a"]],
    [
      { size: 1, parts: [{ key: "a" }, { weight: 1, extra: true }] },
      ["parts[1].key", "parts[1].extra"],
    ],
    [{ size: 1, zones: "a", parts: {}, tags: [] }, ["zones", "parts", "tags"]],
    [{ size: 1, policy: "{" }, ["policy"]],
    [{ size: 1, policy: { Version: "2012" }, code: codeOf("x") }, []],
    [{ size: UNKNOWN, parts: UNKNOWN, tags: { a: UNKNOWN }, policy: `{"a":"${UNKNOWN}"` }, []],
  ])("%j", (inputs, properties) => {
    expect(checkShape(MEMBERS, inputs).map((problem) => problem.property)).toEqual(properties);
  });
});

function check(olds: Properties | undefined, news: Properties) {
  return checkInputs(type, "a-rather-long-name", olds, news, "us-east-1");
}

describe("Checked inputs", () => {
  test("have defaults and a generated name, which stays with the resource", async () => {
    const first = await check(undefined, { size: 1 });
    expect(first.inputs).toMatchObject({ zones: ["a"], [DEFAULTS]: ["name", "zones"] });
    expect(first.inputs["name"]).toMatch(/^a-rather-[0-9a-f]{7}$/);
    expect(isAutonamed(type, first.inputs)).toBe(true);
    const kept = await check(first.inputs, { size: 2 });
    expect(kept.inputs["name"]).toBe(first.inputs["name"]);
    const other = await check(undefined, { size: 2 });
    expect(other.inputs["name"]).not.toBe(first.inputs["name"]);
  });

  test("keep a name that the program gives, and give it up with it", async () => {
    const given = await check(undefined, { size: 1, name: "mine" });
    expect(given.inputs["name"]).toBe("mine");
    expect(isAutonamed(type, given.inputs)).toBe(false);
    const generated = await check(given.inputs, { size: 1 });
    expect(generated.inputs["name"]).not.toBe("mine");
  });

  test("have the hash of their code, the same for the same code", async () => {
    const hashes = await Promise.all(
      ["a", "a", "b"].map(async (source) => {
        const { inputs } = await check(undefined, { size: 1, code: codeOf(source) });
        return (inputs["code"] as Properties)["hash"];
      }),
    );
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  test("may name the one region there is and no other", async () => {
    expect((await check(undefined, { size: 1, region: "us-east-1" })).problems).toEqual([]);
    const { problems } = await check(undefined, { size: 1, region: "eu-west-1" });
    expect(problems.map((problem) => problem.property)).toEqual(["region"]);
  });
});

describe("A difference", () => {
  test.each<[string, Properties, Properties, string[], string[]]>([
    ["of nothing", { size: 1 }, { size: 1 }, [], []],
    ["in a scalar", { size: 1 }, { size: 2 }, ["size"], []],
    ["that replaces", { name: "a" }, { name: "b" }, ["name"], ["name"]],
    [
      "deep in a list",
      { parts: [{ key: "a", weight: 1 }] },
      { parts: [{ key: "a", weight: 2 }] },
      ["parts[0].weight"],
      [],
    ],
    [
      "at a path of a pattern",
      { parts: [{ key: "a" }] },
      { parts: [{ key: "b" }] },
      ["parts[0].key"],
      ["parts[0].key"],
    ],
    ["in a set's order is none", { zones: ["a", "b"] }, { zones: ["b", "a"] }, [], []],
    [
      "in a list's order is one",
      { parts: ["a", "b"] },
      { parts: ["b", "a"] },
      ["parts[0]", "parts[1]"],
      ["parts[0]", "parts[1]"],
    ],
    [
      "in a document's spelling is none",
      { policy: '{"a":1,"b":2}' },
      { policy: '{ "b": 2, "a": 1 }' },
      [],
      [],
    ],
    ["in a document's meaning", { policy: '{"a":1}' }, { policy: '{"a":2}' }, ["policy"], []],
    ["with what is unknown", { name: "a" }, { name: UNKNOWN }, ["name"], ["name"]],
    [
      "of a map",
      { tags: { a: "1", b: "2" } },
      { tags: { a: "1", c: "3" } },
      ["tags.b", "tags.c"],
      [],
    ],
    ["in bookkeeping is none", { __defaults: ["name"] }, { __defaults: [] }, [], []],
  ])("%s", (_what, olds, news, changed, replaces) => {
    const difference = compareInputs(MEMBERS, type.replaceOn, olds, news);
    expect(difference.changes.map((change) => change.path)).toEqual(changed);
    expect(difference.replaces).toEqual(replaces);
  });
});

describe("The table", () => {
  test.each(RESOURCE_TOKENS)(
    "%s is under its own token, and replaces on inputs it has",
    async (token) => {
      const found = await labResources.resource(token);
      expect(found.token).toBe(token);
      const inputs = Object.keys(found.inputs);
      expect(inputs).toEqual(expect.arrayContaining([...found.replaceOn]));
      expect(inputs).toEqual(expect.arrayContaining(Object.keys(found.defaults ?? {})));
    },
  );

  test("refuses what it does not know by name, with what it knows", async () => {
    const refused = { kind: "usage", message: expect.stringContaining("known: aws:") };
    await expect(labResources.resource("aws:s3/bucket:Bucket")).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/aws:s3\/bucket:Bucket; known: .*aws:sns\/topic:Topic/),
    });
    await expect(labResources.invoke("aws:ec2/getAmi:getAmi")).rejects.toMatchObject(refused);
  });
});
