/** The slots' ECS services: what they run, how far a deployment is, and a new task definition for one. */
import {
  DescribeServicesCommand,
  type ECSClient,
  type Service,
  TagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { environmentError } from "../base/errors.ts";
import { type EnvironmentNames, RELEASE_TAG } from "./names.ts";
import type { Slot } from "./slot.ts";
import { definitionFor, described } from "./taskDefinitions.ts";

export interface SlotService {
  readonly taskDefinition: string;
  readonly release: string | null;
  readonly desired: number;
  readonly running: number;
  /** Newest first; one alone when nothing is being replaced. */
  readonly deployments: readonly {
    readonly taskDefinition: string;
    /** `COMPLETED`, `IN_PROGRESS` or `FAILED`; ECS keeps the last only where a circuit breaker is on. */
    readonly state: string;
    readonly running: number;
  }[];
  /** ECS's words, newest first, at most a hundred; times are the environment's, milliseconds. */
  readonly events: readonly { readonly atMs: number; readonly message: string }[];
}

export interface SlotServices {
  look(slot: Slot): Promise<SlotService>;
  /** A task definition for `slot` that runs what `kept` runs; null when `kept` is gone. */
  definitionFor(slot: Slot, kept: string): Promise<string | null>;
  /** Whether a task definition is still there to be deployed. */
  isThere(taskDefinition: string): Promise<boolean>;
  /** The number of tasks alone; they keep their task definition. */
  scale(slot: Slot, desired: number): Promise<void>;
  /** Starts to replace the slot's tasks, as many as are wanted then; says the release in its tag. */
  deploy(
    slot: Slot,
    what: { readonly taskDefinition: string; readonly release: string; readonly desired: number },
  ): Promise<void>;
}

/** @throws BackoutError `incomplete-environment` where a slot has no service */
export function ecsSlotServices(client: ECSClient, names: EnvironmentNames): SlotServices {
  const { cluster } = names;
  const describe = async (slot: Slot): Promise<Service> => {
    const { services } = await client.send(
      new DescribeServicesCommand({
        cluster,
        services: [names.service[slot]],
        include: ["TAGS"],
      }),
    );
    const service = services?.find(({ status }) => status === "ACTIVE");
    if (service) return service;
    throw environmentError(
      "incomplete-environment",
      `slot ${slot} has no ECS service ${names.service[slot]}`,
      "finish provisioning with `backout up` (or `pulumi up`)",
    );
  };
  return {
    look: async (slot) => rendered(await describe(slot)),
    definitionFor: (slot, kept) => definitionFor(client, names, slot, kept),
    isThere: async (arn) => (await described(client, arn)) !== null,
    async scale(slot, desired) {
      const service = names.service[slot];
      await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: desired }));
    },
    async deploy(slot, { taskDefinition, release, desired }) {
      const { serviceArn } = await describe(slot);
      await client.send(
        new UpdateServiceCommand({
          cluster,
          service: names.service[slot],
          taskDefinition,
          desiredCount: desired,
          forceNewDeployment: false,
        }),
      );
      await client.send(
        new TagResourceCommand({
          resourceArn: serviceArn,
          tags: [{ key: RELEASE_TAG, value: release }],
        }),
      );
    },
  };
}

function rendered(service: Service): SlotService {
  return {
    taskDefinition: service.taskDefinition ?? "",
    release: service.tags?.find((tag) => tag.key === RELEASE_TAG)?.value ?? null,
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    deployments: (service.deployments ?? []).map((deployment) => ({
      taskDefinition: deployment.taskDefinition ?? "",
      state: deployment.rolloutState ?? "IN_PROGRESS",
      running: deployment.runningCount ?? 0,
    })),
    events: (service.events ?? []).map(({ createdAt, message }) => ({
      atMs: createdAt?.getTime() ?? 0,
      message: message ?? "",
    })),
  };
}
