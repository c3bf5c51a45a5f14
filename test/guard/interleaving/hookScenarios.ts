/** Hooks among the others: what comes while one is asked, and what its late answer may do. */
import type { Hook } from "../../../guard/rollout/hooks.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { hookAnswered } from "../../../guard/rollout/hookState.ts";
import { withHookStep } from "../../../guard/rollout/hooksDue.ts";
import type { Rollout } from "../../../guard/rollout/rollout.ts";
import type { Bounds, Scenario } from "./explore.ts";
import { alarmEvent, at, badEnd, type Code, inStep, rollout } from "./scenarios.ts";
import type { World } from "./world.ts";

const call = {
  kind: "http",
  url: "http://a/",
  method: "GET",
  headers: {},
  expectStatus: 200,
} as const;
const HOOKS: Hook[] = [
  { ...call, name: "smoke", when: "before", timeoutMs: 1_000 },
  { ...call, name: "kpi", when: "between", timeoutMs: 1_000 },
];

function hooked(release: string, step: number): Rollout {
  const plain = rollout(step);
  const hooks = { ...NO_HOOKS, named: HOOKS };
  return { ...plain, id: release, release, hooks, steps: withHookStep(plain.steps, HOOKS) };
}

/** Of the release `one`: 0 is before any traffic, 1 at 5 %. */
function inHookedStep(step: number): (world: World) => void {
  return (world) => {
    inStep(world, 0);
    const green = step === 0 ? 0 : 5;
    world.weights = { blue: 100 - green, green };
    world.record = { ...world.record, rollout: hooked("one", step) };
  };
}

export function hookScenarios(code: Code): Record<string, { scenario: Scenario; bounds: Bounds }> {
  const ticking = (actor: string) => (world: World) => code.tick(world.ports(actor));
  const guard = async (world: World): Promise<void> => {
    await world.step("guard", "the alarm goes off", () => world.setAlarm("ALARM"));
    await code.handleAlarm(alarmEvent(world.alarm.transitionedMs), world.ports("guard"));
  };
  const abort = (world: World): Promise<unknown> => code.returnTraffic(world.ports("operator"));
  /** Gives the rollout up and begins one of another release, which nobody has asked about yet. */
  const successor = async (world: World): Promise<void> => {
    const ports = world.ports("operator");
    await code.returnTraffic(ports);
    const guardAlarm = async (slot: "blue" | "green") => (await ports.alarms(slot)).guard;
    const next = { ...hooked("two", 0), stepAt: null };
    await code.shiftTraffic({ ...ports, guardAlarm }, "green", next);
    await code.tick(ports);
  };
  const bounds: Bounds = { preemptions: 2, faults: 0, mostRuns: 60_000 };
  return {
    "two ticks that ask a hook": {
      scenario: {
        arrange: inHookedStep(0),
        actors: { rollout: ticking("rollout"), schedule: ticking("schedule") },
        wrong: badHooks,
      },
      bounds,
    },
    "a hook that is asked while its alarm goes off, an operator aborts, and another tick comes": {
      scenario: {
        arrange: inHookedStep(1),
        actors: {
          rollout: ticking("rollout"),
          guard,
          operator: abort,
          schedule: ticking("schedule"),
        },
        wrong: badHooks,
      },
      bounds: { ...bounds, preemptions: 1 },
    },
    "a hook that is asked while its rollout is given up for another one": {
      scenario: {
        arrange: inHookedStep(0),
        actors: {
          rollout: ticking("rollout"),
          operator: successor,
          schedule: ticking("schedule"),
        },
        wrong: badHooks,
      },
      bounds: { ...bounds, preemptions: 1 },
    },
    "a tick that dies while it asks a hook": {
      scenario: {
        arrange: inHookedStep(0),
        actors: { rollout: ticking("rollout") },
        faults: ["crash"],
        afterwards: async (world) => {
          world.nowMs += 60_000;
          for (const one of world.asked) one.ended = true;
          await code.tick(world.ports("schedule"));
        },
        wrong: (world) => badHooks(world) ?? (world.weights.green === 0 ? "it stands still" : null),
      },
      bounds: { ...bounds, faults: 1 },
    },
    "a tick that finds a bad answer": {
      scenario: {
        arrange: (world) => {
          inHookedStep(1)(world);
          const answer = { outcome: "bad", why: "empty" } as const;
          world.record = hookAnswered(world.record, { name: "kpi", step: 1 }, answer, at(-20_000));
        },
        actors: { rollout: ticking("rollout") },
        wrong: ({ weights }) => (weights.green > 0 ? "the candidate kept its traffic" : null),
      },
      bounds,
    },
  };
}

/** As every other end; and nobody asks what is asked, or gives traffic to what was not asked. */
function badHooks(world: World): string | null {
  const { weights, record, asked } = world;
  if (asked.some(({ alone }) => !alone)) return "two asked one hook at once";
  const release = record.rollout?.release;
  const wasAsked = (hook: string): boolean =>
    asked.some((one) => one.hook === hook && one.release === release);
  if (release === "two" && weights.green > 0 && !wasAsked("smoke")) {
    return "nobody asked before the second release got traffic";
  }
  if (weights.green > 5 && !wasAsked("kpi")) return `nobody asked before ${release} got more`;
  return badEnd(world);
}
