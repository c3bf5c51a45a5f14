/** How far a release is on its way into a slot. */
import { expect, test } from "vitest";
import { progressOf } from "../../../guard/rollback/deployment.ts";
import type { SlotService } from "../../../guard/slotServices.ts";

const WANTED = { slot: "green", release: "2", taskDefinition: "new" } as const;
const primary = { taskDefinition: "new", state: "COMPLETED", running: 4 };
const ready: SlotService = {
  taskDefinition: "new",
  release: "2",
  desired: 4,
  running: 4,
  deployments: [primary],
  events: [],
};

test.each<
  [what: string, service: Partial<SlotService>, healthy: number, state: string, why?: RegExp]
>([
  ["all is there", {}, 4, "ready"],
  ["another release is there", { taskDefinition: "old" }, 4, "waiting", /so far/],
  ["the tag is not written", { release: "3" }, 4, "waiting", /3 so far/],
  ["tasks start", { deployments: [{ ...primary, running: 1 }] }, 0, "waiting", /1 of 4 tasks/],
  ["the old ones stop", { deployments: [primary, primary] }, 4, "waiting", /before are stopping/],
  ["ECS is not done", { deployments: [{ ...primary, state: "IN_PROGRESS" }] }, 4, "waiting", /ECS/],
  ["targets are not healthy", {}, 3, "waiting", /3 of 4 targets/],
  ["ECS gave up", { deployments: [{ ...primary, state: "FAILED" }] }, 0, "failed", /FAILED/],
  ["no task is wanted", { desired: 0, deployments: [{ ...primary, running: 0 }] }, 0, "waiting"],
])("%s", (_what, service, healthy, state, why = /./) => {
  const progress = progressOf({ ...ready, ...service }, healthy, WANTED, true);
  expect(progress.state).toBe(state);
  expect("why" in progress ? progress.why : "-").toMatch(why);
});

test.each<[what: string, service: Partial<SlotService>]>([
  ["another task definition", { taskDefinition: "old" }],
  ["a tag that was not written before a crash", { release: "3" }],
  ["a slot that was scaled down", { desired: 0 }],
])("%s is where a deployment begins", (_what, service) => {
  const progress = progressOf({ ...ready, ...service }, 4, WANTED, false);
  expect(progress.state).toBe("not-begun");
});
