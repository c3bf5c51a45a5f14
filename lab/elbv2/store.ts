/** The control plane's records, in order of creation, and the look-ups that fail as AWS's do. */
import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ListenerAddress } from "../dataplane/model.ts";
import { AwsError } from "../service.ts";
import { requireArn } from "./arns.ts";

export interface LoadBalancerRecord {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  readonly createdTime: Date;
  readonly scheme: string;
  readonly vpcId: string;
  subnets: readonly string[];
  securityGroups: readonly string[];
  readonly attributes: Map<string, string>;
}

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly vpcId: string;
  readonly targetType: string;
  healthCheck: HealthCheck;
  readonly attributes: Map<string, string>;
}

/** In AWS's names and units (seconds). */
export interface HealthCheck {
  readonly port: string;
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly matcher: string;
}

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  port: number;
  /** Undefined until its socket is bound. */
  address: ListenerAddress | undefined;
  readonly attributes: Map<string, string>;
}

export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  /** 1 to 50,000; Infinity for the default rule, which is always last. */
  priority: number;
  conditions: readonly RuleCondition[];
  actions: readonly Action[];
}

export class Store {
  readonly loadBalancers = new Map<string, LoadBalancerRecord>();
  readonly targetGroups = new Map<string, TargetGroupRecord>();
  readonly listeners = new Map<string, ListenerRecord>();
  readonly rules = new Map<string, RuleRecord>();
  /** By ARN of any resource of this service. */
  readonly tags = new Map<string, Map<string, string>>();

  loadBalancer(arn: string | undefined): LoadBalancerRecord {
    const found = this.loadBalancers.get(requireArn(arn, "load balancer"));
    if (found) return found;
    throw new AwsError("LoadBalancerNotFoundException", `Load balancer '${arn}' not found`);
  }

  targetGroup(arn: string | undefined): TargetGroupRecord {
    const found = this.targetGroups.get(requireArn(arn, "target group"));
    if (found) return found;
    throw new AwsError("TargetGroupNotFoundException", "One or more target groups not found");
  }

  listener(arn: string | undefined): ListenerRecord {
    const found = this.listeners.get(requireArn(arn, "listener"));
    if (found) return found;
    throw new AwsError("ListenerNotFoundException", "One or more listeners not found");
  }

  rule(arn: string | undefined): RuleRecord {
    const found = this.rules.get(requireArn(arn, "listener rule"));
    if (found) return found;
    throw new AwsError("RuleNotFoundException", "One or more rules not found");
  }

  listenersOf(loadBalancerArn: string): readonly ListenerRecord[] {
    return [...this.listeners.values()].filter((it) => it.loadBalancerArn === loadBalancerArn);
  }

  /** In the order in which they are tried; the default rule is last. */
  rulesOf(listenerArn: string): readonly RuleRecord[] {
    return [...this.rules.values()]
      .filter((rule) => rule.listenerArn === listenerArn)
      .sort((a, b) => a.priority - b.priority);
  }

  defaultRule(listenerArn: string): RuleRecord {
    const rule = this.rulesOf(listenerArn).at(-1);
    if (!rule) throw new Error(`Listener ${listenerArn} lacks its default rule`);
    return rule;
  }

  /** The load balancers whose rules name the target group; AWS allows one. */
  usersOf(targetGroupArn: string): readonly string[] {
    const users = new Set<string>();
    for (const rule of this.rules.values()) {
      if (!targetGroupsOf(rule.actions).includes(targetGroupArn)) continue;
      const listener = this.listeners.get(rule.listenerArn);
      if (listener) users.add(listener.loadBalancerArn);
    }
    return [...users];
  }

  removeListener(arn: string): void {
    for (const rule of this.rulesOf(arn)) this.removeRule(rule.arn);
    this.listeners.delete(arn);
    this.tags.delete(arn);
  }

  removeRule(arn: string): void {
    this.rules.delete(arn);
    this.tags.delete(arn);
  }
}

/** The target groups that normalised actions forward to. */
export function targetGroupsOf(actions: readonly Action[]): readonly string[] {
  return actions.flatMap((action) =>
    (action.ForwardConfig?.TargetGroups ?? []).flatMap((tuple) => tuple.TargetGroupArn ?? []),
  );
}
