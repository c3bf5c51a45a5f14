/** What a slot runs and carries now: Pulumi's state knows neither, for the guard and people move both. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { broughtHomeBy } from "../guard/homecoming.ts";
import { RELEASE_TAG } from "../guard/names.ts";

export interface SlotSource {
  readonly cluster: aws.ecs.Cluster;
  readonly serviceName: string;
  readonly listener: aws.lb.Listener;
  readonly targetGroup: aws.lb.TargetGroup;
}

/** The slot's weight in the listener, in percent; undefined while listener or target group is not known yet. */
export async function liveWeight(source: SlotSource): Promise<number | undefined> {
  const { listener, targetGroup } = source;
  const [listenerArn, targetGroupArn] = await Promise.all([
    known(listener.arn),
    known(targetGroup.arn),
  ]);
  if (listenerArn === undefined || targetGroupArn === undefined) return undefined;
  // With the listener as parent it is asked through the provider that made the listener.
  const { defaultActions } = await aws.lb.getListener({ arn: listenerArn }, { parent: listener });
  const groups = defaultActions.flatMap((action) =>
    action.forwards.flatMap((forward) => forward.targetGroups),
  );
  const weightOf = (isOwn: boolean): number =>
    groups
      .filter((group) => (group.arn === targetGroupArn) === isOwn)
      .reduce((sum, { weight }) => sum + weight, 0);
  return broughtHomeBy({ blue: weightOf(true), green: weightOf(false) }).weights.blue;
}

/** The release that the slot's service is tagged with; undefined where there is no service yet. */
export async function liveRelease({
  cluster,
  serviceName,
}: SlotSource): Promise<string | undefined> {
  const clusterArn = await known(cluster.arn);
  if (clusterArn === undefined) return undefined;
  try {
    const { tags } = await aws.ecs.getService({ clusterArn, serviceName }, { parent: cluster });
    return tags[RELEASE_TAG];
  } catch {
    return undefined;
  }
}

/** How many tasks the slot's service wants; undefined where there is no service yet. */
export async function liveCount({ cluster, serviceName }: SlotSource): Promise<number | undefined> {
  const clusterArn = await known(cluster.arn);
  if (clusterArn === undefined) return undefined;
  try {
    const found = await aws.ecs.getService({ clusterArn, serviceName }, { parent: cluster });
    return found.desiredCount;
  } catch {
    return undefined;
  }
}

/** An output's value; undefined while it is unknown, for which `apply` would wait for ever. */
async function known(output: pulumi.Output<string>): Promise<string | undefined> {
  // Part of every output, though not of its published type.
  const isKnown: unknown = await Reflect.get(output, "isKnown");
  if (isKnown !== true) return undefined;
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
