/** `backout:hooks`: what a stack's rollouts ask, and what may not stand there. */
import { describe, expect, test } from "vitest";
import { functionArns, hooksVariable } from "../../components/rolloutHooks.ts";
import { rolloutSettings } from "../../components/rolloutArgs.ts";
import { STEPS } from "../../guard/rollout/settings.ts";
import { readConfig } from "../../infra/config.ts";

const smoke = { name: "smoke", when: "before", kind: "http", url: "${testUrl}/" };
const read = (hooks: string) =>
  readConfig({
    "backout:blueRelease": "a:1",
    "backout:greenRelease": "a:2",
    "backout:hooks": hooks,
  });

describe("the hooks of a stack", () => {
  test("come to the component as they were written, and to the guard with their defaults", () => {
    const result = read(JSON.stringify([smoke]));
    if ("problems" in result) throw new Error(JSON.stringify(result.problems));
    expect(result.config.args.rollout?.hooks).toEqual([smoke]);
    const { hooks, problems } = rolloutSettings(result.config.args.rollout ?? {}, STEPS.canary);
    expect(problems).toEqual([]);
    const full = { ...smoke, method: "GET", headers: {}, expectStatus: 200, timeoutMs: 10_000 };
    expect(JSON.parse(hooksVariable(hooks)["BACKOUT_HOOKS"] ?? "")).toEqual([full]);
    expect(hooksVariable([])).toEqual({});
  });

  test.each([
    ["smoke", "backout:hooks"],
    ["{}", "backout:hooks"],
    [JSON.stringify([{ ...smoke, when: "during" }]), "backout:hooks[0].when"],
    [JSON.stringify([smoke, smoke]), "backout:hooks[1].name"],
    [
      JSON.stringify([{ name: "a", when: "after", kind: "command", command: "x" }]),
      "backout:hooks[0].kind",
    ],
    [JSON.stringify([{ ...smoke, url: `http://a/${"x".repeat(1_950)}` }]), "backout:hooks"],
  ])("%.60s is refused at %s", (text, field) => {
    const result = read(text);
    const problems = "problems" in result ? result.problems : [];
    expect(problems.map((problem) => problem.field)).toEqual([field]);
  });

  test("let the guard invoke the functions that they name, and nothing else", () => {
    const arn = "arn:aws:lambda:eu-west-1:000000000000:function:other:live";
    const common = { when: "after", kind: "function", timeoutMs: 1_000 } as const;
    const one = { ...common, name: "other", function: arn };
    const named = [one, { ...one, name: "again" }];
    expect(functionArns(named, "us-east-1", "000000000000")).toEqual([arn]);
    expect(functionArns([], "us-east-1", "000000000000")).toEqual([]);
  });
});
