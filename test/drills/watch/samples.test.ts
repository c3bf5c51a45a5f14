import { describe, expect, it } from "vitest";
import { ManualClock, ScaledClock } from "../../../base/clock.ts";
import { LoadRecorder } from "../../../drills/watch/loadRecorder.ts";
import { type Moment, type SampledLoad, Sampler } from "../../../drills/watch/samples.ts";

const MOMENT: Moment = {
  look: {
    weights: { blue: 0, green: 100 },
    sticky: false,
    alarm: { state: "OK", transitionedMs: 1 },
    reports: null,
  },
  step: "observe",
  faultActive: null,
  last: false,
};

class Load implements SampledLoad {
  readonly recorder = new LoadRecorder({ slowAfterMs: 1_000, slowsByMs: 0 });
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  answer(slot: "blue" | "green" | null, status: number | null, tookMs: number): void {
    this.recorder.sent();
    this.recorder.completed({
      startedWallMs: this.#clock.wall() - tookMs,
      completedWallMs: this.#clock.wall(),
      status,
      slot,
      error: null,
    });
  }

  snapshot() {
    return this.recorder.snapshot();
  }

  p99(wallMs: number) {
    return this.recorder.p99(this.#clock.wall() - wallMs);
  }
}

describe("a sample", () => {
  it("holds what came since the last one, by slot, and what the look showed", async () => {
    const clock = new ManualClock(10_000);
    const load = new Load(clock);
    const sampler = new Sampler(clock);
    load.answer("green", 200, 5);
    expect(sampler.take(MOMENT, load)).toBeUndefined();

    await clock.advance(2_000);
    for (let count = 1; count <= 50; count++) load.answer("green", 200, count);
    load.answer("green", 500, 80);
    load.answer("blue", 200, 7);
    load.answer(null, null, 10_000);
    load.recorder.notSent();
    expect(sampler.take(MOMENT, load)).toEqual({
      at: "1970-01-01T00:00:12.000Z",
      spanMs: 2_000,
      spanWallMs: 2_000,
      step: "observe",
      weights: { blue: 0, green: 100 },
      alarmState: "OK",
      faultActive: null,
      slots: {
        blue: { requests: 1, errors: 0, p99Ms: 7 },
        green: { requests: 51, errors: 1, p99Ms: 80 },
        unknown: { requests: 1, errors: 1, p99Ms: null },
      },
      bad: 2,
      notSent: 1,
    });

    await clock.advance(2_000);
    expect(sampler.take(MOMENT, load)).toMatchObject({
      slots: { green: { requests: 0, errors: 0, p99Ms: null } },
      bad: 0,
    });
  });

  it("is not taken before two nominal seconds have passed", async () => {
    const clock = new ManualClock(0);
    const load = new Load(clock);
    const sampler = new Sampler(clock);
    let taken = 0;
    for (let ms = 0; ms <= 10_000; ms += 250) {
      if (sampler.take(MOMENT, load)) taken++;
      await clock.advance(250);
    }
    expect(taken).toBe(5);
  });

  it("of the last look is taken at once", async () => {
    const clock = new ManualClock(0);
    const load = new Load(clock);
    const sampler = new Sampler(clock);
    sampler.take(MOMENT, load);
    expect(sampler.take({ ...MOMENT, last: true }, load)).toBeUndefined();
    await clock.advance(7);
    expect(sampler.take({ ...MOMENT, last: true }, load)).toMatchObject({ spanMs: 7 });
  });

  it("is not taken more than four times a wall second, however fast the clock runs", () => {
    class FastClock extends ScaledClock {
      wallMs = 0;
      override now(): number {
        return this.toNominal(this.wallMs);
      }
      override wall(): number {
        return this.wallMs;
      }
    }
    const clock = new FastClock(100, 0, 0);
    const load = new Load(new ManualClock(0));
    const sampler = new Sampler(clock);
    let taken = 0;
    for (; clock.wallMs <= 10_000; clock.wallMs += 50) if (sampler.take(MOMENT, load)) taken++;
    expect(taken).toBe(40);
  });

  it("comes rarely in a drill of hours: a day is some thousand of them", async () => {
    const clock = new ManualClock(0);
    const load = new Load(clock);
    const sampler = new Sampler(clock);
    let taken = 0;
    for (let seconds = 0; seconds <= 86_400; seconds += 2) {
      if (sampler.take(MOMENT, load)) taken++;
      await clock.advance(2_000);
    }
    expect(taken).toBeGreaterThan(1_000);
    expect(taken).toBeLessThan(4_000);
  });
});
