/** Translates IpPermissions into single rules and back. */
import { isIPv4, isIPv6 } from "node:net";

import type * as Sdk from "@aws-sdk/client-ec2";

import { ACCOUNT_ID } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { ec2Error, required } from "./errors.ts";
import type { Peer, Rule, RuleSpec } from "./store.ts";

export interface WantedRule {
  readonly spec: RuleSpec;
  readonly description: string | undefined;
}

/** EC2 shows these four by name, whichever way they were written. */
const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
  all: "-1",
};

/** Every range, group and prefix list of a permission is a rule of its own. */
export function rulesOf(permission: Sdk.IpPermission): WantedRule[] {
  const wanted = [
    ...(permission.IpRanges ?? []).map((one) => entry("ipv4", one.CidrIp, one.Description)),
    ...(permission.Ipv6Ranges ?? []).map((one) => entry("ipv6", one.CidrIpv6, one.Description)),
    ...(permission.PrefixListIds ?? []).map((one) =>
      entry("prefixList", one.PrefixListId, one.Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map((one) => {
      if (one.GroupId === undefined) throw notImplemented("IpPermissions", "groups by name");
      return entry("group", one.GroupId, one.Description);
    }),
  ];
  if (wanted.length === 0) {
    throw ec2Error(
      "MissingParameter",
      "The request must contain a source or destination for each rule",
    );
  }
  return wanted.map(({ peer, description }) => ({
    spec: ruleSpec(permission, peer),
    description,
  }));
}

export function ruleSpec(
  permission: {
    readonly IpProtocol?: string | undefined;
    readonly FromPort?: number | undefined;
    readonly ToPort?: number | undefined;
  },
  peer: Peer,
): RuleSpec {
  const written = required(permission.IpProtocol, "ipProtocol").toLowerCase();
  const protocol = PROTOCOL_NAMES[written] ?? written;
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(protocol)) {
    throw ec2Error(
      "InvalidParameterValue",
      `Invalid value '${written}' for IP protocol. Unknown protocol.`,
    );
  }
  // "If the protocol is -1 (or a number other than 6, 17, 1, 58), traffic on all ports is allowed."
  if (/^(-1|\d+)$/.test(protocol)) return { protocol, from: -1, to: -1, peer };
  const { FromPort: from = -1, ToPort: to = -1 } = permission;
  const isIcmp = protocol.startsWith("icmp");
  const valid = isIcmp
    ? from >= -1 && from <= 255 && to >= -1 && to <= 255
    : from >= 0 && to <= 65_535 && from <= to;
  if (!valid) {
    throw ec2Error(
      "InvalidParameterValue",
      isIcmp ? `ICMP code (${to}) out of range` : `Invalid TCP/UDP port range (${from}:${to})`,
    );
  }
  return { protocol, from, to, peer };
}

export function peerOf(kind: Peer["kind"], value: string): Peer {
  if (kind === "ipv4" || kind === "ipv6") {
    const [address = "", prefix = "", ...more] = value.split("/");
    const bits = kind === "ipv4" ? 32 : 128;
    const isAddress = kind === "ipv4" ? isIPv4(address) : isIPv6(address);
    if (!isAddress || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits || more.length > 0) {
      throw ec2Error("InvalidParameterValue", `CIDR block ${value} is malformed`);
    }
  }
  return { kind, value };
}

/** Rules with the same protocol and ports come back as one permission, as EC2 groups them. */
export function permissionsOf(rules: readonly Rule[]): Sdk.IpPermission[] {
  const groups = Map.groupBy(rules, ({ spec }) => `${spec.protocol} ${spec.from} ${spec.to}`);
  return [...groups.values()].map((group) => {
    const of = (kind: Peer["kind"]): Rule[] => group.filter((rule) => rule.spec.peer.kind === kind);
    const spec = group[0]?.spec;
    const ports = spec?.protocol === "-1" ? undefined : spec;
    return {
      IpProtocol: spec?.protocol,
      FromPort: ports?.from,
      ToPort: ports?.to,
      IpRanges: of("ipv4").map((rule) => ({
        CidrIp: rule.spec.peer.value,
        Description: rule.description,
      })),
      Ipv6Ranges: of("ipv6").map((rule) => ({
        CidrIpv6: rule.spec.peer.value,
        Description: rule.description,
      })),
      PrefixListIds: of("prefixList").map((rule) => ({
        PrefixListId: rule.spec.peer.value,
        Description: rule.description,
      })),
      UserIdGroupPairs: of("group").map((rule) => ({
        GroupId: rule.spec.peer.value,
        UserId: ACCOUNT_ID,
        Description: rule.description,
      })),
    };
  });
}

function entry(
  kind: Peer["kind"],
  value: string | undefined,
  description: string | undefined,
): { readonly peer: Peer; readonly description: string | undefined } {
  return { peer: peerOf(kind, required(value, kind)), description };
}
