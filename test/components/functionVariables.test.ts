import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { type TellingArgs, variableProblems } from "../../components/functionVariables.ts";
import { stackHooks } from "../../components/rolloutHooks.ts";
import { verificationOf, verificationProblems } from "../../components/verificationArgs.ts";
import { renderVerification } from "../../guard/verification/settings.ts";

const CHECK = "https://shop.example/healthz";

function told(hookBytes: number, checkBytes: number, over: Partial<TellingArgs> = {}): TellingArgs {
  const { hooks, problems } = stackHooks(
    hookBytes === 0
      ? []
      : [{ name: "smoke", when: "before", kind: "http", url: `${CHECK}?${"x".repeat(hookBytes)}` }],
  );
  expect(problems).toEqual([]);
  const smokeChecks = Array.from({ length: Math.ceil(checkBytes / 400) }, (_, index) => ({
    url: `${CHECK}?${"y".repeat(400)}${index}`,
  }));
  expect(verificationProblems({ smokeChecks })).toEqual([]);
  return {
    environment: "checkout",
    hooks,
    verification: renderVerification(verificationOf({ smokeChecks }, 50)),
    policyText: "",
    notify: {},
    ...over,
  };
}

describe("what the guard's function is told", () => {
  test.each<[string, TellingArgs]>([
    ["nothing but where it is", told(0, 0)],
    ["as many hooks as there may be", told(1_700, 0)],
    ["as many checks as there may be", told(0, 1_600)],
    ["half of each", told(800, 1_200)],
    ["the longest name", told(0, 0, { environment: "x".repeat(26) })],
  ])("fits into its variables: %s", (_what, args) => {
    expect(variableProblems(args)).toEqual([]);
  });

  test("is refused when each part fits, and all together do not", () => {
    const [problem, ...others] = variableProblems(told(1_700, 1_600));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      field: "rollout.hooks",
      value: expect.stringMatching(
        /^4\d{3} bytes \(hooks 1\d{3}, checks 1\d{3}, webhooks 0, .*\)$/,
      ),
      allowed: expect.stringMatching(/4096 bytes together/),
      fix: expect.stringMatching(/^save \d+ bytes: .*rollout\.hooks.*guard\.smokeChecks/),
    });
    // Saving what it asks for is enough, and one byte less is not.
    const bytes = Number(/save (\d+)/.exec(problem?.fix ?? "")?.[1]);
    expect(variableProblems(told(1_700 - bytes, 1_600))).toEqual([]);
    expect(variableProblems(told(1_701 - bytes, 1_600))).toHaveLength(1);
  });

  test("counts a secret that is not known yet, and shows none", () => {
    const slackUrl = pulumi.secret(pulumi.output("https://hooks.slack.example/secret"));
    const known = told(1_400, 1_600, { notify: { pagerDutyUrl: `https://x/${"z".repeat(400)}` } });
    const notify = { ...known.notify, slackUrl };
    expect(size({ ...known, notify }) - size(known)).toBeGreaterThan(81);
    expect(JSON.stringify(variableProblems({ ...known, notify }))).not.toMatch(/secret/);
  });
});

function size(args: TellingArgs): number {
  return Number.parseInt(String(variableProblems(args)[0]?.value), 10);
}
