/** The release that each slot runs: a tag on its ECS service, and the task definition behind it. */
import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { type EnvironmentNames, RELEASE_TAG } from "./names.ts";
import { type Slot } from "./slot.ts";

/** What a slot's service runs, or is on its way to run; null where nobody knows. */
export interface Deployed {
  readonly release: string | null;
  /** ARN of the task definition's revision. */
  readonly taskDefinition: string | null;
}

/** Null where the service, or its tag, is missing. */
export async function deployedIn(
  client: ECSClient,
  names: EnvironmentNames,
): Promise<Record<Slot, Deployed>> {
  const { services } = await client.send(
    new DescribeServicesCommand({
      cluster: names.cluster,
      services: [names.service.blue, names.service.green],
      include: ["TAGS"],
    }),
  );
  const deployed = (slot: Slot): Deployed => {
    const service = services?.find((found) => found.serviceName === names.service[slot]);
    return {
      release: service?.tags?.find((tag) => tag.key === RELEASE_TAG)?.value ?? null,
      taskDefinition: service?.taskDefinition ?? null,
    };
  };
  return { blue: deployed("blue"), green: deployed("green") };
}

/** Null where the service or its tag is missing. */
export async function releasesOf(
  client: ECSClient,
  names: EnvironmentNames,
): Promise<Record<Slot, string | null>> {
  const { blue, green } = await deployedIn(client, names);
  return { blue: blue.release, green: green.release };
}
