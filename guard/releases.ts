/** The release that each slot runs: a tag on its ECS service. */
import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { type EnvironmentNames, RELEASE_TAG } from "./names.ts";
import { type Slot } from "./slot.ts";

/** Null where the service or its tag is missing. */
export async function releasesOf(
  client: ECSClient,
  names: EnvironmentNames,
): Promise<Record<Slot, string | null>> {
  const { services } = await client.send(
    new DescribeServicesCommand({
      cluster: names.cluster,
      services: [names.service.blue, names.service.green],
      include: ["TAGS"],
    }),
  );
  const releaseOf = (slot: Slot): string | null =>
    services
      ?.find((service) => service.serviceName === names.service[slot])
      ?.tags?.find((tag) => tag.key === RELEASE_TAG)?.value ?? null;
  return { blue: releaseOf("blue"), green: releaseOf("green") };
}
