/** Tasks that are each started for one fire: however many there are, the fire starts once, or is missed for a reason. */
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import type { FireLog } from "../../../drills/schedule/fireLog.ts";
import { type OneFireEnd, runOneFire } from "../../../drills/schedule/oneFire.ts";
import type { StateEntry } from "../../../drills/schedule/stateEntry.ts";
import type { Refusal } from "../../../drills/schedule/upcoming.ts";
import { HOUR, MINUTE, schedulesOf } from "./world.ts";

const MIDNIGHT = Date.parse("2026-03-02T00:00:00Z");

/** An environment's log, and tasks that come and go. */
class Tasks {
  readonly clock = new ManualClock(MIDNIGHT);
  readonly entries: StateEntry[] = [];
  readonly beats = new Map<string, number>();
  readonly begun: string[] = [];
  readonly waits: string[] = [];
  drillMs = 5 * MINUTE;
  against: Refusal | null = null;

  /** Beginning at once; `dies`: so that nothing more is heard of it once its drills have begun. */
  task(members: string, dueMs: number, dies = false) {
    const [schedule] = schedulesOf(members);
    if (!schedule) throw new Error("no schedule");
    const abort = new AbortController();
    const state: { end?: OneFireEnd | Error } = {};
    const ended = runOneFire(
      { schedule, environment: "checkout", dueMs },
      {
        clock: this.clock,
        log: this.#log(() => state.end === undefined),
        read: () => ({
          nowMs: this.clock.now(),
          wallMs: this.clock.now(),
          upMs: this.clock.now(),
          awakeMs: this.clock.now(),
        }),
        run: async (fire, signal) => {
          this.begun.push(new Date(fire.dueMs).toISOString().slice(11, 16));
          if (dies) state.end = new Error("died");
          await new Promise<void>((resolve) => {
            if (dies) return;
            this.clock.schedule(this.clock.now() + this.drillMs, () => resolve());
            signal.addEventListener("abort", () => resolve());
          });
          return { outcome: signal.aborted ? "interrupted" : "passed", runs: ["run"] };
        },
        conditions: async () => this.against,
        onWaiting: ({ detail }) => this.waits.push(detail),
      },
      abort.signal,
    );
    void ended.then(
      (end) => (state.end ??= end),
      (error: Error) => (state.end ??= error),
    );
    return { state, abort, ended };
  }

  #log(isAlive: () => boolean): FireLog {
    return {
      read: async () => ({ entries: [...this.entries], last: this.entries.length }),
      append: async ({ last }, entry) => {
        if (last !== this.entries.length) return false;
        this.entries.push(entry);
        return true;
      },
      beat: async (fire, wallMs) => void (isAlive() && this.beats.set(fire, wallMs)),
      lastBeat: async (fire) => this.beats.get(fire) ?? null,
    };
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5_000) {
      await this.settle();
      await this.clock.advance(Math.min(left, 5_000));
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** In the log's own words, without stamps. */
  told(): string[] {
    return this.entries.map((entry) => {
      if (entry.type === "missed") return `missed ${entry.reason} x${entry.count}: ${entry.detail}`;
      return entry.type === "ended" ? `ended ${entry.outcome}` : entry.type;
    });
  }
}

const AT_1 = MIDNIGHT + HOUR;
const HOURLY = 'cron: "0 * * * *"';
let tasks: Tasks;
beforeEach(() => {
  tasks = new Tasks();
});

describe("a fire", () => {
  test("that nothing stands against starts at once, and its end is written down", async () => {
    await tasks.pass(HOUR);
    const { state } = tasks.task(HOURLY, AT_1);
    await tasks.pass(6 * MINUTE);
    expect(state.end).toEqual({ kind: "ran", result: { outcome: "passed", runs: ["run"] } });
    expect(tasks.told()).toEqual(["lane", "started", "ended passed"]);
  });

  test("that EventBridge asks for twice at once, and once more later, starts once", async () => {
    await tasks.pass(HOUR);
    const both = [tasks.task(HOURLY, AT_1), tasks.task(HOURLY, AT_1)];
    await tasks.pass(6 * MINUTE);
    const third = tasks.task(HOURLY, AT_1);
    await tasks.settle();
    expect(tasks.begun).toEqual(["01:00"]);
    expect(
      both
        .map(({ state }) => state.end)
        .map((end) => end && "kind" in end && end.kind)
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual(["elsewhere", "ran"]);
    expect(third.state.end).toEqual({ kind: "elsewhere" });
  });

  test("that ran does not run again when its schedule is timed anew", async () => {
    await tasks.pass(HOUR);
    tasks.task(HOURLY, AT_1);
    await tasks.pass(6 * MINUTE);
    const { state } = tasks.task('cron: "0 */1 * * *"', AT_1);
    await tasks.settle();
    expect(state.end).toEqual({ kind: "elsewhere" });
    expect(tasks.begun).toEqual(["01:00"]);
  });

  test("waits out its jitter in the task", async () => {
    await tasks.pass(HOUR);
    tasks.task(`${HOURLY}, jitter: 20m`, AT_1);
    await tasks.settle();
    expect(tasks.begun).toEqual([]);
    await tasks.pass(20 * MINUTE);
    expect(tasks.begun).toEqual(["01:00"]);
  });

  test.each([
    ["paused: true", "missed paused"],
    ["blockedDates: [2026-03-02]", "missed date"],
    ['blocked: ["22:00-04:00"]', "missed window"],
  ])("that %s forbids ends at once with the reason", async (member, reason) => {
    await tasks.pass(HOUR);
    const { state } = tasks.task(`${HOURLY}, ${member}`, AT_1);
    await tasks.settle();
    expect(state.end).toMatchObject({ kind: "missed" });
    expect(tasks.told()).toEqual(["lane", expect.stringContaining(reason)]);
    expect(tasks.begun).toEqual([]);
  });

  test("waits for its gate until the deadline, and says what stood against it", async () => {
    await tasks.pass(HOUR);
    tasks.against = { reason: "gate", detail: "RequestCount was 900, not below 100" };
    const { state } = tasks.task(`${HOURLY}, startDeadline: 10m, blockingAlarms: [pager]`, AT_1);
    await tasks.pass(9 * MINUTE);
    expect(state.end).toBeUndefined();
    await tasks.pass(2 * MINUTE);
    expect(state.end).toMatchObject({ kind: "missed", refusal: { reason: "gate" } });
    expect(tasks.waits).toEqual(["RequestCount was 900, not below 100"]);
  });

  test("whose task comes after its deadline is missed, and so are those whose task never came", async () => {
    await tasks.pass(HOUR);
    tasks.task(HOURLY, AT_1);
    await tasks.pass(3 * HOUR + 30 * MINUTE);
    const { state } = tasks.task(HOURLY, MIDNIGHT + 4 * HOUR);
    await tasks.settle();
    expect(state.end).toMatchObject({ kind: "missed", refusal: { reason: "down" } });
    expect(tasks.told().at(-1)).toBe(
      "missed down x3: no task of it came to a decision until its start deadline",
    );
  });

  test("waits for another schedule's drill in the environment, and then rests", async () => {
    await tasks.pass(HOUR);
    tasks.task(HOURLY, AT_1);
    await tasks.pass(MINUTE);
    tasks.task('cron: "1 * * * *", minimumRest: 3m', AT_1 + MINUTE);
    await tasks.pass(6 * MINUTE);
    expect(tasks.begun).toEqual(["01:00"]);
    expect(tasks.waits.join()).toContain("still ran in checkout");
    await tasks.pass(2 * MINUTE);
    expect(tasks.begun).toEqual(["01:00", "01:01"]);
  });

  test("of a task that died without a word is lost after two minutes, and the next one starts", async () => {
    await tasks.pass(HOUR);
    tasks.task(HOURLY, AT_1, true);
    await tasks.pass(MINUTE);
    tasks.task('cron: "1 * * * *"', AT_1 + MINUTE);
    await tasks.pass(MINUTE / 2);
    expect(tasks.begun).toEqual(["01:00"]);
    await tasks.pass(MINUTE);
    expect(tasks.begun).toEqual(["01:00", "01:01"]);
    expect(tasks.told()).toContain("ended lost");
  });

  test("whose drill outlasts two minutes is not taken for dead", async () => {
    tasks.drillMs = 8 * MINUTE;
    await tasks.pass(HOUR);
    tasks.task(HOURLY, AT_1);
    await tasks.pass(MINUTE);
    tasks.task('cron: "1 * * * *"', AT_1 + MINUTE);
    await tasks.pass(6.5 * MINUTE);
    expect(tasks.told()).not.toContain("ended lost");
    expect(tasks.begun).toEqual(["01:00"]);
  });

  test("that is ended by SIGTERM undoes its drill and says so; one that waits decides nothing", async () => {
    await tasks.pass(HOUR);
    const running = tasks.task(HOURLY, AT_1);
    await tasks.pass(MINUTE);
    running.abort.abort();
    const waiting = tasks.task(HOURLY, AT_1 + HOUR);
    await tasks.settle();
    waiting.abort.abort();
    await tasks.settle();
    expect(running.state.end).toMatchObject({ kind: "ran", result: { outcome: "interrupted" } });
    expect(waiting.state.end).toEqual({ kind: "interrupted" });
  });
});

test.each([
  [HOURLY, AT_1 + MINUTE, "is no fire"],
  ['cron: "30 2 * * *", zone: America/New_York', Date.parse("2026-03-08T07:00:00Z"), "skip"],
  ['cron: "30 1 * * *", zone: America/New_York', Date.parse("2026-11-01T06:30:00Z"), "second time"],
])("a time that the file does not name is refused: %s", async (members, dueMs, words) => {
  const { ended } = tasks.task(members, dueMs);
  await expect(ended).rejects.toThrow(words);
  expect(tasks.entries).toEqual([]);
});
