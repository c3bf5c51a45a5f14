/** ECS on Fargate: services and their tasks, each container a local process. */
import {
  arn,
  type LabCore,
  type LabService,
  type Operation,
  type PassedRole,
  ServiceName,
} from "../service.ts";
import { clusterOperations } from "./clusters.ts";
import { lookUpTaskDefinition, nameIn } from "./find.ts";
import type { ImageTable } from "./images.ts";
import { rolesOf } from "./overrides.ts";
import type { EcsPorts, EcsSettings } from "./ports.ts";
import { TASKS_PRINCIPAL } from "./prepare.ts";
import { Scheduler } from "./scheduler.ts";
import { serviceOperations } from "./services.ts";
import { EcsStore } from "./store.ts";
import { tagOperations } from "./tagging.ts";
import { taskDefinitionOperations } from "./taskDefinitions.ts";
import { taskOperations } from "./tasks.ts";
import { isRecord } from "../wire/tree.ts";

export class Ecs implements LabService {
  readonly name = ServiceName.Ecs;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #store = new EcsStore();
  readonly #scheduler: Scheduler;

  constructor(core: LabCore, ports: EcsPorts, images: ImageTable, settings: EcsSettings = {}) {
    const store = this.#store;
    this.#scheduler = new Scheduler(core, ports, images, store, settings);
    this.operations = {
      ...clusterOperations(store),
      ...taskDefinitionOperations(core, store),
      ...serviceOperations(core, store, this.#scheduler),
      ...taskOperations(core, store, this.#scheduler),
      ...tagOperations(store),
    };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const text = (name: string): string => {
      const value = input[name];
      return typeof value === "string" ? value : "";
    };
    const texts = (name: string): string[] => {
      const value = input[name];
      return Array.isArray(value) ? value.map(String) : [];
    };
    const cluster = nameIn(text("cluster") || "default");
    const within = (kind: string) => (name: string) =>
      arn("ecs", `${kind}/${cluster}/${nameIn(name)}`);
    switch (operation) {
      case "CreateCluster":
        return [arn("ecs", `cluster/${text("clusterName") || "default"}`)];
      case "DeleteCluster":
        return [arn("ecs", `cluster/${cluster}`)];
      case "DescribeClusters":
        return texts("clusters").map((name) => arn("ecs", `cluster/${nameIn(name)}`));
      case "CreateService":
        return [within("service")(text("serviceName"))];
      case "UpdateService":
      case "DeleteService":
        return [within("service")(text("service"))];
      case "DescribeServices":
        return texts("services").map(within("service"));
      case "StopTask":
        return [within("task")(text("task"))];
      case "DescribeTasks":
        return texts("tasks").map(within("task"));
      case "RunTask": {
        const reference = text("taskDefinition");
        return [lookUpTaskDefinition(this.#store, reference)?.arn ?? reference];
      }
      case "TagResource":
      case "UntagResource":
      case "ListTagsForResource":
        return [text("resourceArn")];
      default:
        return ["*"];
    }
  }

  /** Those of a task's definition and of its run's overrides. */
  rolesPassed(operation: string, input: Record<string, unknown>): readonly PassedRole[] {
    const roleArns = this.#rolesIn(operation, input);
    return roleArns.map((roleArn) => ({ roleArn, toService: TASKS_PRINCIPAL }));
  }

  #rolesIn(operation: string, input: Record<string, unknown>): readonly string[] {
    if (operation === "RegisterTaskDefinition") {
      const roles = [input["taskRoleArn"], input["executionRoleArn"]];
      return roles.filter((role) => typeof role === "string" && role !== "").map(String);
    }
    if (operation !== "RunTask") return [];
    const { taskDefinition, overrides } = input;
    const found = lookUpTaskDefinition(this.#store, String(taskDefinition));
    return found ? rolesOf(found, isRecord(overrides) ? overrides : {}) : [];
  }

  stop(): Promise<void> {
    return this.#scheduler.stop();
  }
}
