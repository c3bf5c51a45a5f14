import type {
  Action,
  CreateListenerOutput,
  DescribeListenersOutput,
  DescribeRulesOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { backend, named, tally } from "../dataplane/world.ts";
import { forward, MISSING, World } from "./world.ts";

async function blueGreen(): Promise<{
  world: World;
  loadBalancer: string;
  blue: string;
  green: string;
}> {
  const world = new World();
  const [loadBalancer, blue, green] = [
    await world.loadBalancer(),
    await world.targetGroup("blue"),
    await world.targetGroup("green"),
  ];
  return { world, loadBalancer, blue, green };
}

test("a single target group is echoed in both forms, several only in ForwardConfig", async () => {
  const { world, loadBalancer, blue, green } = await blueGreen();
  const single = await world.call<CreateListenerOutput>("CreateListener", {
    LoadBalancerArn: loadBalancer,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: blue }],
  });
  expect(single.Listeners).toEqual([
    {
      ListenerArn: expect.stringMatching(/:listener\/app\/checkout\/[0-9a-f]{16}\/[0-9a-f]{16}$/),
      LoadBalancerArn: loadBalancer,
      Port: 80,
      Protocol: "HTTP",
      DefaultActions: [
        {
          Type: "forward",
          TargetGroupArn: blue,
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
    },
  ]);
  const sticky = forward({ [blue]: 80, [green]: 20 });
  if (sticky.ForwardConfig) {
    sticky.ForwardConfig.TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 };
  }
  const both = await world.call<CreateListenerOutput>("ModifyListener", {
    ListenerArn: single.Listeners?.[0]?.ListenerArn,
    DefaultActions: [sticky],
  });
  expect(both.Listeners?.[0]?.DefaultActions).toEqual([sticky]);
});

test("weights written through the API move real traffic at once", async () => {
  const { world, loadBalancer, blue, green } = await blueGreen();
  world.elbv2.registerTargets(blue, [await backend(named("blue"))]);
  world.elbv2.registerTargets(green, [await backend(named("green"))]);
  const listener = await world.listener(loadBalancer, forward({ [blue]: 1, [green]: 0 }));
  await world.clock.advance(0);
  const [status] = world.elbv2.status();
  expect(status).toMatchObject({ name: "checkout", arn: loadBalancer });
  const [{ port, url } = { port: 0, url: "" }] = status?.listeners ?? [];
  expect(port).toBe(80);
  expect(await tally(url, 10)).toEqual({ blue: 10 });
  await world.call("ModifyListener", {
    ListenerArn: listener,
    DefaultActions: [forward({ [blue]: 0, [green]: 1 })],
  });
  expect(await tally(url, 10)).toEqual({ green: 10 });

  await world.call("CreateRule", {
    ListenerArn: listener,
    Priority: 10,
    Conditions: [{ Field: "path-pattern", Values: ["/stable/*"] }],
    Actions: [{ Type: "forward", TargetGroupArn: blue }],
  });
  expect(await tally(`${url}/stable/1`, 10)).toEqual({ blue: 10 });
  expect(await tally(url, 10)).toEqual({ green: 10 });

  await world.call("DeleteLoadBalancer", { LoadBalancerArn: loadBalancer });
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  expect(world.elbv2.listeners()).toEqual([]);
});

const BLUE_AND = (weight: number | undefined, blue: string, green: string): Action => ({
  Type: "forward",
  ForwardConfig: {
    TargetGroups: [
      { TargetGroupArn: blue, Weight: 1 },
      { TargetGroupArn: green, Weight: weight },
    ],
  },
});

test.each<[string, (blue: string, green: string) => object, string]>([
  ["weight 1000", (b, g) => BLUE_AND(1000, b, g), "ValidationError: 1 validation error detected"],
  ["weight -1", (b, g) => BLUE_AND(-1, b, g), "greater than or equal to 0"],
  ["weight 0.5", (b, g) => BLUE_AND(0.5, b, g), "must be an integer"],
  ["no weight", (b, g) => BLUE_AND(undefined, b, g), "A weight must be specified"],
  ["a group twice", (b) => BLUE_AND(1, b, b), "more than once"],
  ["no group", () => ({ Type: "forward" }), "A target group must be specified"],
  [
    "a missing group",
    () => ({ Type: "forward", TargetGroupArn: MISSING.targetGroup }),
    "TargetGroupNotFoundException: One or more target groups not found",
  ],
  [
    "two groups that differ",
    (b, g) => ({ ...forward({ [g]: 1 }), TargetGroupArn: b }),
    "InvalidLoadBalancerActionException",
  ],
  [
    "stickiness without a duration",
    (b) => ({
      Type: "forward",
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: b }],
        TargetGroupStickinessConfig: { Enabled: true },
      },
    }),
    "A duration must be specified",
  ],
  ["an unknown type", () => ({ Type: "teleport" }), "enum value set: [forward, "],
  ["authentication", () => ({ Type: "authenticate-oidc" }), "InvalidLoadBalancerActionException"],
  [
    "a fixed response of 3xx",
    () => ({ Type: "fixed-response", FixedResponseConfig: { StatusCode: "302" } }),
    "fixedResponseConfig.statusCode",
  ],
  [
    "a redirect to itself",
    () => ({ Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301" } }),
    "creates a loop",
  ],
])("an action with %s is refused", async (_what, action, message) => {
  const { world, loadBalancer, blue, green } = await blueGreen();
  const input = {
    LoadBalancerArn: loadBalancer,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [action(blue, green)],
  };
  expect(await world.refusal("CreateListener", input)).toContain(message);
  const listeners = { LoadBalancerArn: loadBalancer };
  const { Listeners } = await world.call<DescribeListenersOutput>("DescribeListeners", listeners);
  expect(Listeners).toEqual([]);
});

test.each([
  [{ Protocol: "HTTPS" }, "NotImplemented: "],
  [{ Protocol: "TCP" }, "ValidationError: Listener protocol must be one of 'HTTPS, HTTP'"],
  [{ Protocol: "HTTQ" }, "'protocol' failed to satisfy constraint"],
  [{ Port: 70_000 }, "less than or equal to 65535"],
  [{ LoadBalancerArn: MISSING.loadBalancer }, "LoadBalancerNotFoundException: "],
  [{ LoadBalancerArn: "checkout" }, "ValidationError: 'checkout' is not a valid load balancer ARN"],
  [{ SslPolicy: "x" }, "NotImplemented: The lab does not implement the parameter SslPolicy"],
])("a listener with %o is refused", async (more, message) => {
  const { world, loadBalancer, blue } = await blueGreen();
  const base = {
    LoadBalancerArn: loadBalancer,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [forward({ [blue]: 1 })],
  };
  expect(await world.refusal("CreateListener", { ...base, ...more })).toContain(message);
});

test("a port is given once, also to two calls at the same time", async () => {
  const { world, loadBalancer, blue } = await blueGreen();
  const input = {
    LoadBalancerArn: loadBalancer,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [forward({ [blue]: 1 })],
  };
  const outcomes = await Promise.all([
    world.refusal("CreateListener", input),
    world.refusal("CreateListener", input),
  ]);
  expect(outcomes).toEqual([
    "accepted",
    "DuplicateListenerException: A listener already exists on this port for this load balancer " +
      `'${loadBalancer}'`,
  ]);
});

test("a listener moves to another port and keeps its rules", async () => {
  const { world, loadBalancer, blue } = await blueGreen();
  world.elbv2.registerTargets(blue, [await backend(named("blue"))]);
  const arn = await world.listener(loadBalancer, forward({ [blue]: 1 }));
  await world.clock.advance(0);
  await world.call("ModifyListener", { ListenerArn: arn, Port: 81 });
  const [after] = world.elbv2.listeners();
  expect(after?.port).toBe(81);
  expect(await tally(after?.url ?? "", 3)).toEqual({ blue: 3 });
});

test("rules: priorities, the default rule, their ends", async () => {
  const { world, loadBalancer, blue, green } = await blueGreen();
  const listener = await world.listener(loadBalancer, forward({ [blue]: 1 }));
  const rule = (Priority: number, path: string): object => ({
    ListenerArn: listener,
    Priority,
    Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }],
    Actions: [forward({ [green]: 1 })],
  });
  await world.call("CreateRule", rule(20, "/b"));
  await world.call("CreateRule", rule(10, "/a"));
  expect(await world.refusal("CreateRule", rule(10, "/c"))).toBe(
    "PriorityInUseException: Priority '10' is currently in use",
  );
  expect(await world.refusal("CreateRule", rule(50_001, "/c"))).toContain("equal to 50000");

  const look = async (): Promise<NonNullable<DescribeRulesOutput["Rules"]>> =>
    (await world.call<DescribeRulesOutput>("DescribeRules", { ListenerArn: listener })).Rules ?? [];
  const rules = await look();
  expect(rules.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
    ["10", false],
    ["20", false],
    ["default", true],
  ]);
  expect(rules[0]?.Conditions).toEqual([
    { Field: "path-pattern", Values: ["/a"], PathPatternConfig: { Values: ["/a"] } },
  ]);
  const [a, b, last] = rules.map(({ RuleArn }) => RuleArn);

  // Two rules may change places in one call.
  await world.call("SetRulePriorities", {
    RulePriorities: [
      { RuleArn: a, Priority: 20 },
      { RuleArn: b, Priority: 10 },
    ],
  });
  expect((await look()).map(({ RuleArn }) => RuleArn)).toEqual([b, a, last]);

  const permit = "OperationNotPermittedException: Default rule";
  expect(await world.refusal("DeleteRule", { RuleArn: last })).toContain(permit);
  expect(await world.refusal("ModifyRule", { RuleArn: last, Actions: [] })).toContain(permit);
  await world.call("DeleteRule", { RuleArn: a });
  await world.call("DeleteRule", { RuleArn: b });
  expect(await world.refusal("DeleteTargetGroup", { TargetGroupArn: green })).toBe("accepted");
});

test.each([
  ["DescribeListeners", { ListenerArns: [MISSING.listener] }, "ListenerNotFoundException"],
  ["ModifyListener", { ListenerArn: MISSING.listener }, "ListenerNotFoundException"],
  ["DeleteListener", { ListenerArn: MISSING.listener }, "ListenerNotFoundException"],
  ["DescribeRules", { ListenerArn: MISSING.listener }, "ListenerNotFoundException"],
  ["DeleteRule", { RuleArn: MISSING.rule }, "RuleNotFoundException"],
  ["DescribeListeners", { LoadBalancerArn: MISSING.loadBalancer }, "LoadBalancerNotFoundException"],
  ["DescribeListeners", {}, "ValidationError"],
  ["DescribeTags", { ResourceArns: [MISSING.targetGroup] }, "TargetGroupNotFoundException"],
  ["DescribeTags", { ResourceArns: ["arn:aws:s3:::x"] }, "ValidationError"],
  ["DescribeCapacityReservation", { LoadBalancerArn: "x" }, "ValidationError"],
])("%s of something that is not there: %o", async (operation, input, code) => {
  expect(await new World().refusal(operation, input)).toMatch(new RegExp(`^${code}: `));
});
