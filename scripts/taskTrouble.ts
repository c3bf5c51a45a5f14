/** Why a slot's tasks do not become healthy: what ECS says of those that stopped, and their last words. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { environmentNames } from "../guard/names.ts";
import { type Slot, SLOTS } from "../guard/slot.ts";
import type { Clients } from "./clients.ts";

/** How many lines of a task's log are quoted. */
const LAST_LINES = 5;

/** A few lines for a person; empty when nothing stopped and nothing was printed. */
export async function taskTrouble(clients: Clients, environment: string): Promise<string[]> {
  const perSlot = await Promise.all(SLOTS.map((slot) => slotTrouble(clients, environment, slot)));
  return perSlot.flat();
}

async function slotTrouble(clients: Clients, environment: string, slot: Slot): Promise<string[]> {
  const names = environmentNames(environment);
  const { taskArns = [] } = await clients.ecs.send(
    new ListTasksCommand({
      cluster: names.cluster,
      serviceName: names.service[slot],
      desiredStatus: "STOPPED",
    }),
  );
  const { tasks = [] } =
    taskArns.length === 0
      ? {}
      : await clients.ecs.send(
          new DescribeTasksCommand({ cluster: names.cluster, tasks: taskArns.slice(0, 100) }),
        );
  const ends = tasks.map(
    ({ stoppedReason, containers }) =>
      `${stoppedReason ?? "stopped"}${exitCodes(containers?.map((one) => one.exitCode))}`,
  );
  const { events = [] } = await clients.logs.send(
    new FilterLogEventsCommand({
      logGroupName: `/backout/${names.cluster}`,
      logStreamNamePrefix: `${slot}/app/`,
    }),
  );
  const words = events.slice(-LAST_LINES).map(({ message }) => `  | ${message ?? ""}`);
  if (ends.length === 0 && words.length === 0) return [];
  const times = ends.length === 1 ? "once" : `${ends.length} times`;
  return [
    ends.length === 0
      ? `slot ${slot}: its task runs`
      : `slot ${slot}: a task stopped ${times}: ${[...new Set(ends)].join("; ")}`,
    ...words,
  ];
}

function exitCodes(codes: readonly (number | undefined)[] = []): string {
  const known = codes.filter((code) => code !== undefined);
  return known.length === 0 ? "" : ` (exit codes ${known.join(", ")})`;
}
