/** Both ways home at once: the guard by its alarm, the watchdog by its probes or by what it found. */
import { watch } from "../../../guard/watchdog/watch.ts";
import type { Bounds, Scenario } from "./explore.ts";
import { alarmEvent, badEnd, type Code, inStep, isLatched } from "./scenarios.ts";
import type { World } from "./world.ts";

export function watchdogScenarios(
  code: Code,
): Record<string, { scenario: Scenario; bounds: Bounds }> {
  const ticking = (world: World): Promise<unknown> => code.tick(world.ports("rollout"));
  const guard = async (world: World): Promise<void> => {
    await world.step("guard", "the alarm goes off", () => world.setAlarm("ALARM"));
    await code.handleAlarm(alarmEvent(world.alarm.transitionedMs), world.ports("guard"));
  };
  const bounds: Bounds = { preemptions: 2, faults: 0, mostRuns: 120_000 };
  return {
    "the guard and the watchdog revert at once": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: { guard, watchdog },
        wrong: noCandidate,
      },
      bounds: { ...bounds, preemptions: 3 },
    },
    "the guard and the watchdog revert at once, and a call fails, lands late or kills one of them":
      {
        scenario: {
          arrange: (world) => inStep(world, 0),
          actors: { guard, watchdog },
          wrong: badEnd,
        },
        bounds: { ...bounds, preemptions: 1, faults: 1 },
      },
    "the guard, the watchdog and a rollout's tick": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: { rollout: ticking, guard, watchdog },
        wrong: noCandidate,
      },
      bounds: { ...bounds, preemptions: 1 },
    },
    "a promotion while the watchdog probes": {
      scenario: {
        arrange: (world) => inStep(world, 2),
        actors: { rollout: ticking, watchdog },
        wrong: badEnd,
      },
      bounds,
    },
    "the watchdog finds a latched slot with traffic while an operator clears the latch": {
      scenario: {
        arrange: (world) => {
          isLatched("green")(world);
          world.weights = { blue: 50, green: 50 };
        },
        actors: {
          operator: (world) => {
            const ports = world.ports("operator");
            return code.clearLatch(ports, ports.alarmStateOf);
          },
          watchdog,
        },
        wrong: ({ weights, record }) =>
          record.latch?.slot === "green" && weights.green > 0 ? "it kept its traffic" : null,
      },
      bounds,
    },
  };
}

function noCandidate(world: World): string | null {
  const { weights, record } = world;
  const kept = weights.green > 0 && record.stable === "blue" ? "green kept its traffic" : null;
  return badEnd(world) ?? kept;
}

/** Its probes always find the candidate bad, and as it cannot know since when it never waits. */
async function watchdog(world: World): Promise<void> {
  await watch({
    ...world.ports("watchdog"),
    sights: {
      read: () => Promise.reject(new Error("unreadable")),
      write: async () => {},
    },
    probe: async () => {
      await world.step("watchdog", "the probes end", () => {});
      return { outcome: "bad", why: "20 of 40 probes failed" };
    },
  });
}
