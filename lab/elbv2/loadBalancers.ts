/** Load balancers: create, describe, change, delete. Application load balancers only. */
import type {
  AvailabilityZone,
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DeleteLoadBalancerOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  LoadBalancer,
  LoadBalancerSchemeEnum,
  SetIpAddressTypeInput,
  SetIpAddressTypeOutput,
  SetSecurityGroupsInput,
  SetSecurityGroupsOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
  SubnetMapping,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { randomInt } from "node:crypto";
import { AwsError, REGION, type Operation } from "../service.ts";
import { newLoadBalancerArn, requireArn } from "./arns.ts";
import { initialAttributes } from "./attributes.ts";
import type { Context } from "./context.ts";
import { balancerSettings, LOAD_BALANCER_ATTRIBUTES } from "./loadBalancerAttributes.ts";
import { page } from "./paging.ts";
import type { LoadBalancerRecord } from "./store.ts";
import { checkTags } from "./tags.ts";
import {
  notImplemented,
  refuseMembers,
  requireEnum,
  requireName,
  validationError,
} from "./validation.ts";

/** The hosted zone of load balancers in us-east-1 (AWS General Reference, ELB endpoints). */
const HOSTED_ZONE = "Z35SXDOTRQ7X7K";
const ZONE_LETTERS = "abcdef";

/** `vpcOf` tells the VPC of a subnet; the lab accepts any subnet. */
export function loadBalancerOperations(
  { store, plane, clock }: Context,
  vpcOf: (subnetId: string) => string,
): Record<string, Operation> {
  return {
    CreateLoadBalancer(input: CreateLoadBalancerInput): CreateLoadBalancerOutput {
      const name = requireName("Load balancer", input.Name);
      if (name.startsWith("internal-")) {
        throw validationError(`Load balancer name '${name}' cannot begin with 'internal-'`);
      }
      requireApplication(input.Type ?? "application");
      requireIpv4(input.IpAddressType ?? "ipv4");
      refuseMembers(input, ["CustomerOwnedIpv4Pool", "EnablePrefixForIpv6SourceNat", "IpamPools"]);
      const scheme = input.Scheme ?? "internet-facing";
      requireEnum("scheme", scheme, ["internet-facing", "internal"]);
      const subnets = subnetsOf(input);
      const securityGroups = unique(input.SecurityGroups ?? []);
      const tags = checkTags(input.Tags);

      const known = [...store.loadBalancers.values()].find((record) => record.name === name);
      if (known) {
        const same =
          known.scheme === scheme &&
          sameMembers(known.subnets, subnets) &&
          sameMembers(known.securityGroups, securityGroups);
        if (same) return { LoadBalancers: [describe(known, "active")] };
        throw new AwsError(
          "DuplicateLoadBalancerNameException",
          `A load balancer with the same name '${name}' exists, but with different settings`,
        );
      }
      const prefix = scheme === "internal" ? "internal-" : "";
      const record: LoadBalancerRecord = {
        arn: newLoadBalancerArn(name),
        name,
        // Names under localhost resolve to loopback; where it answers is told by the lab's status.
        dnsName: `${prefix}${name}-${randomInt(1e9, 1e10)}.${REGION}.elb.localhost`,
        createdTime: new Date(clock.now()),
        scheme,
        vpcId: vpcOf(subnets[0] ?? ""),
        subnets,
        securityGroups,
        attributes: initialAttributes(LOAD_BALANCER_ATTRIBUTES),
      };
      store.loadBalancers.set(record.arn, record);
      store.tags.set(record.arn, tags);
      plane.putBalancer(balancerSettings(record));
      // AWS takes minutes until `active`; here every later look finds it active.
      return { LoadBalancers: [describe(record, "provisioning")] };
    },

    DescribeLoadBalancers(input: DescribeLoadBalancersInput): DescribeLoadBalancersOutput {
      const all = [...store.loadBalancers.values()];
      const { LoadBalancerArns: arns = [], Names: names = [] } = input;
      if (arns.length > 0 && names.length > 0) {
        throw validationError("You can specify load balancer names or ARNs, but not both");
      }
      for (const arn of arns) requireArn(arn, "load balancer");
      const missing = names.filter((name) => !all.some((record) => record.name === name));
      if (missing.length > 0) {
        throw new AwsError(
          "LoadBalancerNotFoundException",
          `Load balancers '[${missing.join(", ")}]' not found`,
        );
      }
      if (arns.some((arn) => !store.loadBalancers.has(arn))) {
        throw new AwsError("LoadBalancerNotFoundException", "One or more load balancers not found");
      }
      const wanted = all.filter(
        ({ arn, name }) =>
          (arns.length === 0 || arns.includes(arn)) && (names.length === 0 || names.includes(name)),
      );
      const { items, next } = page(wanted, input, ({ arn }) => arn);
      return { LoadBalancers: items.map((record) => describe(record, "active")), ...next };
    },

    SetSecurityGroups(input: SetSecurityGroupsInput): SetSecurityGroupsOutput {
      const record = store.loadBalancer(input.LoadBalancerArn);
      refuseMembers(input, ["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"]);
      const groups = unique(input.SecurityGroups ?? []);
      if (groups.length === 0) throw validationError("At least one security group is required");
      record.securityGroups = groups;
      return { SecurityGroupIds: [...groups] };
    },

    SetSubnets(input: SetSubnetsInput): SetSubnetsOutput {
      const record = store.loadBalancer(input.LoadBalancerArn);
      requireIpv4(input.IpAddressType ?? "ipv4");
      refuseMembers(input, ["EnablePrefixForIpv6SourceNat"]);
      record.subnets = subnetsOf(input);
      return { AvailabilityZones: zonesOf(record.subnets), IpAddressType: "ipv4" };
    },

    SetIpAddressType(input: SetIpAddressTypeInput): SetIpAddressTypeOutput {
      store.loadBalancer(input.LoadBalancerArn);
      requireIpv4(input.IpAddressType ?? "");
      return { IpAddressType: "ipv4" };
    },

    /** One that is gone already is no error (API reference). */
    async DeleteLoadBalancer(input: DeleteLoadBalancerInput): Promise<DeleteLoadBalancerOutput> {
      const record = store.loadBalancers.get(requireArn(input.LoadBalancerArn, "load balancer"));
      if (!record) return {};
      if (record.attributes.get("deletion_protection.enabled") === "true") {
        throw new AwsError(
          "OperationNotPermittedException",
          `Load balancer '${record.arn}' cannot be deleted because deletion protection is enabled`,
        );
      }
      const listeners = store.listenersOf(record.arn);
      for (const { arn } of listeners) store.removeListener(arn);
      store.loadBalancers.delete(record.arn);
      store.tags.delete(record.arn);
      await Promise.all(listeners.map(({ arn }) => plane.closeListener(arn)));
      plane.removeBalancer(record.arn);
      return {};
    },
  };
}

function describe(record: LoadBalancerRecord, state: "provisioning" | "active"): LoadBalancer {
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONE,
    CreatedTime: record.createdTime,
    LoadBalancerName: record.name,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked at creation.
    Scheme: record.scheme as LoadBalancerSchemeEnum,
    VpcId: record.vpcId,
    State: { Code: state },
    Type: "application",
    AvailabilityZones: zonesOf(record.subnets),
    SecurityGroups: [...record.securityGroups],
    IpAddressType: "ipv4",
  };
}

/** Any subnet is accepted; each is taken to be in a zone of its own, as AWS demands. */
function zonesOf(subnets: readonly string[]): AvailabilityZone[] {
  return subnets.map((SubnetId, i) => ({
    ZoneName: `${REGION}${ZONE_LETTERS[i % ZONE_LETTERS.length]}`,
    SubnetId,
    LoadBalancerAddresses: [],
  }));
}

function subnetsOf(input: {
  readonly Subnets?: readonly string[] | undefined;
  readonly SubnetMappings?: readonly SubnetMapping[] | undefined;
}): readonly string[] {
  const { Subnets = [], SubnetMappings = [] } = input;
  if (Subnets.length > 0 && SubnetMappings.length > 0) {
    throw validationError("You must specify either subnets or subnet mappings, not both");
  }
  for (const mapping of SubnetMappings) {
    refuseMembers(mapping, [
      "AllocationId",
      "PrivateIPv4Address",
      "IPv6Address",
      "SourceNatIpv6Prefix",
    ]);
  }
  const ids = unique([...Subnets, ...SubnetMappings.flatMap(({ SubnetId }) => SubnetId ?? [])]);
  if (ids.length < 2) {
    throw validationError(
      "At least two subnets in two different Availability Zones must be specified",
    );
  }
  return ids;
}

function requireApplication(type: string): void {
  requireEnum("type", type, ["application", "network", "gateway"]);
  if (type !== "application") throw notImplemented(`load balancers of type ${type}`);
}

function requireIpv4(type: string): void {
  requireEnum("ipAddressType", type, ["ipv4", "dualstack", "dualstack-without-public-ipv4"]);
  if (type !== "ipv4") throw notImplemented(`the IP address type ${type}`);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
