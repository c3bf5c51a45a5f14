import type { DescribeTagsOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { resourcesOf } from "../../../lab/elbv2/authorization.ts";
import { MISSING, World } from "./world.ts";

test("tags are given at creation, added, replaced and removed", async () => {
  const world = new World();
  const arn = await world.targetGroup("blue", { Tags: [{ Key: "env", Value: "dev" }] });
  const tags = async (): Promise<unknown> => {
    const input = { ResourceArns: [arn] };
    const { TagDescriptions } = await world.call<DescribeTagsOutput>("DescribeTags", input);
    return TagDescriptions;
  };
  await world.call("AddTags", {
    ResourceArns: [arn],
    Tags: [
      { Key: "env", Value: "prod" },
      { Key: "team", Value: "sre" },
    ],
  });
  expect(await tags()).toEqual([
    {
      ResourceArn: arn,
      Tags: [
        { Key: "env", Value: "prod" },
        { Key: "team", Value: "sre" },
      ],
    },
  ]);
  await world.call("RemoveTags", { ResourceArns: [arn], TagKeys: ["env", "none"] });
  expect(await tags()).toEqual([{ ResourceArn: arn, Tags: [{ Key: "team", Value: "sre" }] }]);

  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
  expect(await world.refusal("AddTags", { ResourceArns: [arn], Tags: many })).toContain(
    "TooManyTagsException",
  );
});

test.each([
  ["DescribeListeners", { LoadBalancerArn: MISSING.loadBalancer }, ["*"]],
  ["ModifyListener", { ListenerArn: MISSING.listener }, [MISSING.listener]],
  [
    "CreateRule",
    { ListenerArn: MISSING.listener, Actions: [{ TargetGroupArn: MISSING.targetGroup }] },
    [MISSING.listener],
  ],
  ["SetRulePriorities", { RulePriorities: [{ RuleArn: MISSING.rule }] }, [MISSING.rule]],
  ["AddTags", { ResourceArns: [MISSING.targetGroup] }, [MISSING.targetGroup]],
  [
    "CreateTargetGroup",
    { Name: "blue" },
    ["arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/*"],
  ],
])("%s is authorised on its resources", (operation, input, expected) => {
  expect(resourcesOf(operation, input)).toEqual(expected);
});
