import type {
  DescribeTargetGroupAttributesOutput,
  DescribeTargetHealthOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { describe, expect, test } from "vitest";
import { backend, named, tally } from "../dataplane/world.ts";
import { forward, World } from "./world.ts";

const ALGORITHM = "load_balancing.algorithm.type";
const MITIGATION = "load_balancing.algorithm.anomaly_mitigation";
const SLOW_START = "slow_start.duration_seconds";
const STICKY = "stickiness.enabled";

function pairs(attributes: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}

async function set(
  world: World,
  TargetGroupArn: string,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const input = { TargetGroupArn, Attributes: pairs(attributes) };
  return world.refusal("ModifyTargetGroupAttributes", input);
}

describe("attributes that AWS does not allow together", () => {
  const REFUSED = "InvalidConfigurationRequestException: You cannot ";
  test.each<[Readonly<Record<string, string>>, string]>([
    [
      { [SLOW_START]: "30", [ALGORITHM]: "least_outstanding_requests" },
      `${REFUSED}enable both slow start and least outstanding requests`,
    ],
    [
      { [SLOW_START]: "30", [ALGORITHM]: "weighted_random" },
      `${REFUSED}enable both slow start and weighted random algorithm on a target group`,
    ],
    [
      { [STICKY]: "true", [ALGORITHM]: "weighted_random" },
      `${REFUSED}have both stickiness and weighted random algorithm enabled`,
    ],
    [{ [MITIGATION]: "on" }, `${REFUSED}enable anomaly mitigation without the weighted random`],
    [{ [STICKY]: "true", "stickiness.type": "app_cookie" }, "application cookie name"],
    [{ [SLOW_START]: "30", [ALGORITHM]: "round_robin" }, "accepted"],
    [{ [MITIGATION]: "on", [ALGORITHM]: "weighted_random" }, "accepted"],
    [{ [STICKY]: "true", [ALGORITHM]: "least_outstanding_requests" }, "accepted"],
    [
      {
        [STICKY]: "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": "session",
      },
      "accepted",
    ],
  ])("%o: %s", async (attributes, expected) => {
    const world = new World();
    const arn = await world.targetGroup("blue");
    expect(await set(world, arn, attributes)).toContain(expected);
  });

  test("whichever comes first; a refused change changes nothing", async () => {
    const world = new World();
    const arn = await world.targetGroup("blue");
    expect(await set(world, arn, { [SLOW_START]: "60" })).toBe("accepted");
    const change = { "deregistration_delay.timeout_seconds": "1", [ALGORITHM]: "weighted_random" };
    expect(await set(world, arn, change)).toContain("You cannot enable both slow start and");
    const { Attributes } = await world.call<DescribeTargetGroupAttributesOutput>(
      "DescribeTargetGroupAttributes",
      { TargetGroupArn: arn },
    );
    expect(Attributes).toContainEqual({ Key: ALGORITHM, Value: "round_robin" });
    expect(Attributes).toContainEqual({
      Key: "deregistration_delay.timeout_seconds",
      Value: "300",
    });
    expect(await set(world, arn, { ...change, [SLOW_START]: "0" })).toBe("accepted");
  });
});

async function blueGreen(): Promise<{ world: World; lb: string; blue: string; green: string }> {
  const world = new World();
  const lb = await world.loadBalancer();
  return {
    world,
    lb,
    blue: await world.targetGroup("blue"),
    green: await world.targetGroup("green"),
  };
}

describe("target stickiness in an action with several groups needs group stickiness", () => {
  test("when the action is written", async () => {
    const { world, lb, blue, green } = await blueGreen();
    await set(world, green, { [STICKY]: "true" });
    const listener = await world.listener(lb, forward({ [green]: 1 }));
    const action = forward({ [blue]: 1, [green]: 1 });
    const write = { ListenerArn: listener, DefaultActions: [action] };
    expect(await world.refusal("ModifyListener", write)).toBe(
      "InvalidLoadBalancerActionException: You must enable group stickiness on a rule if you " +
        "enabled target stickiness on one of its target groups",
    );
    if (action.ForwardConfig) {
      action.ForwardConfig.TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 };
    }
    expect(await world.refusal("ModifyListener", write)).toBe("accepted");
  });

  test("when the target group is", async () => {
    const { world, lb, blue, green } = await blueGreen();
    await world.listener(lb, forward({ [blue]: 1, [green]: 0 }));
    expect(await set(world, green, { [STICKY]: "true" })).toMatch(
      /^InvalidConfigurationRequestException: This target group appears behind a rule with group stickiness disabled \(arn:.*:listener-rule\/.*\)\. You must enable group stickiness before enabling target stickiness$/,
    );
    expect(await set(world, green, { [SLOW_START]: "30" })).toBe("accepted");
  });
});

test("attributes reach the data plane: sticky targets, and a threshold for fail-open", async () => {
  const world = new World();
  const lb = await world.loadBalancer();
  const blue = await world.targetGroup("blue", {
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
  });
  const sick = await backend((req, res) => res.writeHead(req.url === "/" ? 500 : 200).end("sick"));
  world.elbv2.registerTargets(blue, [await backend(named("well")), sick]);
  await world.listener(lb, forward({ [blue]: 1 }));
  await world.clock.advance(10_000);
  const url = `${world.elbv2.listeners()[0]?.url}/page`;
  expect(await tally(url, 10)).toEqual({ well: 10 });

  const minimum = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
  await set(world, blue, { [`${minimum}.count`]: "2" });
  expect(await tally(url, 10)).toEqual({ well: 5, sick: 5 });
  await set(world, blue, { [`${minimum}.count`]: "1", [`${minimum}.percentage`]: "51" });
  expect(await tally(url, 10)).toEqual({ well: 5, sick: 5 });
  await set(world, blue, { [`${minimum}.percentage`]: "50" });
  expect(await tally(url, 10)).toEqual({ well: 10 });

  await set(world, blue, { [STICKY]: "true", "stickiness.lb_cookie.duration_seconds": "60" });
  const cookies = (await fetch(url)).headers.getSetCookie();
  expect(cookies[0]).toMatch(/^AWSALB=.*; Expires=Sun, 01 Mar 2026 00:01:10 GMT; Path=\/$/);
});

test("DescribeTargetHealth tells of anomalies when it is asked to", async () => {
  const world = new World();
  const lb = await world.loadBalancer();
  const blue = await world.targetGroup("blue");
  await set(world, blue, { [ALGORITHM]: "weighted_random", [MITIGATION]: "on" });
  const failing = await backend((req, res) => res.writeHead(req.url === "/" ? 200 : 500).end());
  world.elbv2.registerTargets(blue, [
    failing,
    await backend(named("b")),
    await backend(named("c")),
  ]);
  await world.listener(lb, forward({ [blue]: 1 }));
  await world.clock.advance(0);
  await tally(`${world.elbv2.listeners()[0]?.url}/page`, 200);
  await world.clock.advance(10_000);

  const look = async (Include?: readonly string[]): Promise<readonly unknown[]> => {
    const { TargetHealthDescriptions = [] } = await world.call<DescribeTargetHealthOutput>(
      "DescribeTargetHealth",
      { TargetGroupArn: blue, Include },
    );
    return TargetHealthDescriptions.map(({ AnomalyDetection }) => AnomalyDetection);
  };
  const expected = [
    { Result: "anomalous", MitigationInEffect: "yes" },
    { Result: "normal", MitigationInEffect: "no" },
    { Result: "normal", MitigationInEffect: "no" },
  ];
  expect(await look(["AnomalyDetection"])).toEqual(expected);
  expect(await look(["All"])).toEqual(expected);
  expect(await look()).toEqual([undefined, undefined, undefined]);
  const wrong = { TargetGroupArn: blue, Include: ["Everything"] };
  expect(await world.refusal("DescribeTargetHealth", wrong)).toContain("[AnomalyDetection, All]");
});
