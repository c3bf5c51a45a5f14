import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_SETTINGS,
  parseSettings,
  renderSettings,
  type RolloutSettings,
  settingsOfTag,
  STEPS,
} from "../../../guard/rollout/settings.ts";
import { parseSteps, stepProblems } from "../../../guard/rollout/steps.ts";

const MINUTE = 60_000;

describe("steps", () => {
  test("are written as weight, bake and gate", () => {
    expect(parseSteps("5:5m, 25:90s 50:1h:gate")).toEqual({
      places: [0, 1, 2],
      problems: [],
      steps: [
        { weight: 5, bakeMs: 5 * MINUTE, gate: false },
        { weight: 25, bakeMs: 90_000, gate: false },
        { weight: 50, bakeMs: 60 * MINUTE, gate: true },
      ],
    });
  });

  test.each([
    ["", "steps"],
    ["5", "steps[0]"],
    ["5:5", "steps[0]"],
    ["5:5m:door", "steps[0]"],
    ["5:5m 5:5m", "steps[1].weight"],
    ["50:5m 5:5m", "steps[1].weight"],
    ["-1:5m", "steps[0].weight"],
    ["101:5m", "steps[0].weight"],
    ["1000:5m", "steps[0].weight"],
    ["0.5:5m", "steps[0].weight"],
    ["5:8d", "steps[0].bake"],
  ])("%j is refused at %s", (text, field) => {
    const { steps, problems } = parseSteps(text);
    const all = problems.length > 0 ? problems : stepProblems(steps);
    expect(all.map((problem) => problem.field)).toEqual([field]);
  });
});

describe("a rollout's settings", () => {
  const behind: RolloutSettings = { ...DEFAULT_SETTINGS, steps: STEPS.canary };

  test("fit into one tag of AWS, and come back from it whole", () => {
    const step = fc.record({
      weight: fc.integer({ min: 0, max: 100 }),
      bakeMs: fc.integer({ min: 0, max: 7 * 1440 }).map((minutes) => minutes * MINUTE),
      gate: fc.boolean(),
    });
    const rising = fc
      .uniqueArray(step, { minLength: 1, maxLength: 5, selector: ({ weight }) => weight })
      .map((steps) => steps.sort((a, b) => a.weight - b.weight));
    const settings = fc.record({
      steps: rising,
      onBad: fc.constantFrom("revert", "hold"),
      minimumRequests: fc.integer({ min: 0, max: 1_000_000 }),
      decideWithinMs: fc.nat(10_000).map((seconds) => seconds * 1000),
      onDeadline: fc.constantFrom("abort", "hold", "proceed"),
      warmMs: fc.nat(10_000).map((seconds) => seconds * 1000),
    });
    fc.assert(
      fc.property(settings, (given) => {
        const tag = renderSettings(given);
        expect(tag).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
        expect(settingsOfTag(tag)).toEqual(given);
      }),
    );
  });

  test.each([undefined, "", "steps", "5:5m onBad=explode"])("%j is no tag of ours", (tag) => {
    expect(settingsOfTag(tag)).toBeUndefined();
  });

  test("what is said counts, what is not stands as it was", () => {
    const { settings, problems } = parseSettings({ steps: "10:5m", warm: "2h" }, behind);
    expect(problems).toEqual([]);
    expect(settings).toEqual({
      ...behind,
      steps: [{ weight: 10, bakeMs: 5 * MINUTE, gate: false }],
      warmMs: 120 * MINUTE,
    });
  });

  test("every problem is reported at once", () => {
    const texts = { steps: "9:5m 5:5m", onBad: "x", minimumRequests: "-1", warm: "soon" };
    const { problems } = parseSettings(texts, behind);
    expect(problems.map(({ field }) => field)).toEqual([
      "steps[1].weight",
      "onBad",
      "minimumRequests",
      "warm",
    ]);
  });
});
