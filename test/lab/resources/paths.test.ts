import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPath, overlaps, parsePath, resetPath } from "../../../lab/resources/paths.ts";
import type { Properties } from "../../../lab/resources/values.ts";

describe("Property paths are Pulumi's", () => {
  test.each([
    ["root", ["root"]],
    ["root.nested", ["root", "nested"]],
    ['root["nested"]', ["root", "nested"]],
    ["root.double.nest", ["root", "double", "nest"]],
    ["root.array[0]", ["root", "array", 0]],
    ["root.array[100]", ["root", "array", 100]],
    ["root.array[0].nested", ["root", "array", 0, "nested"]],
    ["root.array[0][1].nested", ["root", "array", 0, 1, "nested"]],
    ['root["key with \\"escaped\\" quotes"]', ["root", 'key with "escaped" quotes']],
    ['root["key with a ."]', ["root", "key with a ."]],
    ['["root key with a ."][100]', ["root key with a .", 100]],
    ["root.array[*].field", ["root", "array", "*", "field"]],
  ])("%s", (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  test.each(["", "a[", "a[x]", 'a["b', "a..b]"])("%j is none", (text) => {
    expect(parsePath(text)).toBeUndefined();
  });

  test("what is written can be read", () => {
    const part = fc.oneof(fc.string({ minLength: 1 }), fc.nat(99));
    const path = fc.tuple(
      fc.string({ minLength: 1 }).filter((key) => key !== "*"),
      fc.array(
        part.filter((key) => key !== "*"),
        { maxLength: 4 },
      ),
    );
    fc.assert(
      fc.property(path, ([root, rest]) => {
        expect(parsePath(formatPath([root, ...rest]))).toEqual([root, ...rest]);
      }),
    );
  });
});

test.each([
  ["a", "a", true],
  ["a", "a.b", true],
  ["a.b", "a", true],
  ["a[*].w", "a[3].w", true],
  ["a[*].w", "a[3].v", false],
  ["a", "ab", false],
])("%s touches %s: %s", (pattern, path, expected) => {
  expect(overlaps(parsePath(pattern) ?? [], parsePath(path) ?? [])).toBe(expected);
});

/** The cases of Pulumi's own PropertyPath.Reset. */
describe("Resetting a path", () => {
  test.each<[string, Properties, Properties, Properties | false]>([
    ["a", { a: 1 }, { a: 2 }, { a: 1 }],
    ["a", {}, { a: 2 }, {}],
    ["a", { a: 1 }, {}, { a: 1 }],
    ["a.b", { a: { b: 1 } }, { a: { b: 2, c: 3 } }, { a: { b: 1, c: 3 } }],
    ["a.b", { a: { b: 1 } }, {}, false],
    ["a.b", {}, {}, {}],
    ["a.b", {}, { a: { b: 2 } }, { a: {} }],
    ["a[0]", { a: [1, 2] }, { a: [3, 4] }, { a: [1, 4] }],
    ["a[1]", { a: [1] }, { a: [3, 4] }, false],
    ["a[9]", { a: [1] }, { a: [3] }, { a: [3] }],
    ["a[*].w", { a: [{ w: 1 }] }, { a: [{ w: 5, v: 6 }] }, { a: [{ w: 1, v: 6 }] }],
    ["a[*].w", { a: [{ w: 1 }] }, { a: [{ w: 5 }, { w: 6 }] }, false],
    ["a.*", { a: { b: 1, c: 2 } }, { a: { b: 9, d: 3 } }, { a: { b: 1, c: 2 } }],
  ])("%s of %j in %j", (text, olds, news, expected) => {
    const changed = structuredClone(news);
    const done = resetPath(parsePath(text) ?? [], olds, changed);
    expect(done ? changed : false).toEqual(expected);
  });
});
