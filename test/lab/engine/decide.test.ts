import { describe, expect, test } from "vitest";
import { decide, type Wish } from "../../../lab/engine/decide.ts";
import type { ResourceState } from "../../../lab/engine/state.ts";
import type { Properties } from "../../../lab/resources/values.ts";
import { makeSecret } from "../../../lab/resources/values.ts";
import { Cloud } from "./cloud.ts";

const type = await new Cloud().resource("test:index:Thing");

function old(inputs: Properties, more: Partial<ResourceState> = {}): ResourceState {
  return { urn: "urn", custom: true, type: type.token, id: "t-1", inputs, ...more };
}

function wish(inputs: Properties, more: Partial<Wish> = {}): Wish {
  return { inputs, replaceOnChanges: [], deleteBeforeReplace: undefined, ...more };
}

const named = { name: "a", __defaults: [] };
const generated = { name: "a-0123456", __defaults: ["name"] };

describe("What to do with a resource", () => {
  test.each<[string, ResourceState | undefined, Wish, string, boolean]>([
    ["none before", undefined, wish(named), "create", false],
    ["the same inputs", old(named), wish(named), "same", false],
    [
      "a secret of the same value",
      old({ note: "x" }),
      wish({ note: makeSecret("x") }),
      "same",
      false,
    ],
    ["a change in place", old({ ...named, size: 1 }), wish({ ...named, size: 2 }), "update", false],
    ["a given name", old({ ...named, kind: "a" }), wish({ ...named, kind: "b" }), "replace", true],
    [
      "a generated name",
      old({ ...generated, kind: "a" }),
      wish({ ...generated, kind: "b" }),
      "replace",
      false,
    ],
    ["another given name", old(named), wish({ ...named, name: "b" }), "replace", false],
    [
      "the program wants the old one gone first",
      old({ ...generated, kind: "a" }),
      wish({ ...generated, kind: "b" }, { deleteBeforeReplace: true }),
      "replace",
      true,
    ],
    [
      "the program wants the new one first",
      old({ ...named, kind: "a" }),
      wish({ ...named, kind: "b" }, { deleteBeforeReplace: false }),
      "replace",
      false,
    ],
    [
      "a change that the program says replaces",
      old({ ...generated, size: 1 }),
      wish({ ...generated, size: 2 }, { replaceOnChanges: ["size"] }),
      "replace",
      false,
    ],
    ["it never settled", old(named, { initErrors: ["late"] }), wish(named), "update", false],
    [
      "it was deleted ahead",
      old(named, { pendingReplacement: true }),
      wish(named),
      "create",
      false,
    ],
  ])("%s", (_what, before, after, kind, deleteFirst) => {
    expect(decide(before, after, type)).toMatchObject({ kind, deleteFirst });
  });

  test("a component is updated when its inputs change, and never replaced", () => {
    const component = { urn: "urn", custom: false, type: "a:b:C", inputs: { size: 1 } };
    expect(decide(component, wish({ size: 1 }), undefined).kind).toBe("same");
    const changed = wish({ size: 2 }, { replaceOnChanges: ["size"] });
    expect(decide(component, changed, undefined).kind).toBe("update");
  });
});
