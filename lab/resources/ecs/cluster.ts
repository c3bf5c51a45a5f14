/** aws:ecs/cluster:Cluster */
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
} from "@aws-sdk/client-ecs";
import { map, text } from "../shape.ts";
import { tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";
import { eventually, unless } from "../waiting.ts";
import { changeTags, ecsTags, fromEcsTags } from "./tagging.ts";

async function read(arn: string, context: Context): Promise<Properties | undefined> {
  const ecs = await context.clients.ecs();
  const answer = await ecs.send(
    new DescribeClustersCommand({ clusters: [arn], include: ["TAGS"] }),
  );
  const found = answer.clusters?.[0];
  if (!found || found.status === "INACTIVE") return undefined;
  return withoutNulls({
    arn,
    name: found.clusterName,
    region: context.region,
    ...tagOutputs(fromEcsTags(found.tags)),
  });
}

export const cluster = defineResource({
  token: "aws:ecs/cluster:Cluster",
  inputs: { name: text, tags: map(text) },
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name"],
  async create(inputs, context) {
    const ecs = await context.clients.ecs();
    const tags = inputs.tags ? { tags: ecsTags(inputs.tags) } : {};
    const answer = await ecs.send(new CreateClusterCommand({ clusterName: inputs.name, ...tags }));
    const id = answer.cluster?.clusterArn ?? "";
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news }, context) {
    await changeTags(id, olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, { inputs }, context) {
    const ecs = await context.clients.ecs();
    // Tasks of a service that was deleted just before may still be stopping.
    const busy = ["ClusterContainsTasksException", "ClusterContainsServicesException"];
    await eventually(`cluster ${inputs.name} is empty`, context, () =>
      unless(busy, async () => {
        await unless(["ClusterNotFoundException"], () =>
          ecs.send(new DeleteClusterCommand({ cluster: id })),
        );
        return true;
      }),
    );
  },
});
