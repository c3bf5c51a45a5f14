import { describe, expect, test } from "vitest";
import { fill } from "../../../guard/rollout/hooks.ts";
import { parseHooks } from "../../../guard/rollout/hookTexts.ts";

const http = { name: "smoke", when: "before", kind: "http", url: "${testUrl}/health" };
const CONTEXT = {
  url: "http://shop",
  testUrl: "http://test:9000",
  slot: "green",
  release: "a/b:2",
  environment: "checkout",
};

describe("hooks as people write them", () => {
  test("get their defaults", () => {
    const given = [
      http,
      { name: "kpi", when: "after", kind: "function", function: "kpi:live", timeout: "500ms" },
      { name: "carts", when: "between", kind: "command", command: "./carts.sh" },
    ];
    expect(parseHooks(given, {})).toEqual({
      problems: [],
      hooks: [
        { ...http, method: "GET", headers: {}, expectStatus: 200, timeoutMs: 10_000 },
        { name: "kpi", when: "after", kind: "function", function: "kpi:live", timeoutMs: 500 },
        {
          name: "carts",
          when: "between",
          kind: "command",
          command: "./carts.sh",
          timeoutMs: 300_000,
        },
      ],
    });
  });

  test.each<[string, unknown, string]>([
    ["no list", { smoke: 1 }, "hooks"],
    ["too many", Array.from({ length: 11 }, () => http), "hooks"],
    ["no object", ["smoke"], "hooks[0]"],
    ["two of one name", [http, http], "hooks[1].name"],
    ["a moment that is none", [{ ...http, when: "during" }], "hooks[0].when"],
    ["a kind that is none", [{ ...http, kind: "mail" }], "hooks[0].kind"],
    [
      "a command, where there are none",
      [{ name: "a", when: "after", kind: "command", command: "x" }],
      "hooks[0].kind",
    ],
    ["a member of another kind", [{ ...http, command: "x" }], "hooks[0].command"],
    ["a name with blanks", [{ ...http, name: "my smoke" }], "hooks[0].name"],
    ["no URL", [{ ...http, url: "shop/health" }], "hooks[0].url"],
    ["a file", [{ ...http, url: "file:///etc/passwd" }], "hooks[0].url"],
    ["a password in a URL", [{ ...http, url: "http://me:secret@shop/" }], "hooks[0].url"],
    ["a placeholder for nothing", [{ ...http, url: "${testUrl}/${Slot}" }], "hooks[0].url"],
    ["a method that changes things", [{ ...http, method: "DELETE" }], "hooks[0].method"],
    ["a header with a line break", [{ ...http, headers: { a: "b\r\nc: d" } }], "hooks[0].headers"],
    ["a header that is no text", [{ ...http, headers: { a: 1 } }], "hooks[0].headers"],
    ["a status that is none", [{ ...http, expectStatus: 99 }], "hooks[0].expectStatus"],
    ["a time without a unit", [{ ...http, timeout: "5" }], "hooks[0].timeout"],
    ["too much time", [{ ...http, timeout: "31s" }], "hooks[0].timeout"],
    [
      "no function's name",
      [{ name: "f", when: "after", kind: "function", function: "a b" }],
      "hooks[0].function",
    ],
  ])("%s is refused at %3$s", (_story, given, field) => {
    const { problems } = parseHooks(given, { command: "not here" });
    expect(problems.map((problem) => problem.field)).toEqual([field]);
  });

  test("say all their problems at once", () => {
    const given = [{ ...http, when: "x", url: "y", timeout: "z" }];
    expect(parseHooks(given, {}).problems.map(({ field }) => field)).toEqual([
      "hooks[0].when",
      "hooks[0].timeout",
      "hooks[0].url",
    ]);
  });

  test("have placeholders, and what stands for them cannot change where a URL leads", () => {
    const filled = fill(
      "${testUrl}/${slot}/${release}?${environment}",
      CONTEXT,
      encodeURIComponent,
    );
    expect(filled).toBe("http://test:9000/green/a%2Fb%3A2?checkout");
  });
});
