/** Look-ups of the network: VPCs, subnets, zones, account attributes. */
import type * as Sdk from "@aws-sdk/client-ec2";

import type { Operation } from "../service.ts";
import { ACCOUNT_ID, arn, REGION } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { define, page } from "./define.ts";
import { ec2Error, required } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import type { Network, Subnet } from "./network.ts";
import type { Ec2Store } from "./store.ts";
import { tagList } from "./tagOperations.ts";

const PAGED = ["Filters", "MaxResults", "NextToken"];
const VPC_FILTERS = ["is-default", "isDefault", "vpc-id", "state", "cidr", "owner-id"];
const SUBNET_FILTERS = [
  "vpc-id",
  "subnet-id",
  "default-for-az",
  "defaultForAz",
  "availability-zone",
  "availabilityZone",
  "availability-zone-id",
  "state",
  "cidr-block",
  "owner-id",
];

export function networkOperations(store: Ec2Store): Record<string, Operation> {
  const { network } = store;
  return {
    ...define("DescribeVpcs", ["VpcIds", ...PAGED], (input: Sdk.DescribeVpcsRequest) => {
      for (const id of input.VpcIds ?? []) checkVpc(network, id);
      const describe = (): {
        fields: Record<string, string[]>;
        tags: ReadonlyMap<string, string>;
      } => ({
        fields: {
          "is-default": ["true"],
          isDefault: ["true"],
          "vpc-id": [network.vpcId],
          state: ["available"],
          cidr: [network.cidr],
          "owner-id": [ACCOUNT_ID],
        },
        tags: store.tagsOf(network.vpcId),
      });
      const found = applyFilters("DescribeVpcs", [network], input.Filters, describe, VPC_FILTERS);
      const { entries, rest } = page(found, input);
      return { Vpcs: entries.map((vpc) => vpcOf(store, vpc)), ...rest };
    }),

    ...define(
      "DescribeVpcAttribute",
      ["VpcId", "Attribute"],
      (input: Sdk.DescribeVpcAttributeRequest): Sdk.DescribeVpcAttributeResult => {
        const VpcId = checkVpc(network, required(input.VpcId, "VpcId"));
        switch (input.Attribute) {
          case "enableDnsSupport":
            return { VpcId, EnableDnsSupport: { Value: true } };
          case "enableDnsHostnames":
            return { VpcId, EnableDnsHostnames: { Value: true } };
          case "enableNetworkAddressUsageMetrics":
            return { VpcId, EnableNetworkAddressUsageMetrics: { Value: false } };
          default:
            throw ec2Error(
              "InvalidParameterValue",
              `Value (${String(input.Attribute)}) for parameter attribute is invalid.`,
            );
        }
      },
    ),

    ...define("DescribeSubnets", ["SubnetIds", ...PAGED], (input: Sdk.DescribeSubnetsRequest) => {
      const wanted = input.SubnetIds ?? [];
      for (const id of wanted) checkSubnet(network, id);
      const found = applyFilters(
        "DescribeSubnets",
        network.subnets.filter((subnet) => isWanted(wanted, subnet.id)),
        input.Filters,
        (subnet) => filterableSubnet(store, subnet),
        SUBNET_FILTERS,
      );
      const { entries, rest } = page(found, input);
      return { Subnets: entries.map((subnet) => subnetOf(store, subnet)), ...rest };
    }),

    ...define(
      "DescribeAvailabilityZones",
      ["Filters", "ZoneNames", "ZoneIds", "AllAvailabilityZones"],
      (input: Sdk.DescribeAvailabilityZonesRequest): Sdk.DescribeAvailabilityZonesResult => {
        for (const name of input.ZoneNames ?? []) checkZone(network, "zone", name);
        for (const id of input.ZoneIds ?? []) checkZone(network, "zoneId", id);
        const zones = network.subnets.filter(
          ({ zone, zoneId }) => isWanted(input.ZoneNames, zone) && isWanted(input.ZoneIds, zoneId),
        );
        const found = applyFilters(
          "DescribeAvailabilityZones",
          zones,
          input.Filters,
          ({ zone, zoneId }) => ({
            fields: {
              "zone-name": [zone],
              "zone-id": [zoneId],
              "zone-type": ["availability-zone"],
              "region-name": [REGION],
              state: ["available"],
              "opt-in-status": ["opt-in-not-required"],
            },
            tags: new Map(),
          }),
          ["zone-name", "zone-id", "zone-type", "region-name", "state", "opt-in-status"],
        );
        return { AvailabilityZones: found.map(zoneOf) };
      },
    ),

    ...define(
      "DescribeAccountAttributes",
      ["AttributeNames"],
      (input: Sdk.DescribeAccountAttributesRequest): Sdk.DescribeAccountAttributesResult => {
        const known: Readonly<Record<string, string>> = {
          "supported-platforms": "VPC",
          "default-vpc": network.vpcId,
          "vpc-max-security-groups-per-interface": "5",
        };
        const asked = input.AttributeNames ?? [];
        const names = asked.length > 0 ? asked : Object.keys(known);
        return {
          AccountAttributes: names.map((AttributeName) => {
            const AttributeValue = known[AttributeName];
            if (AttributeValue === undefined) {
              throw notImplemented("DescribeAccountAttributes", `the attribute ${AttributeName}`);
            }
            return { AttributeName, AttributeValues: [{ AttributeValue }] };
          }),
        };
      },
    ),
  };
}

/** No list, or an empty one, asks for everything. */
function isWanted(list: readonly string[] | undefined, value: string): boolean {
  return list === undefined || list.length === 0 || list.includes(value);
}

function checkVpc(network: Network, id: string): string {
  if (id === network.vpcId) return id;
  throw ec2Error("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
}

function checkSubnet(network: Network, id: string): void {
  if (network.subnets.some((subnet) => subnet.id === id)) return;
  throw ec2Error("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
}

function checkZone(network: Network, member: "zone" | "zoneId", value: string): void {
  if (network.subnets.some((subnet) => subnet[member] === value)) return;
  throw ec2Error("InvalidParameterValue", `Invalid availability zone: [${value}]`);
}

function vpcOf(store: Ec2Store, network: Network): Sdk.Vpc {
  return {
    VpcId: network.vpcId,
    CidrBlock: network.cidr,
    IsDefault: true,
    State: "available",
    InstanceTenancy: "default",
    DhcpOptionsId: network.dhcpOptionsId,
    OwnerId: ACCOUNT_ID,
    CidrBlockAssociationSet: [
      {
        AssociationId: network.associationId,
        CidrBlock: network.cidr,
        CidrBlockState: { State: "associated" },
      },
    ],
    Tags: tagList(store.tagsOf(network.vpcId)),
  };
}

function filterableSubnet(
  store: Ec2Store,
  subnet: Subnet,
): { fields: Record<string, string[]>; tags: ReadonlyMap<string, string> } {
  return {
    fields: {
      "vpc-id": [store.network.vpcId],
      "subnet-id": [subnet.id],
      "default-for-az": ["true"],
      defaultForAz: ["true"],
      "availability-zone": [subnet.zone],
      availabilityZone: [subnet.zone],
      "availability-zone-id": [subnet.zoneId],
      state: ["available"],
      "cidr-block": [subnet.cidr],
      "owner-id": [ACCOUNT_ID],
    },
    tags: store.tagsOf(subnet.id),
  };
}

function subnetOf(store: Ec2Store, subnet: Subnet): Sdk.Subnet {
  return {
    SubnetId: subnet.id,
    SubnetArn: arn("ec2", `subnet/${subnet.id}`),
    VpcId: store.network.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: subnet.zoneId,
    // A /20 less the five addresses that AWS keeps in every subnet.
    AvailableIpAddressCount: 4091,
    DefaultForAz: true,
    MapPublicIpOnLaunch: true,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    State: "available",
    OwnerId: ACCOUNT_ID,
    Tags: tagList(store.tagsOf(subnet.id)),
  };
}

function zoneOf({ zone, zoneId }: Subnet): Sdk.AvailabilityZone {
  return {
    ZoneName: zone,
    ZoneId: zoneId,
    ZoneType: "availability-zone",
    RegionName: REGION,
    GroupName: REGION,
    NetworkBorderGroup: REGION,
    State: "available",
    OptInStatus: "opt-in-not-required",
    Messages: [],
  };
}
