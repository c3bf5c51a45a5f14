/** Services: how many tasks of which task definition, and the deployments between two of them. */
import { randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  UpdateServiceRequest,
} from "@aws-sdk/client-ecs";
import { arn, type Call, type LabCore } from "../service.ts";
import { checkConfiguration } from "./deploymentConfiguration.ts";
import {
  findActiveTaskDefinition,
  findCluster,
  findService,
  lookUpService,
  nameIn,
} from "./find.ts";
import { renderService } from "./render.ts";
import type { Scheduler } from "./scheduler.ts";
import { checkCreate, checkLoadBalancers, checkNetwork, checkUpdate } from "./serviceRequest.ts";
import { type DeploymentRecord, type EcsStore, type ServiceRecord, tagsFrom } from "./store.ts";
import { checkName, invalid, paged } from "./validation.ts";

export function serviceOperations(core: LabCore, store: EcsStore, scheduler: Scheduler) {
  const show = (service: ServiceRecord, include?: readonly string[]) =>
    renderService(service, store.tasksOf(service), include);
  return {
    CreateService: (input: CreateServiceRequest, call: Call) => {
      const cluster = findCluster(store, input.cluster);
      const name = checkName(input.serviceName, "serviceName");
      checkCreate(input);
      const taskDefinition = findActiveTaskDefinition(store, input.taskDefinition);
      checkLoadBalancers("CreateService", input.loadBalancers ?? [], taskDefinition);
      const existing = lookUpService(store, cluster, name);
      if (existing?.status === "ACTIVE") {
        throw invalid("Creation of service was not idempotent.");
      }
      if (existing?.status === "DRAINING") {
        throw invalid("Unable to Start a service that is still Draining.");
      }
      const service: ServiceRecord = {
        arn: arn("ecs", `service/${cluster.name}/${name}`),
        name,
        cluster,
        createdAt: core.clock.now(),
        createdBy: call.principal.arn,
        status: "ACTIVE",
        desiredCount: input.desiredCount ?? 0,
        configuration: checkConfiguration("CreateService", input.deploymentConfiguration),
        healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
        deployments: [
          newDeployment(core, {
            taskDefinition,
            networkConfiguration: checkNetwork(input.networkConfiguration),
            platformVersion: "1.4.0",
            loadBalancers: input.loadBalancers ?? [],
          }),
        ],
        lastCompleted: undefined,
        events: [],
        tags: tagsFrom(input.tags),
        propagateTags: input.propagateTags ?? "NONE",
        enableECSManagedTags: input.enableECSManagedTags ?? false,
        availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? "ENABLED",
        steady: false,
      };
      store.services.set(service.arn, service);
      scheduler.reconcile(service);
      return { service: show(service, ["TAGS"]) };
    },

    UpdateService: (input: UpdateServiceRequest) => {
      const service = findService(store, findCluster(store, input.cluster), input.service);
      checkUpdate(input);
      const [current] = service.deployments;
      const taskDefinition = input.taskDefinition
        ? findActiveTaskDefinition(store, input.taskDefinition)
        : current!.taskDefinition;
      const loadBalancers = input.loadBalancers ?? current!.loadBalancers;
      checkLoadBalancers("UpdateService", loadBalancers, taskDefinition);
      const networkConfiguration = input.networkConfiguration
        ? checkNetwork(input.networkConfiguration)
        : current!.networkConfiguration;
      service.configuration = checkConfiguration(
        "UpdateService",
        input.deploymentConfiguration,
        service.configuration,
      );
      service.desiredCount = input.desiredCount ?? service.desiredCount;
      service.healthCheckGracePeriodSeconds =
        input.healthCheckGracePeriodSeconds ?? service.healthCheckGracePeriodSeconds;
      service.propagateTags = input.propagateTags ?? service.propagateTags;
      service.enableECSManagedTags = input.enableECSManagedTags ?? service.enableECSManagedTags;
      service.availabilityZoneRebalancing =
        input.availabilityZoneRebalancing ?? service.availabilityZoneRebalancing;
      const moved =
        !isDeepStrictEqual(networkConfiguration, current!.networkConfiguration) ||
        !isDeepStrictEqual(loadBalancers, current!.loadBalancers);
      if (input.forceNewDeployment || taskDefinition !== current!.taskDefinition || moved) {
        const deployment = newDeployment(core, {
          taskDefinition,
          networkConfiguration,
          platformVersion: "1.4.0",
          loadBalancers,
        });
        service.deployments = [deployment, ...service.deployments];
      }
      scheduler.reconcile(service);
      return { service: show(service) };
    },

    DescribeServices: (input: DescribeServicesRequest) => {
      const cluster = findCluster(store, input.cluster);
      const names = input.services ?? [];
      if (names.length === 0) throw invalid("Services cannot be empty.");
      if (names.length > 10) throw invalid("Services cannot have more than 10 elements.");
      const found = names.map((name) => lookUpService(store, cluster, name));
      return {
        services: found.flatMap((service) => (service ? [show(service, input.include)] : [])),
        failures: names
          .filter((_, index) => !found[index])
          .map((name) => ({
            arn: arn("ecs", `service/${cluster.name}/${nameIn(name)}`),
            reason: "MISSING",
          })),
      };
    },

    DeleteService: (input: DeleteServiceRequest) => {
      const service = findService(store, findCluster(store, input.cluster), input.service);
      if (service.desiredCount > 0 && !input.force) {
        throw invalid("The service cannot be stopped while it is scaled above 0.");
      }
      service.status = "DRAINING";
      service.desiredCount = 0;
      const answer = { service: show(service) };
      scheduler.reconcile(service);
      return answer;
    },

    ListServices: (input: ListServicesRequest) => {
      const active = store
        .servicesOf(findCluster(store, input.cluster))
        .filter(({ status }) => status === "ACTIVE")
        .filter(() => (input.launchType ?? "FARGATE") === "FARGATE")
        .filter(() => (input.schedulingStrategy ?? "REPLICA") === "REPLICA");
      const { page, next } = paged(active, { maxResults: 10, ...input });
      return { serviceArns: page.map((service) => service.arn), ...next };
    },
  };
}

function newDeployment(
  core: LabCore,
  what: Pick<
    DeploymentRecord,
    "taskDefinition" | "networkConfiguration" | "platformVersion" | "loadBalancers"
  >,
): DeploymentRecord {
  const now = core.clock.now();
  // Nineteen digits on AWS.
  const id = `ecs-svc/${Array.from({ length: 19 }, () => randomInt(1, 10)).join("")}`;
  return {
    id,
    ...what,
    createdAt: now,
    updatedAt: now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    announced: undefined,
    failedTasks: 0,
    failedLaunches: 0,
    throttledUntil: 0,
    watch: { kind: "not looked yet" },
    bakeUntil: undefined,
  };
}
