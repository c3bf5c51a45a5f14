import { describe, expect, it } from "vitest";
import { code, markdownLine, word } from "../../../../drills/report/postmortem/escape.ts";
import { nearest } from "../../../../drills/report/postmortem/nearest.ts";
import { unnamed } from "../../../../drills/report/postmortem/unnamed.ts";
import { stopWords } from "../../../../drills/stop.ts";

describe("what a record says of people is left out", () => {
  const stop = {
    schemaVersion: 1,
    at: "2026-03-14T09:00:00.000Z",
    by: "alice@laptop",
    reason: "bob broke it",
  } as const;
  it.each([
    [stopWords(stop), "drills were stopped by hand at 2026-03-14T09:00:00.000Z"],
    [
      `interrupted: ${stopWords({ ...stop, by: "alice", reason: "x\ny" })}`,
      "interrupted: drills were stopped by hand at 2026-03-14T09:00:00.000Z",
    ],
    ["told alice.b+c@example.co.uk at once", "told (a person) at once"],
    ["slot green alarms while it is the candidate", "slot green alarms while it is the candidate"],
  ])("%s", (said, left) => expect(unnamed(said)).toBe(left));
});

describe("the nearest identifiers", () => {
  it.each([
    ["night-0003", ["night-0001", "night-0002", "night-0003", "other"], "night-0003"],
    ["night-0O02", ["night-0001", "night-0002"], "night-0002"],
    ["2026", ["x", "20260314T092653Z-4f9a1c"], "20260314T092653Z-4f9a1c"],
  ])("of %s", (wanted, all, first) => expect(nearest(wanted, all)[0]).toBe(first));

  it("are few, each once, the newest first among equals", () => {
    expect(nearest("zz", ["a", "b", "b", "c", "d", "e", "f"])).toEqual(["f", "e", "d", "c", "b"]);
    expect(nearest("zz", [])).toEqual([]);
  });
});

describe("text in the middle of a line", () => {
  it.each([
    ["bad-release-errors (20 %)", "bad-release-errors (20 %)"],
    ["no --slo was given", "no --slo was given"],
    ["- a list", "\\- a list"],
    ["[x](http://e.com) **b** | c", "\\[x\\](http:\u200b//e.com) \\*\\*b\\*\\* \\| c"],
    ["<img>", "&lt;img&gt;"],
  ])("%s", (text, escaped) => expect(markdownLine(text)).toBe(escaped));

  it.each([
    ["checkout-staging", "checkout-staging"],
    ["shop/app:1.2", "shop/app:1.2"],
    ["x; rm -rf ~", "'x; rm -rf ~'"],
    ["it's", String.raw`'it'\''s'`],
    ["", "''"],
  ])("%s is one word of a command", (name, one) => expect(word(name)).toBe(one));

  it("a command cannot leave its code span", () => {
    expect(code("backout env status `x`\n# y")).toBe("`backout env status 'x' # y`");
  });
});
