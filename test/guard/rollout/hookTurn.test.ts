import { beforeEach, describe, expect, test } from "vitest";
import { shiftTraffic } from "../../../guard/authority.ts";
import type { Hook, HookAnswer, HookContext, HookRunner } from "../../../guard/rollout/hooks.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { withHookStep } from "../../../guard/rollout/hooksDue.ts";
import { abortRollout, pauseRollout } from "../../../guard/rollout/operate.ts";
import { completed, type Rollout } from "../../../guard/rollout/rollout.ts";
import { shiftPorts, tick, type TickPorts } from "../../../guard/rollout/tick.ts";
import { allOn } from "../../../guard/slot.ts";
import { memoryStore, memoryTraffic, type MemoryStore, type MemoryTraffic } from "../memory.ts";
import { slotAlarms } from "../slotAlarms.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const MINUTE_MS = 60_000;

const command = (name: string, when: Hook["when"]): Hook => ({
  name,
  when,
  timeoutMs: 1_000,
  kind: "command",
  command: `./${name}.sh`,
});
const HOOKS = [command("smoke", "before"), command("kpi", "between")];
const ROLLOUT: Rollout = {
  id: "r1",
  release: "shop:2",
  steps: withHookStep(completed([{ weight: 5, bakeMs: 5 * MINUTE_MS, gate: false }]), HOOKS),
  onBad: "revert",
  minimumRequests: 50,
  decideWithinMs: 15 * MINUTE_MS,
  onDeadline: "abort",
  warmMs: 60 * MINUTE_MS,
  startedAt: new Date(START_MS).toISOString(),
  step: 0,
  stepAt: null,
  paused: null,
  approved: false,
  hooks: {
    ...NO_HOOKS,
    named: HOOKS,
    places: { url: "http://shop/", testUrl: "http://test/", testHeader: "x-slot" },
  },
};

describe("a hook in a tick", () => {
  let nowMs: number;
  let traffic: MemoryTraffic;
  let store: MemoryStore;
  let guard: { state: string; transitionedMs: number };
  let ports: TickPorts;
  let asked: HookContext[];
  /** What the hook does and answers. */
  let hook: (context: HookContext, stillWanted: () => Promise<boolean>) => Promise<HookAnswer>;
  const good: HookAnswer = { outcome: "good", why: "200" };

  beforeEach(async () => {
    nowMs = START_MS;
    traffic = memoryTraffic();
    store = memoryStore();
    guard = { state: "OK", transitionedMs: START_MS - MINUTE_MS };
    asked = [];
    hook = async () => good;
    const hooks: HookRunner = {
      runs: () => true,
      run: (_hook, context, stillWanted) => {
        asked.push(context);
        return hook(context, stillWanted);
      },
    };
    ports = {
      environment: "checkout",
      slotOfAlarm: () => "green",
      traffic,
      store,
      alarms: async (slot) => slotAlarms(slot, slot === "green" ? guard : {}),
      alarmStateOf: async (slot) => (slot === "green" ? guard.state : "OK"),
      requests: async () => 1_000,
      releaseOf: async (slot) => `shop:${slot}`,
      notify: async () => {},
      hooks,
      environmentNow: () => nowMs,
      now: () => nowMs,
      sleep: async (wallMs) => void (nowMs += wallMs),
      log: () => {},
    };
    await shiftTraffic(shiftPorts(ports), "green", ROLLOUT, ports.environmentNow);
  });

  test("is asked before any traffic, told what it is about, and lets the rollout go on", async () => {
    expect(traffic.weights).toEqual(allOn("blue"));
    await tick(ports);
    expect(asked).toEqual([
      {
        hook: "smoke",
        when: "before",
        environment: "checkout",
        slot: "green",
        release: "shop:2",
        url: "http://shop/",
        testUrl: "http://test/",
        testHeader: "x-slot",
        step: 0,
        weight: 0,
      },
    ]);
    expect(traffic.weights.green).toBe(5);
    expect(store.record.rollout?.hooks).toMatchObject({
      runs: [{ name: "smoke", step: 0, outcome: "good", why: "200", tries: 1 }],
      claim: null,
    });
  });

  test("is asked by one of two ticks at the same moment", async () => {
    const answer = Promise.withResolvers<HookAnswer>();
    hook = () => answer.promise;
    const first = tick(ports);
    const second = await tick(ports);
    expect(second.move.why).toMatch(/is (to be )?asked/);
    expect((await tick(ports)).move).toMatchObject({ move: "wait" });
    answer.resolve(good);
    await first;
    expect(asked).toHaveLength(1);
    expect(traffic.weights.green).toBe(5);
  });

  test("is asked again by another tick when whoever asked has died", async () => {
    hook = () => new Promise(() => {});
    void tick(ports);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.record.rollout?.hooks.claim).not.toBeNull();
    hook = async () => good;
    expect((await tick(ports)).move.move).toBe("wait");
    nowMs += MINUTE_MS;
    await tick(ports);
    expect(asked).toHaveLength(2);
    expect(traffic.weights.green).toBe(5);
  });

  test("that throws is an error, asked again after half a minute and never green", async () => {
    hook = async () => {
      throw new Error("refused");
    };
    expect((await tick(ports)).move.why).toMatch(/error: refused.*asked again in 30/);
    await tick(ports);
    expect(asked).toHaveLength(1);
    for (let minute = 0; minute < 15; minute++) {
      nowMs += MINUTE_MS;
      await tick(ports);
    }
    expect(asked.length).toBeGreaterThan(10);
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record).toMatchObject({
      latch: null,
      lastRollout: { ended: "aborted", hooks: [{ name: "smoke", outcome: "error", tries: 15 }] },
    });
  });

  test("that is bad between steps reverts, and the reversion says by what", async () => {
    await tick(ports);
    hook = async () => ({ outcome: "bad", why: "the cart is empty" });
    nowMs += 5 * MINUTE_MS;
    const { reversion } = await tick(ports);
    expect(reversion).toMatchObject({
      outcome: "reverted",
      path: "hook",
      alarm: { name: "hook kpi" },
    });
    expect(traffic.weights).toEqual(allOn("blue"));
    expect(store.record.latch).toMatchObject({ slot: "green" });
  });

  test("that is good does not outweigh an alarm that went off meanwhile", async () => {
    await tick(ports);
    nowMs += 5 * MINUTE_MS;
    hook = async () => {
      guard = { state: "ALARM", transitionedMs: nowMs };
      nowMs += MINUTE_MS;
      return good;
    };
    const { reversion } = await tick(ports);
    expect(reversion).toMatchObject({ outcome: "reverted", path: "reconcile" });
    expect(traffic.writes.map(({ green }) => green)).toEqual([0, 5, 0]);
  });

  test("is not asked while it is paused, and learns that nobody wants it after an abort", async () => {
    await pauseRollout(ports, "lunch");
    await tick(ports);
    expect(asked).toEqual([]);
    store.record = {
      ...store.record,
      rollout: ROLLOUT && { ...ROLLOUT, stepAt: ROLLOUT.startedAt },
    };
    const wanted: boolean[] = [];
    hook = async (_context, stillWanted) => {
      wanted.push(await stillWanted());
      await abortRollout(ports, "enough");
      wanted.push(await stillWanted());
      return good;
    };
    await tick(ports);
    expect(wanted).toEqual([true, false]);
    expect(store.record).toMatchObject({ rollout: null, lastRollout: { ended: "aborted" } });
    expect(traffic.weights).toEqual(allOn("blue"));
  });

  test("keeps its claim while it runs, for as long as it says that it lives", async () => {
    hook = async (_context, stillWanted) => {
      for (let second = 0; second < 60; second++) {
        nowMs += 1_000;
        expect(await stillWanted()).toBe(true);
        expect(Date.parse(store.record.rollout?.hooks.claim?.until ?? "")).toBeGreaterThan(nowMs);
      }
      return good;
    };
    await tick(ports);
    expect(asked).toHaveLength(1);
  });

  test("that nobody here can run keeps no other from being asked", async () => {
    const call = {
      kind: "http",
      url: "http://a/",
      method: "GET",
      headers: {},
      expectStatus: 200,
    } as const;
    const named = [
      ...HOOKS,
      { ...call, name: "health", when: "before", timeoutMs: 1_000 } as const,
    ];
    const { rollout } = store.record;
    store.record = {
      ...store.record,
      rollout: rollout && { ...rollout, hooks: { ...rollout.hooks, named } },
    };
    await tick({ ...ports, hooks: { ...ports.hooks!, runs: ({ kind }) => kind === "http" } });
    expect(asked.map((context) => context.hook)).toEqual(["health"]);
    expect(traffic.weights).toEqual(allOn("blue"));
    await tick(ports);
    expect(asked.map((context) => context.hook)).toEqual(["health", "smoke"]);
    expect(traffic.weights.green).toBe(5);
  });

  test("waits for a tick that can run it, and says so", async () => {
    const { hooks: _, ...without } = ports;
    const { move, record } = await tick(without);
    expect(move.why).toMatch(/by whoever waits with --wait --hook 'before:smoke=.\/smoke.sh'/);
    expect(record.rollout?.hooks.claim).toBeNull();
    expect(traffic.weights).toEqual(allOn("blue"));
  });
});
