/** The ARNs that an operation is authorised on (Service Authorization Reference, ELB v2). */
import { arn } from "../service.ts";

const ANY = ["*"];

/** Members that name what an operation acts on, the first one present counts. */
const MEMBERS = [
  "RuleArn",
  "ListenerArn",
  "LoadBalancerArn",
  "TargetGroupArn",
  "ResourceArns",
  "RulePriorities",
];

export function resourcesOf(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (operation.startsWith("Describe")) return ANY;
  const name = textOf(input["Name"]);
  // The hexadecimal end of a new ARN is not known yet, so AWS matches any.
  if (operation === "CreateLoadBalancer") {
    return [arn("elasticloadbalancing", `loadbalancer/app/${name}/*`)];
  }
  if (operation === "CreateTargetGroup") {
    return [arn("elasticloadbalancing", `targetgroup/${name}/*`)];
  }
  for (const member of MEMBERS) {
    const value = input[member];
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return value.map(arnIn);
  }
  return ANY;
}

function arnIn(item: unknown): string {
  const pair = typeof item === "object" && item !== null && "RuleArn" in item ? item.RuleArn : item;
  return textOf(pair);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
