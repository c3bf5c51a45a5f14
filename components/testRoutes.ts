/** The testers' routes: rules per slot on the public listener, and a listener of their own. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Slot, SLOTS } from "../guard/slot.ts";
import { PublicRoutes, routeValue, type TestRoutes as Routes } from "../guard/testRoutes.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface TestRoutesComponentArgs {
  readonly routes: Routes;
  readonly allowedCidrs: readonly string[];
  /** Asked for on the public listener; undefined where that has no routes, or open ones. */
  readonly secret: string | undefined;
  readonly split: TrafficSplit;
  readonly tags: Record<string, string>;
}

/** Lower numbers are tried first; 1 to 100 stay free for rules that must come before. */
const FIRST_PRIORITY = 101;

/**
 * Each rule forwards to one target group, so that there is no weight in it: whatever these routes
 * do, the guard stays the one writer of weights.
 */
export class TestRoutes extends pulumi.ComponentResource {
  /** Undefined without a test listener. */
  readonly url: pulumi.Output<string> | undefined;

  constructor(name: string, args: TestRoutesComponentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:TestRoutes", name, {}, opts);
    const { routes, split } = args;
    if (routes.publicRoutes !== PublicRoutes.Off) {
      this.#rules(`${name}-public`, split.listener, args, args.secret);
    }
    if (routes.testPort !== null) {
      const listener = this.#testListener(name, routes.testPort, args);
      this.#rules(name, listener, args, undefined);
      this.url = pulumi.interpolate`http://${split.loadBalancer.dnsName}:${routes.testPort}`;
    }
    this.registerOutputs({ url: this.url });
  }

  #testListener(name: string, port: number, args: TestRoutesComponentArgs): aws.lb.Listener {
    const { routes, split, tags } = args;
    const child = { parent: this };
    args.allowedCidrs.forEach((cidrIpv4, index) => {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-in-${index}`,
        {
          securityGroupId: split.publicSecurityGroup.id,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          cidrIpv4,
        },
        child,
      );
    });
    return new aws.lb.Listener(
      name,
      {
        loadBalancerArn: split.loadBalancer.arn,
        port,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "fixed-response",
            fixedResponse: {
              contentType: "text/plain",
              statusCode: "404",
              messageBody: renderHint(routes),
            },
          },
        ],
        tags,
      },
      child,
    );
  }

  #rules(
    name: string,
    listener: aws.lb.Listener,
    { routes, split, tags }: TestRoutesComponentArgs,
    secret: string | undefined,
  ): void {
    const conditions = SLOTS.flatMap((slot) => renderConditions(slot, routes, secret));
    conditions.forEach(({ slot, by, httpHeader }, index) => {
      const values = secret === undefined ? httpHeader.values : pulumi.secret(httpHeader.values);
      new aws.lb.ListenerRule(
        `${name}-${slot}-${by}`,
        {
          listenerArn: listener.arn,
          priority: FIRST_PRIORITY + index,
          conditions: [{ httpHeader: { httpHeaderName: httpHeader.httpHeaderName, values } }],
          actions: [{ type: "forward", targetGroupArn: split.targetGroups[slot].arn }],
          tags: { ...tags, "backout:slot": slot },
        },
        { parent: this },
      );
    });
  }
}

export interface RouteCondition {
  readonly slot: Slot;
  readonly by: "header" | "cookie";
  readonly httpHeader: { readonly httpHeaderName: string; readonly values: string[] };
}

/**
 * A rule for each: conditions of one rule must all hold. ALB has no condition on cookies, so the
 * whole Cookie header is matched, as its first cookie or a later one: another cookie whose name
 * only ends alike does not match. At most 3 values a condition and 5 wildcards a rule are allowed
 * (ALB guide, condition types and quotas); comparisons ignore case.
 */
export function renderConditions(
  slot: Slot,
  { header, cookie }: Routes,
  secret: string | undefined,
): RouteCondition[] {
  const value = routeValue(slot, secret);
  const pair = `${cookie}=${value}`;
  return [
    { slot, by: "header", httpHeader: { httpHeaderName: header, values: [value] } },
    {
      slot,
      by: "cookie",
      httpHeader: { httpHeaderName: "Cookie", values: [`${pair}*`, `*; ${pair}*`] },
    },
  ];
}

/** What a request that names no slot is told; at most 1,024 characters (ELBv2). */
export function renderHint({ header, cookie }: Routes): string {
  const slots = SLOTS.join(" or ");
  return (
    `This listener is for testers. Name a slot, ${slots}: send the header "${header}: SLOT" or ` +
    `the cookie "${cookie}=SLOT". \`backout env status\` says which slot is the candidate.\n`
  );
}
