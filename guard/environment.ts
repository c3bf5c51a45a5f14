/** Finds the environments of an account by their tag, and one environment's resources by name. */
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { environmentError, usageError } from "../base/errors.ts";
import {
  ENVIRONMENT_TAG,
  type EnvironmentNames,
  environmentNames,
  IDLE_COUNT_TAG,
  INITIAL_STABLE_TAG,
  POLICY_TAG,
  ROLLOUT_TAG,
  SECOND_WAY_TAG,
  SENTINEL_TAG,
  TEST_ROUTES_TAG,
  WAY_BACK_CHECKS_TAG,
} from "./names.ts";
import {
  DEFAULT_SETTINGS,
  type RolloutSettings,
  settingsOfTag,
  STEPS,
} from "./rollout/settings.ts";
import { policyOfTag, type SignalPolicy } from "./signalPolicy.ts";
import { Slot } from "./slot.ts";
import { type TestRoutes, testRoutesOfTag } from "./testRoutes.ts";
import type { ListenerIdentity } from "./traffic.ts";

export interface LocatedEnvironment extends ListenerIdentity {
  readonly name: string;
  readonly names: EnvironmentNames;
  readonly loadBalancerArn: string;
  /** The slot that is stable as long as nobody has written the environment's record. */
  readonly initialStable: Slot;
  /** How rollouts go here when nobody says otherwise. */
  readonly rollout: RolloutSettings;
  /** The candidate's sidecars judge it themselves. */
  readonly hasSentinel: boolean;
  /** A watchdog looks every minute, on its own, and brings traffic home where the guard did not. */
  readonly hasSecondWay: boolean;
  /** The guard's function asks the stack's own checks of the way back. */
  readonly hasWayBackChecks: boolean;
  /** Tasks of a slot that nobody needs; null where both slots always have the same size. */
  readonly idleCount: number | null;
  /** What each signal may do when its alarm goes off. */
  readonly policy: SignalPolicy;
  readonly dnsName: string;
  readonly listenerPort: number;
  /** How testers reach a slot whatever its weight; null where they cannot. */
  readonly testRoutes: TestRoutes | null;
  /** Null where testers have no listener of their own. */
  readonly testListener: { readonly listenerArn: string; readonly listenerPort: number } | null;
}

/** DescribeTags takes at most 20 resources a call. */
const TAGS_PER_CALL = 20;

/** The names of all environments of this account and region, sorted. */
export async function environmentsIn(client: ElasticLoadBalancingV2Client): Promise<string[]> {
  const balancers: LoadBalancer[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new DescribeLoadBalancersCommand(Marker ? { Marker } : {}));
    balancers.push(...(page.LoadBalancers ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  const arns = balancers.flatMap((balancer) => balancer.LoadBalancerArn ?? []);
  const names: string[] = [];
  for (let start = 0; start < arns.length; start += TAGS_PER_CALL) {
    const { TagDescriptions } = await client.send(
      new DescribeTagsCommand({ ResourceArns: arns.slice(start, start + TAGS_PER_CALL) }),
    );
    for (const { Tags } of TagDescriptions ?? []) {
      const name = Tags?.find((tag) => tag.Key === ENVIRONMENT_TAG)?.Value;
      if (name !== undefined) names.push(name);
    }
  }
  return names.sort();
}

/** `wanted`, or the only environment there is. Any other case is an error that names them all. */
export function chooseEnvironment(all: readonly string[], wanted: string | undefined): string {
  if (all.length === 0) {
    throw environmentError(
      "no-environment",
      "there is no Backout environment here: no load balancer carries the tag " + ENVIRONMENT_TAG,
      "provision one with `backout up` (or `pulumi up`)",
    );
  }
  if (wanted === undefined) {
    const [only, ...others] = all;
    if (only !== undefined && others.length === 0) return only;
    throw usageError(
      "which-environment",
      `there are ${all.length} environments: ${all.join(", ")}`,
      "name one of them",
    );
  }
  if (all.includes(wanted)) return wanted;
  throw usageError(
    "unknown-environment",
    `there is no environment "${wanted}"`,
    `allowed: ${all.join(", ")}`,
  );
}

export async function locateEnvironment(
  client: ElasticLoadBalancingV2Client,
  name: string,
): Promise<LocatedEnvironment> {
  const names = environmentNames(name);
  const [balancers, groups] = await Promise.all([
    client.send(new DescribeLoadBalancersCommand({ Names: [names.loadBalancer] })),
    client.send(
      new DescribeTargetGroupsCommand({
        Names: [names.targetGroup.blue, names.targetGroup.green],
      }),
    ),
  ]);
  const balancer = balancers.LoadBalancers?.[0];
  const arnOf = (group: string): string | undefined =>
    groups.TargetGroups?.find((found) => found.TargetGroupName === group)?.TargetGroupArn;
  const blue = arnOf(names.targetGroup.blue);
  const green = arnOf(names.targetGroup.green);
  const loadBalancerArn = balancer?.LoadBalancerArn;
  if (!loadBalancerArn || !blue || !green) throw incomplete(name, "load balancer or target groups");

  const [{ Listeners }, { TagDescriptions }] = await Promise.all([
    client.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn })),
    client.send(new DescribeTagsCommand({ ResourceArns: [loadBalancerArn] })),
  ]);
  const tagged = (key: string): string | undefined =>
    TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === key)?.Value;
  const listener = Listeners?.find((found) =>
    found.DefaultActions?.some((action) =>
      action.ForwardConfig?.TargetGroups?.some((group) => group.TargetGroupArn === blue),
    ),
  );
  if (!listener?.ListenerArn) throw incomplete(name, "listener");
  const testRoutes = testRoutesOfTag(tagged(TEST_ROUTES_TAG));
  const test = Listeners?.find(({ Port }) => Port === testRoutes?.testPort);
  return {
    name,
    names,
    loadBalancerArn,
    initialStable: tagged(INITIAL_STABLE_TAG) === Slot.Green ? Slot.Green : Slot.Blue,
    rollout: settingsOfTag(tagged(ROLLOUT_TAG)) ?? {
      ...DEFAULT_SETTINGS,
      steps: STEPS.blueGreen,
    },
    hasSentinel: tagged(SENTINEL_TAG) !== undefined,
    hasSecondWay: tagged(SECOND_WAY_TAG) !== undefined,
    hasWayBackChecks: tagged(WAY_BACK_CHECKS_TAG) !== undefined,
    idleCount: idleCountOf(tagged(IDLE_COUNT_TAG)),
    policy: policyOfTag(tagged(POLICY_TAG)),
    dnsName: balancer?.DNSName ?? "",
    listenerPort: listener.Port ?? 80,
    testRoutes,
    testListener:
      test?.ListenerArn && test.Port
        ? { listenerArn: test.ListenerArn, listenerPort: test.Port }
        : null,
    listenerArn: listener.ListenerArn,
    targetGroupArns: { blue, green },
  };
}

function idleCountOf(tag: string | undefined): number | null {
  return tag !== undefined && /^\d{1,4}$/.test(tag) ? Number(tag) : null;
}

function incomplete(name: string, what: string): Error {
  return environmentError(
    "incomplete-environment",
    `environment "${name}" has no ${what}`,
    "finish provisioning it with `backout up` (or `pulumi up`)",
  );
}
