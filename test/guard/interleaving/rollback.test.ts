/** A rollback to an older release, whose slot is ready, meets whoever else moves traffic. */
import { describe, expect, test } from "vitest";
import { returnTraffic } from "../../../guard/authority.ts";
import { handleAlarm } from "../../../guard/handle.ts";
import { restoreRelease } from "../../../guard/rollback/restore.ts";
import { shiftPorts, tick } from "../../../guard/rollout/tick.ts";
import { type Bounds, explore, type Scenario } from "./explore.ts";
import { alarmEvent, at, badEnd, isLatched } from "./scenarios.ts";
import { FIRST, type World } from "./world.ts";

const ROLLBACK = {
  id: "b1",
  release: "shop:1",
  slot: "green",
  taskDefinition: "definition:1",
  latch: { reversionId: FIRST },
  why: "a person says so",
  startedAt: at(-120_000),
} as const;

const SERVICE = {
  taskDefinition: ROLLBACK.taskDefinition,
  release: ROLLBACK.release,
  desired: 1,
  running: 1,
  deployments: [{ taskDefinition: ROLLBACK.taskDefinition, state: "COMPLETED", running: 1 }],
  events: [],
};
const RUNNING = { release: "shop:2", taskDefinition: "definition:2" };

const deployed = async () => ({ blue: RUNNING, green: RUNNING });

/** The latch of the release that was in green before is still there. */
function begun(world: World): void {
  isLatched("green")(world);
  world.record = { ...world.record, rollback: ROLLBACK };
}

const restoring =
  (actor: string) =>
  (world: World): Promise<unknown> => {
    const ports = world.ports(actor);
    const services = {
      look: async () => SERVICE,
      definitionFor: async () => null,
      deploy: async () => {
        throw new Error("it is there already");
      },
    };
    const { environmentNow } = ports;
    return restoreRelease({ way: "resume", rollback: ROLLBACK }, "", 60_000, {
      ...shiftPorts(ports),
      services,
      deployed,
      environmentNow,
      say: () => {},
    });
  };

async function guard(world: World): Promise<void> {
  await world.step("guard", "the alarm goes off", () => world.setAlarm("ALARM"));
  const event = alarmEvent(world.alarm.transitionedMs);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await handleAlarm(event, world.ports("guard"));
      return;
    } catch {
      // Lambda calls again.
    }
  }
}

async function reconcile(world: World): Promise<void> {
  for (let minute = 0; minute < 3; minute++) {
    world.nowMs += 60_000;
    await tick(world.ports("reconcile"));
  }
}

const undisturbed: Bounds = { preemptions: 2, faults: 0, mostRuns: 60_000 };
const disturbed: Bounds = { preemptions: 1, faults: 1, mostRuns: 120_000 };
const goesBack = restoring("operator");

const scenarios: Record<string, { scenario: Scenario; bounds: Bounds }> = {
  "a rollback and the guard": {
    scenario: { arrange: begun, actors: { operator: goesBack, guard }, wrong: badEnd },
    bounds: undisturbed,
  },
  "a rollback and the guard, one call fails, lands late or kills its caller": {
    scenario: {
      arrange: begun,
      actors: { operator: goesBack, guard },
      afterwards: reconcile,
      wrong: badEnd,
    },
    bounds: disturbed,
  },
  "the same rollback twice at once": {
    scenario: {
      arrange: begun,
      actors: { operator: goesBack, other: restoring("other") },
      wrong: badEnd,
    },
    bounds: undisturbed,
  },
  "a rollback, a tick, and somebody who gives it up": {
    scenario: {
      arrange: begun,
      actors: {
        operator: goesBack,
        other: (world) => returnTraffic(world.ports("other")),
        schedule: (world) => tick(world.ports("schedule")),
      },
      afterwards: reconcile,
      wrong: badEnd,
    },
    bounds: undisturbed,
  },
};

describe("no schedule ends with traffic where it must not be", { timeout: 120_000 }, () => {
  test.each(Object.entries(scenarios))("%s", async (_name, { scenario, bounds }) => {
    const { violation } = await explore(scenario, bounds);
    expect(violation).toBeNull();
  });
});
