/** Tasks: list, describe, stop, and run ones that no service owns. */
import type {
  DescribeTasksRequest,
  ListTasksRequest,
  RunTaskRequest,
  StopTaskRequest,
} from "@aws-sdk/client-ecs";
import { isDeepStrictEqual } from "node:util";
import { arn, AwsError, type LabCore } from "../service.ts";
import { notImplemented } from "../supported.ts";
import { findActiveTaskDefinition, findCluster, lookUpTask, nameIn } from "./find.ts";
import { checkOverrides } from "./overrides.ts";
import { renderTask } from "./render.ts";
import type { Scheduler } from "./scheduler.ts";
import { checkNetwork } from "./serviceRequest.ts";
import { type EcsStore, tagsFrom, type TaskRecord } from "./store.ts";
import { newTask } from "./taskRunner.ts";
import { invalid, paged, refuseMeaningful } from "./validation.ts";

const RUN = [
  "cluster",
  "taskDefinition",
  "count",
  "launchType",
  "networkConfiguration",
  "group",
  "startedBy",
  "tags",
  "clientToken",
  "overrides",
  "platformVersion",
];

export function taskOperations(core: LabCore, store: EcsStore, scheduler: Scheduler) {
  /** By clientToken, which every SDK fills in, so that a retry starts nothing twice. */
  const started = new Map<string, { request: RunTaskRequest; tasks: readonly TaskRecord[] }>();
  return {
    ListTasks: (input: ListTasksRequest) => {
      refuseMeaningful("ListTasks", input, [
        "cluster",
        "family",
        "nextToken",
        "maxResults",
        "startedBy",
        "serviceName",
        "desiredStatus",
        "launchType",
      ]);
      const serviceName = input.serviceName && nameIn(input.serviceName);
      const found = store
        .tasksOf(findCluster(store, input.cluster))
        .filter(({ desiredStatus }) => desiredStatus === (input.desiredStatus ?? "RUNNING"))
        .filter(({ taskDefinition }) => !input.family || taskDefinition.family === input.family)
        .filter(({ startedBy }) => !input.startedBy || startedBy === input.startedBy)
        .filter(({ service }) => !serviceName || service?.name === serviceName)
        .filter(() => (input.launchType ?? "FARGATE") === "FARGATE");
      const { page, next } = paged(found, input);
      return { taskArns: page.map((task) => task.arn), ...next };
    },

    DescribeTasks: (input: DescribeTasksRequest) => {
      const cluster = findCluster(store, input.cluster);
      const references = input.tasks ?? [];
      if (references.length === 0) throw invalid("Tasks cannot be empty.");
      const found = references.map((reference) => lookUpTask(store, cluster, reference));
      return {
        tasks: found.flatMap((task) => (task ? [renderTask(task, input.include)] : [])),
        failures: references
          .filter((_, index) => !found[index])
          .map((reference) => ({
            arn: arn("ecs", `task/${cluster.name}/${nameIn(reference)}`),
            reason: "MISSING",
          })),
      };
    },

    StopTask: (input: StopTaskRequest) => {
      const task = lookUpTask(store, findCluster(store, input.cluster), input.task);
      if (!task) throw invalid("The referenced task was not found.");
      scheduler.stopTask(task, input.reason ?? "Task stopped by user");
      return { task: renderTask(task) };
    },

    RunTask: (input: RunTaskRequest) => {
      refuseMeaningful("RunTask", input, RUN);
      if (input.launchType !== "FARGATE") {
        throw notImplemented("RunTask", `launchType ${input.launchType ?? "EC2"}`);
      }
      const before = started.get(input.clientToken ?? "");
      if (before) return { tasks: sameTasks(before, input), failures: [] };
      const cluster = findCluster(store, input.cluster);
      const taskDefinition = findActiveTaskDefinition(store, input.taskDefinition);
      checkNetwork(input.networkConfiguration);
      const overrides = checkOverrides(input.overrides, taskDefinition);
      const platform = input.platformVersion ?? "LATEST";
      if (platform !== "LATEST" && platform !== "1.4.0") {
        throw notImplemented("RunTask", `platformVersion ${platform}`);
      }
      const count = input.count ?? 1;
      if (!(count >= 1 && count <= 10)) throw invalid("count must be from 1 to 10.");
      const tasks = Array.from({ length: count }, () =>
        newTask(
          cluster,
          taskDefinition,
          core.clock.now(),
          {
            service: undefined,
            deploymentId: undefined,
            loadBalancers: [],
            startedBy: input.startedBy ?? "",
            group: input.group ?? `family:${taskDefinition.family}`,
            tags: tagsFrom(input.tags),
          },
          overrides,
        ),
      );
      for (const task of tasks) scheduler.run(task);
      if (input.clientToken) started.set(input.clientToken, { request: input, tasks });
      return { tasks: tasks.map((task) => renderTask(task, ["TAGS"])), failures: [] };
    },
  };
}

/** Throws `ConflictException` when the token was used for something else. */
function sameTasks(
  before: { request: RunTaskRequest; tasks: readonly TaskRecord[] },
  input: RunTaskRequest,
) {
  if (isDeepStrictEqual(before.request, input)) {
    return before.tasks.map((task) => renderTask(task, ["TAGS"]));
  }
  throw new AwsError(
    "ConflictException",
    "The provided clientToken is already in use with a different RunTask request.",
    400,
    { resourceIds: before.tasks.map((task) => task.arn) },
  );
}
