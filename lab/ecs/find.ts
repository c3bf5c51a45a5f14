/** Finds what a request names, by name or ARN, or throws what AWS throws. */
import { AwsError } from "../service.ts";
import type {
  ClusterRecord,
  EcsStore,
  ServiceRecord,
  TaskDefinitionRecord,
  TaskRecord,
} from "./store.ts";

/** The last part of an ARN, or the name itself. */
export function nameIn(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

export function findCluster(store: EcsStore, nameOrArn = "default"): ClusterRecord {
  const cluster = store.clusters.get(nameIn(nameOrArn));
  if (cluster?.status === "ACTIVE") return cluster;
  throw new AwsError("ClusterNotFoundException", "Cluster not found.");
}

export function lookUpService(
  store: EcsStore,
  cluster: ClusterRecord,
  nameOrArn: string | undefined,
): ServiceRecord | undefined {
  const name = nameIn(nameOrArn ?? "");
  return store.servicesOf(cluster).find((service) => service.name === name);
}

export function findService(
  store: EcsStore,
  cluster: ClusterRecord,
  nameOrArn: string | undefined,
): ServiceRecord {
  const service = lookUpService(store, cluster, nameOrArn);
  if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
  if (service.status === "ACTIVE") return service;
  throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
}

/** `family` (its newest active revision), `family:revision` or an ARN. */
export function lookUpTaskDefinition(
  store: EcsStore,
  reference: string | undefined,
): TaskDefinitionRecord | undefined {
  const [family = "", revision] = nameIn(reference ?? "").split(":");
  const revisions = store.families.get(family) ?? [];
  if (revision !== undefined) return revisions[Number(revision) - 1];
  return revisions.findLast((found) => found?.definition.status === "ACTIVE");
}

/** A task definition that new tasks may be started from. */
export function findActiveTaskDefinition(
  store: EcsStore,
  reference: string | undefined,
): TaskDefinitionRecord {
  const found = lookUpTaskDefinition(store, reference);
  if (!found) throw new AwsError("ClientException", "TaskDefinition not found.");
  if (found.definition.status === "ACTIVE") return found;
  throw new AwsError("ClientException", "TaskDefinition is inactive");
}

export function lookUpTask(
  store: EcsStore,
  cluster: ClusterRecord,
  idOrArn: string | undefined,
): TaskRecord | undefined {
  const id = nameIn(idOrArn ?? "");
  return store.tasksOf(cluster).find((task) => task.id === id);
}
