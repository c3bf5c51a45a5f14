/** What EC2 remembers: the network, security groups with their rules, tags by resource id. */
import { hexId } from "../../base/ids.ts";
import { ec2Error } from "./errors.ts";
import type { Network } from "./network.ts";
import { defaultNetwork } from "./network.ts";

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: Map<string, Rule>;
}

export interface Rule {
  readonly id: string;
  readonly groupId: string;
  readonly isEgress: boolean;
  readonly spec: RuleSpec;
  readonly description: string | undefined;
}

/** What makes two rules the same rule. */
export interface RuleSpec {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or another protocol's number. */
  readonly protocol: string;
  /** Ports, or ICMP type and code; -1 for all. */
  readonly from: number;
  readonly to: number;
  readonly peer: Peer;
}

export interface Peer {
  readonly kind: "ipv4" | "ipv6" | "group" | "prefixList";
  /** A CIDR block, or the id of a group or of a prefix list. */
  readonly value: string;
}

export type TaggableType = "security-group" | "security-group-rule" | "subnet" | "vpc";

export class Ec2Store {
  readonly network: Network = defaultNetwork();
  readonly groups = new Map<string, SecurityGroup>();
  readonly #tags = new Map<string, Map<string, string>>();

  constructor() {
    const group = newGroup("default", "default VPC security group", this.network.vpcId);
    const all = { protocol: "-1", from: -1, to: -1 } as const;
    addRule(group, false, { ...all, peer: { kind: "group", value: group.id } });
    addRule(group, true, { ...all, peer: { kind: "ipv4", value: "0.0.0.0/0" } });
    this.groups.set(group.id, group);
  }

  /** Throws InvalidGroupId.Malformed or InvalidGroup.NotFound. */
  group(id: string): SecurityGroup {
    if (!id.startsWith("sg-")) {
      throw ec2Error("InvalidGroupId.Malformed", `Invalid id: "${id}" (expecting "sg-...")`);
    }
    const group = this.groups.get(id);
    if (group) return group;
    throw ec2Error("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
  }

  get rules(): Rule[] {
    return [...this.groups.values()].flatMap((group) => Array.from(group.rules.values()));
  }

  /** Empty, and not kept, for a resource without tags. */
  tagsOf(resourceId: string): ReadonlyMap<string, string> {
    return this.#tags.get(resourceId) ?? new Map<string, string>();
  }

  setTags(resourceId: string, tags: ReadonlyMap<string, string>): void {
    if (tags.size > 0) this.#tags.set(resourceId, new Map(tags));
    else this.#tags.delete(resourceId);
  }

  /** The resource's type as DescribeTags names it; undefined when there is no such resource. */
  typeOf(resourceId: string): TaggableType | undefined {
    if (this.groups.has(resourceId)) return "security-group";
    if (this.rules.some((rule) => rule.id === resourceId)) return "security-group-rule";
    if (resourceId === this.network.vpcId) return "vpc";
    return this.network.subnets.some((subnet) => subnet.id === resourceId) ? "subnet" : undefined;
  }

  get taggedIds(): string[] {
    return [...this.#tags.keys()];
  }
}

export function newGroup(name: string, description: string, vpcId: string): SecurityGroup {
  return { id: `sg-${hexId(17)}`, name, description, vpcId, rules: new Map() };
}

export function addRule(
  group: SecurityGroup,
  isEgress: boolean,
  spec: RuleSpec,
  description?: string,
): Rule {
  const rule: Rule = { id: `sgr-${hexId(17)}`, groupId: group.id, isEgress, spec, description };
  group.rules.set(rule.id, rule);
  return rule;
}

export function sameSpec(a: RuleSpec, b: RuleSpec): boolean {
  return (
    a.protocol === b.protocol &&
    a.from === b.from &&
    a.to === b.to &&
    a.peer.kind === b.peer.kind &&
    a.peer.value === b.peer.value
  );
}
