/** ARNs of load balancers, target groups, listeners and rules: made, checked, cut down. */
import { hexId } from "../../base/ids.ts";
import { arn } from "../service.ts";
import { validationError } from "./validation.ts";

const SERVICE = "elasticloadbalancing";

/** AWS documents no form for the ids at the end: one made up is not found rather than not valid. */
const PATTERNS = {
  "load balancer": /:loadbalancer\/(app|net|gwy)(\/[^/]+){2}$/,
  "target group": /:targetgroup(\/[^/]+){2}$/,
  listener: /:listener\/(app|net|gwy)(\/[^/]+){3}$/,
  "listener rule": /:listener-rule\/(app|net|gwy)(\/[^/]+){4}$/,
} as const;

export function newLoadBalancerArn(name: string): string {
  return arn(SERVICE, `loadbalancer/app/${name}/${hexId(16)}`);
}

export function newTargetGroupArn(name: string): string {
  return arn(SERVICE, `targetgroup/${name}/${hexId(16)}`);
}

export function newListenerArn(loadBalancerArn: string): string {
  return `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${hexId(16)}`;
}

export function newRuleArn(listenerArn: string): string {
  return `${listenerArn.replace(":listener/", ":listener-rule/")}/${hexId(16)}`;
}

/** `app/NAME/16 hex`, as CloudWatch's LoadBalancer dimension has it. */
export function balancerDimension(loadBalancerArn: string): string {
  return loadBalancerArn.slice(loadBalancerArn.indexOf(":loadbalancer/") + 14);
}

/** `targetgroup/NAME/16 hex`, as CloudWatch's TargetGroup dimension has it. */
export function groupDimension(targetGroupArn: string): string {
  return targetGroupArn.slice(targetGroupArn.indexOf(":targetgroup/") + 1);
}

/** The ARN itself, or AWS's ValidationError when it is none of that kind. */
export function requireArn(value: string | undefined, kind: keyof typeof PATTERNS): string {
  if (value !== undefined && value.startsWith("arn:") && PATTERNS[kind].test(value)) return value;
  throw validationError(`'${value ?? ""}' is not a valid ${kind} ARN`);
}
