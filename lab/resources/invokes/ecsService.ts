/** aws:ecs/getService: a service as it is now, its live task definition and tags included. */
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { fromEcsTags } from "../ecs/tagging.ts";
import { map, required, text } from "../shape.ts";
import { defineInvoke } from "../types.ts";
import { withoutNulls } from "../values.ts";

export const getService = defineInvoke({
  token: "aws:ecs/getService:getService",
  inputs: { clusterArn: required(text), serviceName: required(text), tags: map(text) },
  async call({ clusterArn, serviceName }, context) {
    const ecs = await context.clients.ecs();
    const { services } = await ecs.send(
      new DescribeServicesCommand({
        cluster: clusterArn,
        services: [serviceName],
        include: ["TAGS"],
      }),
    );
    const found = services?.find(({ status }) => status !== "INACTIVE");
    if (!found) throw new Error(`reading ECS Service (${serviceName}): couldn't find resource`);
    return withoutNulls({
      id: found.serviceArn,
      arn: found.serviceArn,
      clusterArn,
      serviceName,
      desiredCount: found.desiredCount,
      launchType: found.launchType,
      region: context.region,
      schedulingStrategy: found.schedulingStrategy,
      tags: fromEcsTags(found.tags),
      taskDefinition: found.taskDefinition,
    });
  },
});
