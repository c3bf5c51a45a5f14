/** Clusters: names that services and tasks live under; Fargate's capacity is what runs them. */
import type {
  CreateClusterRequest,
  DeleteClusterRequest,
  DescribeClustersRequest,
  ListClustersRequest,
} from "@aws-sdk/client-ecs";
import { arn, AwsError } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { nameIn } from "./find.ts";
import { type ClusterRecord, type EcsStore, renderTags, tagsFrom } from "./store.ts";
import { checkName, paged, refuseMeaningful } from "./validation.ts";

export function clusterOperations(store: EcsStore) {
  return {
    CreateCluster: (input: CreateClusterRequest) => {
      refuseMeaningful("CreateCluster", input, ["clusterName", "tags", "settings"]);
      const name = checkName(input.clusterName ?? "default", "clusterName");
      const settings = checkSettings(input.settings);
      const existing = store.clusters.get(name);
      // AWS answers with the cluster that is there already.
      if (existing?.status === "ACTIVE") return { cluster: render(store, existing) };
      const cluster: ClusterRecord = {
        arn: arn("ecs", `cluster/${name}`),
        name,
        status: "ACTIVE",
        settings,
        tags: tagsFrom(input.tags),
      };
      store.clusters.set(name, cluster);
      return { cluster: render(store, cluster) };
    },

    DescribeClusters: (input: DescribeClustersRequest) => {
      const names = (input.clusters ?? ["default"]).map(nameIn);
      const found = names.map((name) => store.clusters.get(name));
      return {
        clusters: found.flatMap((cluster) =>
          cluster ? [render(store, cluster, input.include)] : [],
        ),
        failures: names
          .filter((name) => !store.clusters.has(name))
          .map((name) => ({ arn: arn("ecs", `cluster/${name}`), reason: "MISSING" })),
      };
    },

    DeleteCluster: (input: DeleteClusterRequest) => {
      const cluster = store.clusters.get(nameIn(input.cluster ?? ""));
      if (!cluster) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
      if (store.servicesOf(cluster).some(({ status }) => status !== "INACTIVE")) {
        throw new AwsError(
          "ClusterContainsServicesException",
          "The Cluster cannot be deleted while Services are active.",
        );
      }
      if (store.tasksOf(cluster).some(({ status }) => status !== "STOPPED")) {
        throw new AwsError(
          "ClusterContainsTasksException",
          "The Cluster cannot be deleted while Tasks are active.",
        );
      }
      cluster.status = "INACTIVE";
      return { cluster: render(store, cluster) };
    },

    ListClusters: (input: ListClustersRequest) => {
      const active = [...store.clusters.values()].filter(({ status }) => status === "ACTIVE");
      const { page, next } = paged(active, input);
      return { clusterArns: page.map((cluster) => cluster.arn), ...next };
    },
  };
}

function checkSettings(settings: CreateClusterRequest["settings"]): ClusterRecord["settings"] {
  const insights = settings?.find(({ name }) => name === "containerInsights")?.value;
  if (insights !== undefined && insights !== "disabled") {
    throw notImplemented("CreateCluster", `settings containerInsights: ${insights}`);
  }
  return [{ name: "containerInsights", value: "disabled" }];
}

function render(store: EcsStore, cluster: ClusterRecord, include: readonly string[] = []) {
  const tasks = store.tasksOf(cluster).filter(({ desiredStatus }) => desiredStatus === "RUNNING");
  const services = store.servicesOf(cluster);
  const running = tasks.filter(({ status }) => status === "RUNNING").length;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    activeServicesCount: services.filter(({ status }) => status === "ACTIVE").length,
    statistics: [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    settings: include.includes("SETTINGS") ? cluster.settings : [],
    tags: include.includes("TAGS") ? renderTags(cluster.tags) : [],
  };
}
