import { describe, expect, it } from "vitest";
import { initialSignal, observeSignal, type SignalState } from "../../judge/signal.ts";
import { logWealth } from "../../judge/wealth.ts";

const SETTINGS = { tolerance: 0, clump: 1, control: null };

/** Every outcome of `requests`, with its probability. */
function outcomes(requests: number, rate: number): { events: number; probability: number }[] {
  let probability = (1 - rate) ** requests;
  return Array.from({ length: requests + 1 }, (_, events) => {
    const each = { events, probability };
    probability *= ((requests - events) / (events + 1)) * (rate / (1 - rate));
    return each;
  });
}

/** The mean of the wealth over every outcome of another batch of both slots at one rate. */
function meanAfter(state: SignalState, requests: number, rate: number): number {
  let mean = 0;
  for (const own of outcomes(requests, rate)) {
    for (const other of outcomes(requests, rate)) {
      const next = observeSignal(state, SETTINGS, {
        candidate: { requests, events: own.events },
        stable: { requests, events: other.events },
      });
      mean += own.probability * other.probability * Math.exp(logWealth(next.wealth));
    }
  }
  return mean;
}

/** The first alternative's stake after a batch with so many stable failures. */
function stakeAfter(events: number): number {
  const state = observeSignal(initialSignal(SETTINGS, 0.001), SETTINGS, {
    candidate: { requests: 100, events: 2 },
    stable: { requests: 100, events },
  });
  return state.wealth.logStakes[0] ?? Number.NaN;
}

describe("the test of one signal", () => {
  it.each([
    { rate: 0.002, requests: 100 },
    { rate: 0.02, requests: 100 },
    { rate: 0.2, requests: 60 },
    { rate: 0.7, requests: 30 },
  ])("gains nothing on average from equal slots: $requests requests at $rate", (each) => {
    const first = initialSignal(SETTINGS, 0.001);
    expect(meanAfter(first, each.requests, each.rate)).toBeLessThanOrEqual(1 + 1e-9);
    const second = observeSignal(first, SETTINGS, {
      candidate: { requests: 10, events: 5 },
      stable: { requests: 100, events: 1 },
    });
    const now = Math.exp(logWealth(second.wealth));
    expect(meanAfter(second, each.requests, each.rate)).toBeLessThanOrEqual(now * (1 + 1e-9));
  });

  it("bets on a batch by what came before it, never by the batch's own failures", () => {
    // One that knew the stable failures would not lose the same for each.
    const steps = [1, 2, 3, 4].map((events) => stakeAfter(events) - stakeAfter(events - 1));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? Number.NaN, 9);
  });

  it("guesses the stable rate by its last ten thousand requests, so that it follows a drift", () => {
    let state = initialSignal(SETTINGS, 0.001);
    for (const events of [50, 50, 50, 500, 500, 500, 500]) {
      state = observeSignal(state, SETTINGS, {
        candidate: { requests: 1, events: 0 },
        stable: { requests: 5000, events },
      });
    }
    expect(state.recent.requests).toBeCloseTo(10_000, 6);
    expect(state.recent.events / state.recent.requests).toBeGreaterThan(0.07);
    expect(state.totals.stable).toEqual({ requests: 35_000, events: 2150 });
  });
});
