import type {
  CreateTargetGroupOutput,
  DescribeTargetGroupsOutput,
  DescribeTargetHealthOutput,
  ModifyTargetGroupOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { forward, MISSING, TARGET_GROUP, World } from "./world.ts";

test("a target group has AWS's defaults", async () => {
  const world = new World();
  const { TargetGroups } = await world.call<CreateTargetGroupOutput>("CreateTargetGroup", {
    Name: "blue",
    ...TARGET_GROUP,
  });
  expect(TargetGroups).toEqual([
    {
      TargetGroupArn: expect.stringMatching(/:targetgroup\/blue\/[0-9a-f]{16}$/),
      TargetGroupName: "blue",
      Protocol: "HTTP",
      ProtocolVersion: "HTTP1",
      Port: 8080,
      VpcId: "vpc-1",
      TargetType: "ip",
      IpAddressType: "ipv4",
      HealthCheckProtocol: "HTTP",
      HealthCheckPort: "traffic-port",
      HealthCheckEnabled: true,
      HealthCheckPath: "/",
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: "200" },
      LoadBalancerArns: [],
    },
  ]);
});

test("the same name and settings give the same group, other settings an error", async () => {
  const world = new World();
  const arn = await world.targetGroup("blue");
  expect(await world.targetGroup("blue")).toBe(arn);
  expect(
    await world.refusal("CreateTargetGroup", { ...TARGET_GROUP, Name: "blue", Port: 8081 }),
  ).toBe(
    "DuplicateTargetGroupNameException: A target group with the same name 'blue' exists, but " +
      "with different settings",
  );
});

test.each([
  [{ Name: "a".repeat(33) }, "ValidationError", "cannot be longer than '32' characters"],
  [{ Name: "a.b" }, "ValidationError", "alphanumeric"],
  [{ Protocol: undefined }, "ValidationError", "A protocol must be specified"],
  [{ Protocol: "SPDY" }, "ValidationError", "'protocol' failed to satisfy constraint"],
  [{ Protocol: "HTTPS" }, "NotImplemented", "the protocol HTTPS"],
  [{ Port: 0 }, "ValidationError", "greater than or equal to 1"],
  [{ Port: 65_536 }, "ValidationError", "less than or equal to 65535"],
  [{ VpcId: undefined }, "ValidationError", "A VPC ID must be specified"],
  [{ TargetType: "pod" }, "ValidationError", "[instance, ip, lambda, alb]"],
  [{ TargetType: "lambda" }, "NotImplemented", "target type lambda"],
  [{ ProtocolVersion: "GRPC" }, "NotImplemented", "the protocol version GRPC"],
  [{ HealthCheckIntervalSeconds: 4 }, "ValidationError", "greater than or equal to 5"],
  [{ HealthCheckTimeoutSeconds: 121 }, "ValidationError", "less than or equal to 120"],
  [
    { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 },
    "ValidationError",
    "Health check interval must be greater than the timeout.",
  ],
  [{ HealthyThresholdCount: 1 }, "ValidationError", "greater than or equal to 2"],
  [{ UnhealthyThresholdCount: 11 }, "ValidationError", "less than or equal to 10"],
  [{ HealthCheckPath: "health" }, "ValidationError", "must begin with a '/'"],
  [{ HealthCheckPort: "http" }, "ValidationError", "must be a port or 'traffic-port'"],
  [{ Matcher: { HttpCode: "500" } }, "ValidationError", "within '200-499' inclusive"],
  [{ Matcher: { HttpCode: "ok" } }, "ValidationError", "within '200-499' inclusive"],
  [{ HealthCheckEnabled: false }, "InvalidConfigurationRequestException", "must be true"],
  [{ HealthCheckProtocol: "TCP" }, "InvalidConfigurationRequestException", "'TCP'"],
])("%o is refused with %s", async (more, code, message) => {
  const input = { Name: "blue", ...TARGET_GROUP, ...more };
  const refusal = await new World().refusal("CreateTargetGroup", input);
  expect(refusal).toMatch(new RegExp(`^${code}: `));
  expect(refusal).toContain(message);
});

test("a health check is changed in part, and checked as a whole", async () => {
  const world = new World();
  const arn = await world.targetGroup("blue");
  const { TargetGroups } = await world.call<ModifyTargetGroupOutput>("ModifyTargetGroup", {
    TargetGroupArn: arn,
    HealthCheckPath: "/ready",
    HealthyThresholdCount: 2,
  });
  expect(TargetGroups?.[0]).toMatchObject({
    HealthCheckPath: "/ready",
    HealthyThresholdCount: 2,
    HealthCheckIntervalSeconds: 30,
  });
  const late = { TargetGroupArn: arn, HealthCheckTimeoutSeconds: 30 };
  expect(await world.refusal("ModifyTargetGroup", late)).toContain("greater than the timeout");
});

test("a group in use is not deleted; one out of use is, and belongs to one load balancer", async () => {
  const world = new World();
  const loadBalancer = await world.loadBalancer();
  const [blue, green] = [await world.targetGroup("blue"), await world.targetGroup("green")];
  const listener = await world.listener(loadBalancer, forward({ [blue]: 1, [green]: 0 }));

  // Weight 0 is use as well.
  expect(await world.refusal("DeleteTargetGroup", { TargetGroupArn: green })).toBe(
    `ResourceInUseException: Target group '${green}' is currently in use by a listener or a rule`,
  );
  const { TargetGroups } = await world.call<DescribeTargetGroupsOutput>("DescribeTargetGroups", {
    LoadBalancerArn: loadBalancer,
  });
  expect(TargetGroups?.map(({ LoadBalancerArns }) => LoadBalancerArns)).toEqual([
    [loadBalancer],
    [loadBalancer],
  ]);

  const other = await world.loadBalancer("other");
  expect(
    await world.refusal("CreateListener", {
      LoadBalancerArn: other,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [forward({ [blue]: 1 })],
    }),
  ).toBe(
    "TargetGroupAssociationLimitException: The following target groups cannot be associated " +
      `with more than one load balancer: ${blue}`,
  );

  await world.call("DeleteListener", { ListenerArn: listener });
  expect(await world.refusal("DeleteTargetGroup", { TargetGroupArn: green })).toBe("accepted");
  expect(await world.refusal("DeleteTargetGroup", { TargetGroupArn: green })).toBe("accepted");
  expect(await world.refusal("DescribeTargetGroups", { Names: ["green"] })).toBe(
    "TargetGroupNotFoundException: One or more target groups not found",
  );
});

test("targets are loopback addresses; anything else is an invalid target", async () => {
  const world = new World();
  const arn = await world.targetGroup("blue");
  const register = async (Id: string, group = arn): Promise<string> =>
    world.refusal("RegisterTargets", { TargetGroupArn: group, Targets: [{ Id }] });
  expect(await register("10.0.0.1")).toContain("InvalidTargetException: ");
  expect(await register("i-0123")).toContain("InvalidTargetException: ");
  expect(await register("127.0.0.1", MISSING.targetGroup)).toContain(
    "TargetGroupNotFoundException",
  );
  // An id of no known form is one that is not there.
  expect(await register("127.0.0.1", `${arn}-old`)).toContain("TargetGroupNotFoundException");
  expect(await register("127.0.0.1", "blue")).toContain("ValidationError");
  const instances = await world.targetGroup("machines", { TargetType: "instance" });
  expect(await register("i-0123", instances)).toContain("not in a running state");
  expect(await register("127.0.0.1")).toBe("accepted");

  const health = await world.call<DescribeTargetHealthOutput>("DescribeTargetHealth", {
    TargetGroupArn: arn,
  });
  expect(health.TargetHealthDescriptions).toEqual([
    {
      Target: { Id: "127.0.0.1", Port: 8080, AvailabilityZone: "us-east-1a" },
      HealthCheckPort: "8080",
      TargetHealth: {
        State: "unused",
        Reason: "Target.NotInUse",
        Description: "Target group is not configured to receive traffic from the load balancer",
      },
    },
  ]);
  expect(world.elbv2.targetState(arn, { id: "127.0.0.1", port: 8080 })).toBe("unused");
  world.elbv2.deregisterTargets(arn, [{ id: "127.0.0.1", port: 8080 }]);
  const gone = { TargetGroupArn: arn, Targets: [{ Id: "127.0.0.1" }] };
  expect(await world.refusal("DeregisterTargets", gone)).toBe("accepted");
  const after = await world.call<DescribeTargetHealthOutput>("DescribeTargetHealth", gone);
  expect(after.TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).toBe("Target.NotRegistered");
});

test.each([
  ["deregistration_delay.timeout_seconds", "3601", "between 0 and 3600"],
  ["load_balancing.algorithm.type", "fastest", "'round_robin'"],
  ["slow_start.duration_seconds", "29", "of the form"],
  ["slow_start.duration_seconds", "901", "of the form"],
  ["slow_start.duration_seconds", "30", "accepted"],
  ["slow_start.duration_seconds", "900", "accepted"],
  ["stickiness.enabled", "true", "accepted"],
  ["stickiness.lb_cookie.duration_seconds", "0", "between 1 and 604800"],
  ["stickiness.app_cookie.cookie_name", "AWSALBTG", "of the form"],
  ["deregistration_delay.timeout_seconds", "5", "accepted"],
  ["load_balancing.algorithm.type", "least_outstanding_requests", "accepted"],
])("attribute %s = %s: %s", async (Key, Value, expected) => {
  const world = new World();
  const input = { TargetGroupArn: await world.targetGroup("blue"), Attributes: [{ Key, Value }] };
  expect(await world.refusal("ModifyTargetGroupAttributes", input)).toContain(expected);
});
