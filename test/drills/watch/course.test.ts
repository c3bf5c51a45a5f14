import { describe, expect, it } from "vitest";
import { courseOf, type Watched } from "../../../drills/watch/course.ts";

const BEGUN: Watched = {
  nowMs: 100_000,
  injectedMs: 0,
  holdMs: 240_000,
  sustainMs: 60_000,
  homeSinceMs: null,
  verifiedMs: null,
  faultEndedMs: null,
  lastBadMs: 99_000,
  lastFromCandidateMs: 99_900,
  lastGoodMs: 99_900,
};
const HOME: Partial<Watched> = { homeSinceMs: 80_000, verifiedMs: 79_000 };

describe("the course of a drill", () => {
  it.each<[string, Partial<Watched>, number | null | "on"]>([
    ["errors still come, the hold runs", {}, "on"],
    [
      "the hold ran out with errors",
      { nowMs: 240_000, lastBadMs: 239_000, lastGoodMs: 240_000 },
      null,
    ],
    [
      "home and good for the sustain time",
      { ...HOME, lastBadMs: 79_100, lastFromCandidateMs: 79_200, lastGoodMs: 139_200 },
      139_200,
    ],
    [
      "home, but a moment too early",
      { ...HOME, lastBadMs: 79_100, lastFromCandidateMs: 79_200, lastGoodMs: 139_199 },
      "on",
    ],
    [
      "home, but the candidate still answers, and well",
      { ...HOME, lastBadMs: 70_000, lastFromCandidateMs: 150_000, lastGoodMs: 150_000 },
      "on",
    ],
    [
      "home, then silence: nothing is sustained by nobody answering",
      {
        ...HOME,
        nowMs: 200_000,
        lastBadMs: 79_000,
        lastFromCandidateMs: 79_000,
        lastGoodMs: 90_000,
      },
      "on",
    ],
    [
      "home, and the last bad response came long before: sustain counts from the weights",
      { ...HOME, lastBadMs: 1_000, lastFromCandidateMs: 2_000, lastGoodMs: 138_999 },
      "on",
    ],
    [
      "home late in the hold gets time to show that it lasts",
      {
        homeSinceMs: 235_000,
        verifiedMs: 235_000,
        nowMs: 290_000,
        lastBadMs: 235_100,
        lastFromCandidateMs: 235_100,
        lastGoodMs: 290_000,
      },
      "on",
    ],
    [
      "home, but bad responses never stop",
      { ...HOME, nowMs: 360_000, lastBadMs: 359_000, lastGoodMs: 360_000 },
      null,
    ],
    [
      "the fault ended and errors stopped",
      { faultEndedMs: 50_000, lastBadMs: 49_000, lastGoodMs: 110_000 },
      110_000,
    ],
    [
      "no error for the last minute of the hold, without a reversion",
      { nowMs: 240_000, lastBadMs: 30_000, lastGoodMs: 239_900 },
      239_900,
    ],
    [
      "the load is dead at the end of the hold",
      { nowMs: 240_000, lastBadMs: null, lastGoodMs: null },
      null,
    ],
  ])("%s", (_what, seen, expected) => {
    expect(courseOf({ ...BEGUN, ...seen })).toEqual(
      expected === "on" ? { over: false } : { over: true, sustainedMs: expected },
    );
  });
});
