/** What the second way home may do, where it probes, and when it says that it cannot. */
import { describe, expect, test } from "vitest";
import type { EnvironmentArgs } from "../../components/args.ts";
import { environmentProblems } from "../../components/args.ts";
import { probeDoubt, watchdogGrants } from "../../components/watchdog.ts";

const args: EnvironmentArgs = { releases: { blue: "shop:1", green: "shop:2" } };

test("its role may move this listener's weights, keep the record and tell people, and no more", () => {
  const grants = watchdogGrants({ listener: "LISTENER", recordTable: "TABLE", topic: "TOPIC" });
  expect(grants).toEqual([
    { actions: ["elasticloadbalancing:ModifyListener"], resources: ["LISTENER"] },
    {
      actions: [
        "cloudwatch:DescribeAlarms",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      resources: ["*"],
    },
    { actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], resources: ["TABLE"] },
    { actions: ["sns:Publish"], resources: ["TOPIC"] },
    {
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      when: { "cloudwatch:namespace": "Backout" },
    },
  ]);
  const writing = grants
    .filter(({ resources, when }) => resources.includes("*") && !when)
    .flatMap((g) => g.actions);
  expect(writing.every((action) => /:(Describe|Get|List)/.test(action))).toBe(true);
});

test("with a last resort it may also throw that one switch", () => {
  const arns = { listener: "LISTENER", recordTable: "TABLE", topic: "TOPIC" };
  const without = new Set(watchdogGrants(arns).flatMap(({ actions }) => actions));
  const grants = watchdogGrants({ ...arns, lastResortRule: "RULE" });
  const more = grants.flatMap(({ actions }) => actions).filter((one) => !without.has(one));
  expect(more).toEqual(["elasticloadbalancing:DescribeRules", "elasticloadbalancing:ModifyRule"]);
  const modifying = grants.find(({ actions }) => actions.includes(more[1] ?? ""));
  expect(modifying).toEqual({ actions: [more[1]], resources: ["RULE"] });
});

describe("a listener that is closed to it", () => {
  test.each([
    [undefined, false],
    [["0.0.0.0/0"], false],
    [["10.0.0.0/8", "0.0.0.0/0"], false],
    [["203.0.113.0/24"], true],
    [[], true],
  ])("%j", (allowedCidrs, isDoubted) => {
    const network = allowedCidrs === undefined ? {} : { allowedCidrs };
    expect(probeDoubt({ ...args, network }) !== null).toBe(isDoubted);
  });

  test("is named in the warning, with what is left", () => {
    const doubt = probeDoubt({ ...args, network: { allowedCidrs: ["203.0.113.0/24"] } });
    expect(doubt).toContain("network.allowedCidrs (203.0.113.0/24)");
    expect(doubt).toContain("latches and unheeded alarms only");
  });
});

test.each(["health", "", "/a b", "/a#b"])("the probes' path %j is refused", (probePath) => {
  expect(environmentProblems("shop", { ...args, guard: { probePath } })).toEqual([
    {
      field: "guard.probePath",
      value: probePath,
      allowed: "a path that begins with / and has at most 1024 characters",
    },
  ]);
});
