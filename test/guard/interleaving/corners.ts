/** One situation per re-check: the few actors that it takes to need it. */
import { promoted, shiftBegun, shiftDone } from "../../../guard/record.ts";
import { weightsAt } from "../../../guard/rollout/rollout.ts";
import { allOn } from "../../../guard/slot.ts";
import type { Bounds, Scenario } from "./explore.ts";
import { alarmEvent, at, badEnd, type Code, inStep, isLatched, rollout } from "./scenarios.ts";
import { START_MS, type World } from "./world.ts";

type Act = Scenario["actors"][string];

const ORDERLY: Bounds = { preemptions: 0, faults: 0, mostRuns: 1_000 };
const LONG_AGO_MS = START_MS - 600_000;

const comesBack: Act = (world) =>
  world.step("table", "the record store answers again", () => (world.recordDown = false));

function corner(scenario: Scenario, bounds: Partial<Bounds> = {}) {
  return { scenario, bounds: { ...ORDERLY, ...bounds } };
}

export function corners(code: Code): Record<string, { scenario: Scenario; bounds: Bounds }> {
  const shift =
    (actor = "rollout"): Act =>
    (world) => {
      const ports = world.ports(actor);
      const guardAlarm = async (slot: "blue" | "green") => (await ports.alarms(slot)).guard;
      return code.shiftTraffic({ ...ports, guardAlarm }, "green");
    };
  const step =
    (to: number): Act =>
    (world) => {
      const ports = world.ports("rollout");
      const guardAlarm = async (slot: "blue" | "green") => (await ports.alarms(slot)).guard;
      return code.stepTraffic({ ...ports, guardAlarm }, world.record, to, ports.environmentNow);
    };
  const abort: Act = (world) => code.returnTraffic(world.ports("operator"));
  const handle = async (world: World, alarmedMs: number): Promise<unknown> =>
    code.handleAlarm(alarmEvent(alarmedMs), world.ports("guard"));
  const guard: Act = async (world) => {
    await world.step("guard", "the alarm goes off", () => world.setAlarm("ALARM"));
    return handle(world, world.alarmedMs);
  };
  const unlatch =
    (actor = "operator"): Act =>
    (world) => {
      const ports = world.ports(actor);
      return code.clearLatch(ports, ports.alarmStateOf);
    };

  return {
    "a shift on a latched environment": corner({
      arrange: isLatched("green"),
      actors: { rollout: shift() },
      wrong: badEnd,
    }),
    "a shift onto a slot without targets": corner({
      arrange: (world) => (world.healthy.green = 0),
      actors: { rollout: shift() },
      wrong: badEnd,
    }),
    "a shift away from a slot without targets, and the guard": corner(
      {
        arrange: (world) => (world.healthy.blue = 0),
        actors: { rollout: shift(), guard },
        wrong: noTrafficOnGreen,
      },
      { preemptions: 1 },
    ),
    "a shift whose alarm goes off and is OK again": corner(
      {
        actors: {
          rollout: shift(),
          guard: async (world) => {
            await world.step("guard", "the alarm goes off and is OK again", () => {
              world.setAlarm("ALARM");
              world.alarm = { state: "OK", transitionedMs: world.nowMs + 1 };
            });
            return handle(world, world.alarmedMs);
          },
        },
        // An ALARM of this very candidate that nobody acted upon.
        wrong: ({ weights, alarmedMs, record }) =>
          weights.green > 0 && alarmedMs > Date.parse(record.armedAt ?? at(0)) ? "unheard" : null,
      },
      { preemptions: 2 },
    ),
    "a step whose candidate has lost its targets since it was decided": corner({
      arrange: (world) => {
        inStep(world, 0);
        world.healthy.green = 0;
      },
      actors: { rollout: step(1) },
      wrong: noMoreOnGreen,
    }),
    "a step whose stable slot has lost its targets since it was decided": corner({
      arrange: (world) => {
        inStep(world, 0);
        world.healthy.blue = 0;
      },
      actors: { rollout: step(1) },
      wrong: noMoreOnGreen,
    }),
    "a step whose alarm went off since it was decided": corner({
      arrange: (world) => {
        inStep(world, 0);
        world.setAlarm("ALARM");
      },
      actors: { rollout: step(1) },
      wrong: noMoreOnGreen,
    }),
    "a tick long after an alarm whose event was lost": corner({
      arrange: (world) => {
        inStep(world, 0);
        world.alarm = { state: "ALARM", transitionedMs: LONG_AGO_MS };
      },
      actors: { rollout: (world) => code.tick(world.ports("rollout")) },
      wrong: badEnd,
    }),
    "a tick that finds traffic on a latched slot": corner({
      arrange: (world) => {
        isLatched("green")(world);
        world.weights = weightsAt(5, "green");
      },
      actors: { rollout: (world) => code.tick(world.ports("rollout")) },
      wrong: badEnd,
    }),
    "a step that is held up and dies, and a guard that nobody helps": corner(
      {
        arrange: (world) => {
          inStep(world, 0);
          world.heldUp.add("rollout");
        },
        actors: { rollout: step(1), guard },
        faults: ["crash"],
        wrong: (world) => (world.crashed.has("guard") ? null : stayedOnLatched(world)),
      },
      { preemptions: 1, faults: 1, mostRuns: 60_000 },
    ),
    "a shift, and a guard that dies once it has latched": corner(
      {
        actors: { rollout: shift(), guard },
        faults: ["crash"],
        // A rollout that won against the latch is the next look's business.
        wrong: (world) => (world.gaveUp.has("rollout") ? stayedOnLatched(world) : null),
      },
      { preemptions: 2, faults: 1, mostRuns: 60_000 },
    ),
    "a shift whose write shows late, and the guard": corner(
      { actors: { rollout: shift(), guard }, faults: ["unseen"], wrong: badEnd },
      { preemptions: 2, faults: 1, mostRuns: 60_000 },
    ),
    "a promotion from a step at 100 % while an operator aborts": corner(
      {
        arrange: (world) => inStep(world, 2),
        actors: { rollout: (world) => code.tick(world.ports("rollout")), operator: abort },
        wrong: badEnd,
      },
      { preemptions: 2 },
    ),
    "an abort whose stable slot has no targets": corner({
      arrange: (world) => {
        inStep(world, 2);
        world.healthy.blue = 0;
      },
      actors: { operator: abort },
      wrong: badEnd,
    }),
    "a rollback whose previous slot has no targets": corner({
      arrange: (world) => {
        isPromoted(world);
        world.healthy.blue = 0;
      },
      actors: { operator: (world) => code.rollBack(world.ports("operator"), "bad") },
      wrong: badEnd,
    }),
    "an operator who clears a latch while its alarm is in ALARM": corner({
      arrange: (world) => {
        isLatched("green")(world);
        world.setAlarm("ALARM");
      },
      actors: { operator: unlatch() },
      wrong: ({ record }) => (record.latch ? null : "the latch is cleared"),
    }),
    "two operators who clear a latch, a shift, and the guard": corner(
      {
        arrange: isLatched("green"),
        actors: { operator: unlatch(), other: unlatch("other"), rollout: shift(), guard },
        wrong: badEnd,
      },
      { preemptions: 1 },
    ),
    "the guard, and a latch on the slot that it would go to": corner(
      {
        arrange: (world) => {
          isLatched("blue")(world);
          world.recordDown = true;
        },
        actors: { guard, table: comesBack },
        wrong: ({ record }) => (record.latch?.slot === "blue" ? null : "that latch is lost"),
      },
      { preemptions: 1 },
    ),
    "the guard without the table, and a slot that a reversion brought the traffic to": corner({
      arrange: (world) => {
        isLatched("blue")(world);
        world.recordDown = true;
        world.broughtHome = "reversion";
      },
      actors: { guard },
      wrong: ({ weights }) => (weights.blue > 0 ? "traffic went to a latched slot" : null),
    }),
    "the guard, and an alarm of the stable slot while the table is down": corner(
      {
        arrange: (world) => {
          isPromoted(world);
          world.record = { ...world.record, previous: null };
          world.recordDown = true;
        },
        actors: { guard, table: comesBack },
        wrong: ({ record, recordReads, weights }) => {
          if (record.latch) return "the stable slot is latched";
          return recordReads > 0 && weights.blue > 0 ? "the stable slot was left" : null;
        },
      },
      { preemptions: 1 },
    ),
    "the guard, and a stable slot without targets": corner({
      arrange: (world) => {
        inStep(world, 2);
        world.healthy.blue = 0;
      },
      actors: { guard },
      wrong: ({ weights }) => (weights.blue > 0 ? "traffic went to no target" : null),
    }),
    "the guard, and an alarm of the stable slot": corner({
      arrange: (world) => {
        isPromoted(world);
        world.record = { ...world.record, previous: null };
      },
      actors: { guard },
      wrong: ({ weights }) => (weights.blue > 0 ? "the stable slot was left" : null),
    }),
    "the guard, and an event from before the rollout": corner({
      arrange: (world) => inStep(world, 1),
      actors: { guard: (world) => handle(world, START_MS - 7_200_000) },
      wrong: ({ weights }) => (weights.green === 0 ? "a late event reverted" : null),
    }),
  };
}

function isPromoted(world: World): void {
  const begun = shiftBegun(world.record, "green", {
    openWriteUntil: at(-60_000),
    armedAt: at(-3_600_000),
    rollout: rollout(2),
  });
  const done = shiftDone(begun, at(-30_000));
  world.record = { ...promoted(done, null, at(3_600_000), at(-10_000)), version: 7 };
  world.weights = allOn("green");
}

function stayedOnLatched({ record, weights }: World): string | null {
  return record.latch?.slot === "green" && weights.green > 0
    ? "green is latched, with traffic"
    : null;
}

function noTrafficOnGreen({ weights }: World): string | null {
  return weights.green > 0 ? `green has ${weights.green}` : null;
}

function noMoreOnGreen({ weights }: World): string | null {
  return weights.green > 5 ? `green went up to ${weights.green}` : null;
}
