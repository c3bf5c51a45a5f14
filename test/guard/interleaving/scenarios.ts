/** Who may meet whom: the real transition functions of guard, rollout and operator, all at once. */
import type * as Authority from "../../../guard/authority.ts";
import type * as Handle from "../../../guard/handle.ts";
import { latched, shiftBegun, shiftDone } from "../../../guard/record.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { completed, type Rollout, weightsAt } from "../../../guard/rollout/rollout.ts";
import type * as Tick from "../../../guard/rollout/tick.ts";
import { allOn, otherSlot, type Slot, SLOTS } from "../../../guard/slot.ts";
import type { Bounds, Scenario } from "./explore.ts";
import { FIRST, START_MS, type World } from "./world.ts";

/** The code under test: the guard's own, or a copy of it in which something was taken out. */
export type Code = Pick<
  typeof Authority,
  "shiftTraffic" | "stepTraffic" | "returnTraffic" | "rollBack" | "clearLatch"
> &
  Pick<typeof Handle, "handleAlarm"> &
  Pick<typeof Tick, "tick">;

export const at = (ms: number): string => new Date(START_MS + ms).toISOString();

export function rollout(step: number): Rollout {
  return {
    id: "r1",
    release: null,
    steps: completed([
      { weight: 5, bakeMs: 0, gate: false },
      { weight: 50, bakeMs: 0, gate: false },
    ]),
    onBad: "revert",
    minimumRequests: 0,
    decideWithinMs: 900_000,
    onDeadline: "abort",
    warmMs: 3_600_000,
    startedAt: at(-60_000),
    step,
    stepAt: at(-30_000),
    paused: null,
    approved: false,
    hooks: NO_HOOKS,
  };
}

export function inStep(world: World, step: number): void {
  const begun = shiftBegun(world.record, "green", {
    openWriteUntil: at(-60_000),
    armedAt: at(-3_600_000),
    rollout: rollout(step),
  });
  world.record = { ...shiftDone(begun, at(-30_000)), version: 3 };
  world.weights = weightsAt(rollout(step).steps[step]?.weight ?? 0, "green");
}

/** The latch of an earlier reversion: traffic may not go to `slot`. */
export function isLatched(slot: Slot): (world: World) => void {
  return (world) => {
    const to = otherSlot(slot);
    const reversion = { id: FIRST, reason: "errors", at: at(-60_000) };
    world.record = { ...latched(world.record, slot, to, reversion), version: 5 };
    world.weights = allOn(to);
  };
}

export function scenarios(code: Code): Record<string, { scenario: Scenario; bounds: Bounds }> {
  const shift = (world: World): Promise<unknown> => {
    const ports = world.ports("rollout");
    const guardAlarm = async (slot: "blue" | "green") => (await ports.alarms(slot)).guard;
    return code.shiftTraffic({ ...ports, guardAlarm }, "green");
  };
  const ticking = (actor: string) => (world: World) => code.tick(world.ports(actor));
  /** The alarm goes off at any moment, and Lambda calls the guard, up to three times. */
  const guard = async (world: World): Promise<void> => {
    await world.step("guard", "the alarm goes off", () => {
      world.setAlarm("ALARM");
    });
    const event = alarmEvent(world.alarm.transitionedMs);
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await code.handleAlarm(event, world.ports("guard"));
        return;
      } catch {
        // Lambda calls again.
      }
    }
  };
  const unlatch = (world: World): Promise<unknown> => {
    const ports = world.ports("operator");
    return code.clearLatch(ports, ports.alarmStateOf);
  };
  const rollback = (world: World): Promise<unknown> => code.returnTraffic(world.ports("operator"));
  const reconcile = async (world: World): Promise<void> => {
    // Minutes later: every write that was open has landed, and the alarm's event is long gone.
    for (let minute = 0; minute < 3; minute++) {
      world.nowMs += 60_000;
      await code.tick(world.ports("reconcile"));
    }
  };
  const undisturbed: Bounds = { preemptions: 3, faults: 0, mostRuns: 60_000 };
  const disturbed: Bounds = { preemptions: 2, faults: 1, mostRuns: 120_000 };
  return {
    "a shift and the guard": {
      scenario: { actors: { rollout: shift, guard }, wrong: badEnd },
      bounds: undisturbed,
    },
    "a shift and the guard, one call fails, lands late or kills its caller": {
      scenario: { actors: { rollout: shift, guard }, afterwards: reconcile, wrong: badEnd },
      bounds: disturbed,
    },
    "a late write of a shift that nobody looks for again": {
      // Without the look of every minute: the guard itself must outlast it.
      scenario: {
        actors: { rollout: shift, guard },
        wrong: (world) => (world.crashed.has("guard") ? null : badEnd(world)),
      },
      bounds: { ...disturbed, preemptions: 2 },
    },
    "two shifts and the guard": {
      scenario: { actors: { rollout: shift, other: shiftAs("other"), guard }, wrong: badEnd },
      bounds: { ...undisturbed, preemptions: 2 },
    },
    "a rollout's tick and the guard": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: { rollout: ticking("rollout"), guard },
        afterwards: reconcile,
        wrong: badEnd,
      },
      bounds: disturbed,
    },
    "two ticks at once and the guard": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: { rollout: ticking("rollout"), schedule: ticking("schedule"), guard },
        wrong: badEnd,
      },
      bounds: { ...undisturbed, preemptions: 2 },
    },
    "a promotion and the guard": {
      scenario: {
        arrange: (world) => inStep(world, 2),
        actors: { rollout: ticking("rollout"), guard },
        wrong: badEnd,
      },
      bounds: undisturbed,
    },
    "a promotion and the guard, one call fails, lands late or kills its caller": {
      scenario: {
        arrange: (world) => inStep(world, 2),
        actors: { rollout: ticking("rollout"), guard },
        afterwards: reconcile,
        wrong: badEnd,
      },
      bounds: disturbed,
    },
    "an operator who brings traffic home, a tick, and the guard": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: { operator: rollback, rollout: ticking("rollout"), guard },
        wrong: badEnd,
      },
      bounds: { ...undisturbed, preemptions: 2 },
    },
    "an operator who clears the latch, a shift, and the guard": {
      scenario: {
        arrange: isLatched("green"),
        actors: { operator: unlatch, rollout: shift, guard },
        wrong: badEnd,
      },
      bounds: { ...undisturbed, preemptions: 2 },
    },
    "a shift and the guard without a record store": {
      scenario: {
        arrange: (world) => inStep(world, 0),
        actors: {
          outage: (world) =>
            world.step("outage", "the record store dies", () => (world.recordDown = true)),
          rollout: ticking("rollout"),
          guard,
        },
        afterwards: async (world) => {
          world.recordDown = false;
          await reconcile(world);
        },
        wrong: badEnd,
      },
      bounds: { ...undisturbed, preemptions: 3 },
    },
  };

  function shiftAs(actor: string): (world: World) => Promise<unknown> {
    return (world) => {
      const ports = world.ports(actor);
      const guardAlarm = async (slot: "blue" | "green") => (await ports.alarms(slot)).guard;
      return code.shiftTraffic({ ...ports, guardAlarm }, "green");
    };
  }
}

/** No traffic on a latched slot, none on a side that alarms unguarded, none on one without targets. */
export function badEnd(world: World): string | null {
  const { record, weights, alarm, healthy } = world;
  for (const slot of SLOTS) {
    if (weights[slot] === 0) continue;
    if (record.latch?.slot === slot) return `slot ${slot} is latched and has ${weights[slot]}`;
    if (healthy[slot] === 0 && healthy[otherSlot(slot)] > 0) return `slot ${slot} has no target`;
    const isGuarded = record.stable === slot || record.candidate === slot;
    if (!isGuarded) return `slot ${slot} has ${weights[slot]} and is nobody's candidate`;
  }
  if (alarm.state === "ALARM" && record.stable === "blue" && weights.green > 0) {
    return "the alarm of the candidate went off, and it kept its traffic";
  }
  if (world.lostLatch !== null) return "the latch of a reversion is lost";
  const lost = weights.blue + weights.green === 0;
  return lost ? "no slot has any weight" : null;
}

export function alarmEvent(transitionedMs: number): unknown {
  return {
    source: "aws.cloudwatch",
    alarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green",
    alarmData: {
      alarmName: "checkout-green",
      state: {
        value: "ALARM",
        reason: "errors",
        timestamp: new Date(transitionedMs).toISOString().replace("Z", "+0000"),
      },
    },
  };
}
