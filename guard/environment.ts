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
  INITIAL_STABLE_TAG,
  ROLLOUT_TAG,
  SENTINEL_TAG,
} from "./names.ts";
import {
  DEFAULT_SETTINGS,
  type RolloutSettings,
  settingsOfTag,
  STEPS,
} from "./rollout/settings.ts";
import { Slot } from "./slot.ts";
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
  readonly dnsName: string;
  readonly listenerPort: number;
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
    dnsName: balancer?.DNSName ?? "",
    listenerPort: listener.Port ?? 80,
    listenerArn: listener.ListenerArn,
    targetGroupArns: { blue, green },
  };
}

function incomplete(name: string, what: string): Error {
  return environmentError(
    "incomplete-environment",
    `environment "${name}" has no ${what}`,
    "finish provisioning it with `backout up` (or `pulumi up`)",
  );
}
