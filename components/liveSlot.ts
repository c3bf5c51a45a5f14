/** What a slot runs and carries now: Pulumi's state knows neither, for the guard and people move both. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { RELEASE_TAG } from "../guard/names.ts";

export interface SlotSource {
  readonly cluster: aws.ecs.Cluster;
  readonly serviceName: string;
  readonly listener: aws.lb.Listener;
  readonly targetGroup: aws.lb.TargetGroup;
}

/** The slot's weight in the listener; undefined while listener or target group is not known yet. */
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
  return groups.find((group) => group.arn === targetGroupArn)?.weight ?? 0;
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

/** An output's value; undefined while it is unknown, for which `apply` would wait for ever. */
async function known(output: pulumi.Output<string>): Promise<string | undefined> {
  // Part of every output, though not of its published type.
  const isKnown: unknown = await Reflect.get(output, "isKnown");
  if (isKnown !== true) return undefined;
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
