/** The steps of a rollout as people write them, and every rule that they must obey. */
import { formatDuration, parseDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import type { Step } from "./rollout.ts";

/** `5:5m 25:10m 50:10m:gate`: percent of the traffic, bake time, and a gate where a person decides. */
const STEP_FORM = "WEIGHT:BAKE or WEIGHT:BAKE:gate, such as 5:5m or 50:10m:gate";
const MOST_STEPS = 20;

/** Steps separated by blanks or commas; what cannot be read is among the problems. */
export function parseSteps(text: string): {
  readonly steps: readonly Step[];
  /** Of each of them, its place in the text. */
  readonly places: readonly number[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const steps: Step[] = [];
  const places: number[] = [];
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  words.forEach((word, index) => {
    const [, weight, bake, gate] = /^(-?\d+(?:\.\d+)?):([^:]+)(:gate)?$/.exec(word) ?? [];
    const bakeMs = bake === undefined ? undefined : parseDuration(bake);
    if (weight === undefined || bakeMs === undefined) {
      problems.push({ field: `steps[${index}]`, value: word, allowed: STEP_FORM });
    } else {
      steps.push({ weight: Number(weight), bakeMs, gate: gate !== undefined });
      places.push(index);
    }
  });
  return { steps, places, problems };
}

/** As `parseSteps` reads it. */
export function renderSteps(steps: readonly Step[]): string {
  return steps
    .map(({ weight, bakeMs, gate }) => `${weight}:${bakeMs / 1000}s${gate ? ":gate" : ""}`)
    .join(" ");
}

/**
 * What can be said of steps without an environment.
 *
 * @param places of the steps, where others between them could not be read
 */
export function stepProblems(
  steps: readonly Step[],
  places: readonly number[] = steps.map((_, index) => index),
): Problem[] {
  const problems: Problem[] = [];
  if (steps.length === 0 || steps.length > MOST_STEPS) {
    problems.push({ field: "steps", value: steps.length, allowed: `1 to ${MOST_STEPS} steps` });
  }
  steps.forEach(({ weight, bakeMs }, index) => {
    const field = `steps[${places[index]}]`;
    if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
      problems.push({
        field: `${field}.weight`,
        value: weight,
        allowed: "a whole percentage from 0 to 100 of the traffic",
      });
    }
    const before = steps[index - 1];
    if (before && weight <= before.weight) {
      problems.push({
        field: `${field}.weight`,
        value: weight,
        allowed: `more than ${before.weight}, the weight of the step before`,
        fix: "steps rise: what is bad goes home at once, not down a step",
      });
    }
    if (bakeMs > 7 * 86_400_000) {
      problems.push({
        field: `${field}.bake`,
        value: formatDuration(bakeMs),
        allowed: "at most 7 days",
      });
    }
  });
  return problems;
}
