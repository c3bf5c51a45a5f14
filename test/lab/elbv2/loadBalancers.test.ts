import type {
  DescribeLoadBalancersOutput,
  DescribeLoadBalancerAttributesOutput,
  CreateLoadBalancerOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test } from "vitest";
import { MISSING, World } from "./world.ts";

const SUBNETS = ["subnet-1", "subnet-2"];

test("a load balancer is provisioning when made and active when looked at", async () => {
  const world = new World();
  const made = await world.call<CreateLoadBalancerOutput>("CreateLoadBalancer", {
    Name: "checkout",
    Subnets: SUBNETS,
    SecurityGroups: ["sg-1"],
    Scheme: "internal",
  });
  expect(made.LoadBalancers?.[0]).toMatchObject({
    LoadBalancerArn: expect.stringMatching(
      /^arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer\/app\/checkout\/[0-9a-f]{16}$/,
    ),
    DNSName: expect.stringMatching(/^internal-checkout-\d{10}\.us-east-1\.elb\.localhost$/),
    CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
    CreatedTime: new Date("2026-03-01T00:00:00Z"),
    LoadBalancerName: "checkout",
    Scheme: "internal",
    State: { Code: "provisioning" },
    Type: "application",
    AvailabilityZones: [
      { ZoneName: "us-east-1a", SubnetId: "subnet-1", LoadBalancerAddresses: [] },
      { ZoneName: "us-east-1b", SubnetId: "subnet-2", LoadBalancerAddresses: [] },
    ],
    SecurityGroups: ["sg-1"],
    IpAddressType: "ipv4",
  });
  const seen = await world.call<DescribeLoadBalancersOutput>("DescribeLoadBalancers", {});
  expect(seen.LoadBalancers?.[0]?.State).toEqual({ Code: "active" });
});

test("the same name and settings give the same load balancer, other settings an error", async () => {
  const world = new World();
  const arn = await world.loadBalancer();
  expect(await world.loadBalancer("checkout", { Subnets: SUBNETS.toReversed() })).toBe(arn);
  expect(
    await world.refusal("CreateLoadBalancer", {
      Name: "checkout",
      Subnets: ["subnet-1", "subnet-3"],
    }),
  ).toBe(
    "DuplicateLoadBalancerNameException: A load balancer with the same name 'checkout' exists, " +
      "but with different settings",
  );
});

test.each([
  [{ Name: "a".repeat(33) }, "ValidationError", "cannot be longer than '32' characters"],
  [{ Name: "a_b" }, "ValidationError", "can only contain characters that are alphanumeric"],
  [{ Name: "-a" }, "ValidationError", "cannot begin or end with '-'"],
  [{ Name: "internal-a" }, "ValidationError", "cannot begin with 'internal-'"],
  [{ Name: "" }, "ValidationError", "must be specified"],
  [{ Subnets: ["subnet-1"] }, "ValidationError", "At least two subnets"],
  [{ Subnets: ["subnet-1", "subnet-1"] }, "ValidationError", "At least two subnets"],
  [{ Scheme: "sideways" }, "ValidationError", "enum value set: [internet-facing, internal]"],
  [{ Type: "classic" }, "ValidationError", "enum value set: [application, network, gateway]"],
  [{ Type: "network" }, "NotImplemented", "load balancers of type network"],
  [{ IpAddressType: "dualstack" }, "NotImplemented", "the IP address type dualstack"],
  [{ IpamPools: { Ipv4IpamPoolId: "x" } }, "NotImplemented", "the parameter IpamPools"],
  [{ Tags: [{ Key: "a" }, { Key: "a" }] }, "DuplicateTagKeysException", "unique: 'a'"],
])("%o is refused with %s", async (more, code, message) => {
  const input = { Name: "checkout", Subnets: SUBNETS, ...more };
  const refusal = await new World().refusal("CreateLoadBalancer", input);
  expect(refusal).toMatch(new RegExp(`^${code}: `));
  expect(refusal).toContain(message);
});

function names({ LoadBalancers }: DescribeLoadBalancersOutput): unknown {
  return LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName);
}

test("look-ups by name and ARN, and pages", async () => {
  const world = new World();
  const arns: string[] = [];
  for (const name of ["a", "b", "c"]) arns.push(await world.loadBalancer(name));
  const look = async (input: object): Promise<DescribeLoadBalancersOutput> =>
    world.call<DescribeLoadBalancersOutput>("DescribeLoadBalancers", input);
  expect(names(await look({ Names: ["b"] }))).toEqual(["b"]);
  expect(names(await look({ LoadBalancerArns: [arns[2]] }))).toEqual(["c"]);
  const first = await look({ PageSize: 2 });
  expect(names(first)).toEqual(["a", "b"]);
  const second = await look({ PageSize: 2, Marker: first.NextMarker });
  expect(names(second)).toEqual(["c"]);
  expect(second.NextMarker).toBeUndefined();

  expect(await world.refusal("DescribeLoadBalancers", { Names: ["nope"] })).toBe(
    "LoadBalancerNotFoundException: Load balancers '[nope]' not found",
  );
  expect(
    await world.refusal("DescribeLoadBalancers", { LoadBalancerArns: [MISSING.loadBalancer] }),
  ).toBe("LoadBalancerNotFoundException: One or more load balancers not found");
  expect(await world.refusal("DescribeLoadBalancers", { LoadBalancerArns: ["x"] })).toBe(
    "ValidationError: 'x' is not a valid load balancer ARN",
  );
  expect(await world.refusal("DescribeLoadBalancers", { Marker: "x" })).toContain(
    "ValidationError: The marker",
  );
});

test("deletion protection holds a load balancer; without it deletion succeeds, twice", async () => {
  const world = new World();
  const arn = await world.loadBalancer();
  const protect = async (value: string): Promise<unknown> =>
    world.call("ModifyLoadBalancerAttributes", {
      LoadBalancerArn: arn,
      Attributes: [{ Key: "deletion_protection.enabled", Value: value }],
    });
  await protect("true");
  expect(await world.refusal("DeleteLoadBalancer", { LoadBalancerArn: arn })).toContain(
    "OperationNotPermittedException: Load balancer",
  );
  await protect("false");
  expect(await world.refusal("DeleteLoadBalancer", { LoadBalancerArn: arn })).toBe("accepted");
  expect(await world.refusal("DeleteLoadBalancer", { LoadBalancerArn: arn })).toBe("accepted");
});

test("attributes: known ones change together, others change nothing", async () => {
  const world = new World();
  const arn = await world.loadBalancer();
  const change = async (Key: string, Value: string): Promise<string> =>
    world.refusal("ModifyLoadBalancerAttributes", {
      LoadBalancerArn: arn,
      Attributes: [
        { Key: "idle_timeout.timeout_seconds", Value: "10" },
        { Key, Value },
      ],
    });
  const idle = async (): Promise<string | undefined> => {
    const { Attributes } = await world.call<DescribeLoadBalancerAttributesOutput>(
      "DescribeLoadBalancerAttributes",
      { LoadBalancerArn: arn },
    );
    return Attributes?.find(({ Key }) => Key === "idle_timeout.timeout_seconds")?.Value;
  };
  expect(await change("no.such", "1")).toBe(
    "ValidationError: Load balancer attribute key 'no.such' is not recognized",
  );
  expect(await change("idle_timeout.timeout_seconds", "4001")).toContain("between 1 and 4000");
  expect(await change("access_logs.s3.enabled", "true")).toContain("NotImplemented: ");
  expect(await idle()).toBe("60");
  expect(await change("routing.http.xff_client_port.enabled", "true")).toBe("accepted");
  expect(await idle()).toBe("10");
});

test("subnets and security groups are replaced", async () => {
  const world = new World();
  const arn = await world.loadBalancer();
  const set = { LoadBalancerArn: arn, SecurityGroups: ["sg-2"] };
  expect(await world.call("SetSecurityGroups", set)).toEqual({ SecurityGroupIds: ["sg-2"] });
  await world.call("SetSubnets", { LoadBalancerArn: arn, Subnets: ["subnet-8", "subnet-9"] });
  const { LoadBalancers } = await world.call<DescribeLoadBalancersOutput>(
    "DescribeLoadBalancers",
    {},
  );
  expect(LoadBalancers?.[0]).toMatchObject({
    SecurityGroups: ["sg-2"],
    AvailabilityZones: [{ SubnetId: "subnet-8" }, { SubnetId: "subnet-9" }],
  });
});
