import { describe, expect, test } from "vitest";
import { verificationOf, verificationProblems } from "../../components/verificationArgs.ts";
import { parseVerification, renderVerification } from "../../guard/verification/settings.ts";
import { readConfig } from "../../infra/config.ts";

const releases = { "backout:blueRelease": "shop:1", "backout:greenRelease": "shop:2" };
const problemsOf = (config: Record<string, string>) => {
  const read = readConfig({ ...releases, ...config });
  return "problems" in read ? read.problems : [];
};
const url = "https://shop.example/healthz";

describe("the checks of a verification", () => {
  test("reach the guard's function as they were written, and the defaults as nothing", () => {
    const settings = verificationOf({ smokeChecks: [{ url, expectStatus: 401 }] }, 20);
    expect(parseVerification(renderVerification(settings))).toEqual(settings);
    expect(renderVerification(verificationOf({}, 50))).toBeUndefined();
    expect(parseVerification(undefined)).toEqual(verificationOf({}, 50));
  });

  test("are JSON text in a stack's configuration", () => {
    const smokeChecks = [{ name: "shop", url }];
    const wayBackChecks = [{ url, expectStatus: 204 }];
    const config = {
      "backout:smokeChecks": JSON.stringify(smokeChecks),
      "backout:wayBackChecks": JSON.stringify(wayBackChecks),
    };
    expect(readConfig({ ...releases, ...config })).toMatchObject({
      config: { args: { guard: { smokeChecks, wayBackChecks } } },
    });
  });

  test("that cannot be are refused, every problem at once", () => {
    const bad = [
      { url: "ftp://shop.example" },
      { url: "https://user:pass@shop.example" },
      { url: "/healthz" },
      { url, expectStatus: 200 },
      { url: `https://shop.example/${"x".repeat(600)}` },
      { url },
    ];
    const config = { "backout:smokeChecks": JSON.stringify(bad) };
    expect(problemsOf(config).map(({ field }) => field)).toEqual([
      "backout:smokeChecks",
      "backout:smokeChecks[0].url",
      "backout:smokeChecks[1].url",
      "backout:smokeChecks[2].url",
      "backout:smokeChecks[4].url",
    ]);
    expect(verificationProblems({ wayBackChecks: [{ url, expectStatus: 42 }] })).toMatchObject([
      {
        field: "guard.wayBackChecks[0].expectStatus",
        value: 42,
        allowed: expect.stringContaining("100 to 599"),
      },
    ]);
  });

  test.each(["no JSON", "{}", '"x"'])("are refused as %s", (text) => {
    expect(problemsOf({ "backout:wayBackChecks": text })).toMatchObject([
      { field: "backout:wayBackChecks", value: text, allowed: expect.stringContaining("JSON") },
    ]);
  });

  test("are refused member by member", () => {
    const bad = [1, { name: "", expectStatus: "ok" }, { url: "ftp://me:word@h", method: "POST" }];
    const problems = problemsOf({ "backout:wayBackChecks": JSON.stringify(bad) });
    expect(problems.map(({ field, value }) => [field.replace(/^.*Checks/, ""), value])).toEqual([
      ["[0]", 1],
      ["[1].name", ""],
      ["[1].url", undefined],
      ["[1].expectStatus", "ok"],
      ["[2].method", "POST"],
      ["[2].url", "ftp://(not shown)@h"],
    ]);
  });

  test("must fit beside the function's other variables", () => {
    const long = { url: `https://shop.example/${"x".repeat(400)}` };
    const three = [long, long, long];
    expect(verificationProblems({ smokeChecks: three })).toEqual([]);
    expect(verificationProblems({ smokeChecks: three, wayBackChecks: three })).toMatchObject([
      { field: "guard.smokeChecks", value: expect.stringMatching(/^\d{4} characters/) },
    ]);
  });
});
