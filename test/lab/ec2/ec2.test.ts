/** The default network, security groups with rules of their own ids, and tags. */
import { beforeEach, describe, expect, test } from "vitest";
import { Ec2 } from "../../../lab/ec2/ec2.ts";
import { callerOf, refusal, testCore } from "../fixture.ts";

const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
const anywhere = { IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "web" }] };

let ec2: Ec2;
let call: ReturnType<typeof callerOf>;
let GroupId: string;

beforeEach(async () => {
  ec2 = new Ec2(testCore());
  call = callerOf(ec2);
  ({ GroupId } = await call("CreateSecurityGroup", {
    GroupName: "checkout-lb",
    Description: "load balancer",
    TagSpecifications: [
      { ResourceType: "security-group", Tags: [{ Key: "backout:environment", Value: "checkout" }] },
    ],
  }));
});

const subnets = async (Filters: object[]) =>
  (await call("DescribeSubnets", { Filters })).Subnets.length;
const group = async (id = GroupId) =>
  (await call("DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups[0];
const rules = async (filters: object[] = [{ Name: "group-id", Values: [GroupId] }]) =>
  (await call("DescribeSecurityGroupRules", { Filters: filters })).SecurityGroupRules;

describe("network", () => {
  test("one default VPC with a default subnet in each of two zones", async () => {
    const { Vpcs } = await call("DescribeVpcs", {
      Filters: [{ Name: "is-default", Values: ["true"] }],
    });
    expect(Vpcs).toMatchObject([{ CidrBlock: "172.31.0.0/16", IsDefault: true }]);
    const { VpcId } = Vpcs[0];
    expect(VpcId).toMatch(/^vpc-[0-9a-f]{17}$/);
    const { Subnets } = await call("DescribeSubnets", {
      Filters: [
        { Name: "vpc-id", Values: [VpcId] },
        { Name: "default-for-az", Values: ["true"] },
      ],
    });
    expect(Subnets).toMatchObject([
      { AvailabilityZone: "us-east-1a", CidrBlock: "172.31.0.0/20", VpcId },
      { AvailabilityZone: "us-east-1b", CidrBlock: "172.31.16.0/20", VpcId },
    ]);
    const { AvailabilityZones } = await call("DescribeAvailabilityZones", { ZoneNames: [] });
    expect(AvailabilityZones.map((zone: { ZoneName: string }) => zone.ZoneName)).toEqual([
      "us-east-1a",
      "us-east-1b",
    ]);
    expect(
      await call("DescribeVpcAttribute", { VpcId, Attribute: "enableDnsSupport" }),
    ).toMatchObject({ EnableDnsSupport: { Value: true } });
    const attributes = { AttributeNames: ["default-vpc"] };
    expect(await call("DescribeAccountAttributes", attributes)).toEqual({
      AccountAttributes: [
        { AttributeName: "default-vpc", AttributeValues: [{ AttributeValue: VpcId }] },
      ],
    });
  });

  test.each([
    ["DescribeVpcs", { VpcIds: ["vpc-1"] }, "InvalidVpcID.NotFound"],
    ["DescribeSubnets", { SubnetIds: ["subnet-1"] }, "InvalidSubnetID.NotFound"],
    ["DescribeAvailabilityZones", { ZoneNames: ["us-east-1z"] }, "InvalidParameterValue"],
    ["DescribeVpcs", { Filters: [{ Name: "dhcp-options-id", Values: ["x"] }] }, "NotImplemented"],
    ["DescribeVpcs", { DryRun: true }, "NotImplemented"],
    ["DescribeVpcs", { MaxResults: 1 }, "InvalidParameterValue"],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await refusal(call(operation, input))).code).toBe(code);
  });

  test("no filter value matches nothing, a wildcard much", async () => {
    expect(await subnets([{ Name: "availability-zone", Values: ["us-east-1*"] }])).toBe(2);
    expect(await subnets([{ Name: "availability-zone", Values: ["us-east-1a", "x"] }])).toBe(1);
    expect(await subnets([{ Name: "vpc-id", Values: ["vpc-other"] }])).toBe(0);
  });
});

describe("security groups", () => {
  test("a new group lets everything out and nothing in", async () => {
    expect(await group()).toMatchObject({
      GroupName: "checkout-lb",
      Description: "load balancer",
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      Tags: [{ Key: "backout:environment", Value: "checkout" }],
    });
    const filters = [{ Name: "tag:backout:environment", Values: ["checkout"] }];
    const tagged = await call("DescribeSecurityGroups", { Filters: filters });
    expect(tagged.SecurityGroups).toHaveLength(1);
  });

  test("rules have ids, come back grouped by ports, and go by id or by value", async () => {
    const { SecurityGroupRules } = await call("AuthorizeSecurityGroupIngress", {
      GroupId,
      IpPermissions: [
        { ...http, ...anywhere, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
        { IpProtocol: "6", FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId }] },
      ],
      TagSpecifications: [
        { ResourceType: "security-group-rule", Tags: [{ Key: "a", Value: "1" }] },
      ],
    });
    expect(SecurityGroupRules).toMatchObject([
      {
        IsEgress: false,
        ...http,
        CidrIpv4: "0.0.0.0/0",
        Description: "web",
        Tags: [{ Key: "a", Value: "1" }],
      },
      { CidrIpv6: "::/0" },
      { IpProtocol: "tcp", FromPort: 443, ReferencedGroupInfo: { GroupId } },
    ]);
    expect((await group()).IpPermissions).toMatchObject([
      { ...http, ...anywhere, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
      { FromPort: 443, UserIdGroupPairs: [{ GroupId }] },
    ]);
    expect(await rules([{ Name: "tag:a", Values: ["1"] }])).toHaveLength(3);

    const [first] = SecurityGroupRules;
    const SecurityGroupRuleIds = [first.SecurityGroupRuleId];
    await call("RevokeSecurityGroupIngress", { GroupId, SecurityGroupRuleIds });
    const byId = call("DescribeSecurityGroupRules", { SecurityGroupRuleIds });
    expect((await refusal(byId)).code).toBe("InvalidSecurityGroupRuleId.NotFound");
    const byValue = { GroupId, IpPermissions: [{ ...http, Ipv6Ranges: [{ CidrIpv6: "::/0" }] }] };
    await call("RevokeSecurityGroupIngress", byValue);
    expect((await refusal(call("RevokeSecurityGroupIngress", byValue))).code).toBe(
      "InvalidPermission.NotFound",
    );
    expect(await rules()).toHaveLength(2);
  });

  test("inbound and outbound rules do not clash, twice the same does", async () => {
    const IpPermissions = [{ ...http, ...anywhere }];
    await call("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
    await call("AuthorizeSecurityGroupEgress", { GroupId, IpPermissions });
    expect(
      await refusal(call("AuthorizeSecurityGroupEgress", { GroupId, IpPermissions })),
    ).toMatchObject({
      code: "InvalidPermission.Duplicate",
      message:
        'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists',
    });
    expect(await rules()).toHaveLength(3);
  });

  test("the older way of writing a rule, and a rule changed in place", async () => {
    await call("AuthorizeSecurityGroupIngress", { GroupId, ...http, CidrIp: "10.0.0.0/8" });
    const { SecurityGroupRuleId } = (await rules()).find(
      (rule: { IsEgress: boolean }) => !rule.IsEgress,
    );
    const change = (SecurityGroupRule: object) =>
      call("ModifySecurityGroupRules", {
        GroupId,
        SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }],
      });
    await change({ ...http, CidrIpv4: "10.1.0.0/16", Description: "narrower" });
    expect((await group()).IpPermissions).toMatchObject([
      { IpRanges: [{ CidrIp: "10.1.0.0/16", Description: "narrower" }] },
    ]);
    expect((await refusal(change(http))).code).toBe("InvalidParameterValue");
  });

  test("a group that another one names is not deleted", async () => {
    const { GroupId: tasks } = await call("CreateSecurityGroup", {
      GroupName: "checkout-tasks",
      Description: "tasks",
    });
    const IpPermissions = [{ ...http, UserIdGroupPairs: [{ GroupId }] }];
    await call("AuthorizeSecurityGroupIngress", { GroupId: tasks, IpPermissions });
    expect((await refusal(call("DeleteSecurityGroup", { GroupId }))).code).toBe(
      "DependencyViolation",
    );
    await call("DeleteSecurityGroup", { GroupId: tasks });
    await call("DeleteSecurityGroup", { GroupId });
    expect((await refusal(group())).code).toBe("InvalidGroup.NotFound");
    const { GroupId: standard } = await group(
      (await call("DescribeSecurityGroups", { GroupNames: ["default"] })).SecurityGroups[0].GroupId,
    );
    expect((await refusal(call("DeleteSecurityGroup", { GroupId: standard }))).code).toBe(
      "CannotDelete",
    );
  });

  test.each([
    [
      "CreateSecurityGroup",
      { GroupName: "checkout-lb", Description: "again" },
      "InvalidGroup.Duplicate",
    ],
    ["CreateSecurityGroup", { GroupName: "sg-x", Description: "d" }, "InvalidParameterValue"],
    ["CreateSecurityGroup", { GroupName: "x" }, "MissingParameter"],
    [
      "CreateSecurityGroup",
      { GroupName: "x", Description: "d", VpcId: "x" },
      "InvalidVpcID.NotFound",
    ],
    ["DeleteSecurityGroup", {}, "MissingParameter"],
    ["DeleteSecurityGroup", { GroupId: "x" }, "InvalidGroupId.Malformed"],
    ["DescribeSecurityGroups", { GroupNames: ["none"] }, "InvalidGroup.NotFound"],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await refusal(call(operation, input))).code).toBe(code);
  });

  test.each([
    [{ ...http, IpRanges: [{ CidrIp: "10.0.0.0/33" }] }, "InvalidParameterValue"],
    [{ ...http, IpRanges: [{ CidrIp: "::/0" }] }, "InvalidParameterValue"],
    [{ ...http, FromPort: 81, ...anywhere }, "InvalidParameterValue"],
    [{ ...http, ToPort: 70_000, ...anywhere }, "InvalidParameterValue"],
    [{ ...http, IpProtocol: "http", ...anywhere }, "InvalidParameterValue"],
    [{ IpProtocol: "tcp", ...anywhere }, "InvalidParameterValue"],
    [http, "MissingParameter"],
    [{ ...http, UserIdGroupPairs: [{ GroupId: "sg-1" }] }, "InvalidGroup.NotFound"],
    [
      { ...http, IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "10.0.0.0/8" }] },
      "InvalidParameterValue",
    ],
  ])("the rule %j: %s", async (permission, code) => {
    const call1 = call("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [permission] });
    expect((await refusal(call1)).code).toBe(code);
    expect((await group()).IpPermissions).toEqual([]);
  });
});

test("tags by resource id: added, filtered, removed", async () => {
  const Resources = [GroupId];
  await call("CreateTags", {
    Resources,
    Tags: [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ],
  });
  const tags = async (...Filters: object[]) => (await call("DescribeTags", { Filters })).Tags;
  expect(
    await tags({ Name: "resource-id", Values: Resources }, { Name: "key", Values: ["a"] }),
  ).toEqual([{ ResourceId: GroupId, ResourceType: "security-group", Key: "a", Value: "1" }]);
  await call("DeleteTags", { Resources, Tags: [{ Key: "a", Value: "other" }, { Key: "b" }] });
  expect((await group()).Tags).toEqual([
    { Key: "backout:environment", Value: "checkout" },
    { Key: "a", Value: "1" },
  ]);
  await call("DeleteTags", { Resources });
  expect(await tags()).toEqual([]);
  const unknown = { Resources: ["i-1"], Tags: [{ Key: "a", Value: "1" }] };
  expect((await refusal(call("CreateTags", unknown))).code).toBe("InvalidID");
  for (const operation of ["CreateTags", "DeleteTags"]) {
    expect((await refusal(call(operation))).code).toBe("MissingParameter");
  }
});

test("what calls act on", () => {
  expect(ec2.resourcesOf("DescribeVpcs", {})).toEqual(["*"]);
  expect(ec2.resourcesOf("DeleteSecurityGroup", { GroupId: "sg-1" })).toEqual([
    "arn:aws:ec2:us-east-1:000000000000:security-group/sg-1",
  ]);
});
