/** The service scheduler's decisions, as tables and as properties over whole rollouts. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, launchBackoffMs, type TaskPhase, type TaskView } from "../../../lab/ecs/decide.ts";

/** `N` new healthy, `n` starting, `u` unhealthy; `O`, `o`, `x` the same of the old deployment. */
function tasksOf(picture: string): TaskView[] {
  const phases: Record<string, TaskPhase> = {
    N: "healthy",
    n: "starting",
    u: "unhealthy",
    s: "stopping",
    O: "healthy",
    o: "starting",
    x: "unhealthy",
    z: "stopping",
  };
  return picture.split("").map((letter, index) => ({
    id: `${letter}${index}`,
    primary: "Nnus".includes(letter),
    phase: phases[letter]!,
  }));
}

test.each([
  // desired, minimum, maximum, tasks -> launch, stop, replace, steady
  ["a new service", 2, 100, 200, "", 2, "", "", false],
  ["on its way", 2, 100, 200, "Nn", 0, "", "", false],
  ["steady", 2, 100, 200, "NN", 0, "", "", true],
  ["steady at none", 0, 100, 200, "", 0, "", "", true],
  ["one crashed", 2, 100, 200, "N", 1, "", "", false],
  ["scaled out", 3, 100, 200, "NN", 1, "", "", false],
  ["scaled in: who serves nobody goes first", 1, 100, 200, "Nn", 0, "n1", "", false],
  ["a new deployment starts beside the old", 2, 100, 200, "OO", 2, "", "", false],
  ["no old one goes before a new one is healthy", 2, 100, 200, "OOnn", 0, "", "", false],
  ["an old one goes for each healthy new one", 2, 100, 200, "OONn", 0, "O0", "", false],
  ["the last old ones go", 2, 100, 200, "OONN", 0, "O0 O1", "", false],
  ["stopping old ones hold up the end", 2, 100, 200, "zzNN", 0, "", "", false],
  ["an unhealthy old one goes at once", 2, 100, 200, "xOnn", 0, "x0", "", false],
  ["no room above, so one goes first", 2, 50, 100, "OO", 0, "O0", "", false],
  ["then its place is taken", 2, 50, 100, "zO", 1, "", "", false],
  ["150 % of 3 is 4", 3, 100, 150, "OOO", 1, "", "", false],
  ["an unhealthy task gets a replacement first", 1, 100, 200, "u", 1, "", "", false],
  ["and stays until that is known", 1, 100, 200, "un", 0, "", "", false],
  ["then it goes", 1, 100, 200, "uN", 0, "", "u0", false],
  ["both unhealthy: back to the desired count", 1, 100, 200, "uu", 0, "", "u0", false],
  ["no room for a replacement: it goes first", 2, 50, 100, "Nu", 0, "", "u1", false],
])("%s", (_, desiredCount, low, high, picture, launch, stop, replace, steady) => {
  expect(
    decide({
      desiredCount,
      minimumHealthyPercent: low,
      maximumPercent: high,
      stalled: false,
      tasks: tasksOf(picture),
    }),
  ).toEqual({
    launch,
    stop: stop.split(" ").filter(Boolean),
    replace: replace.split(" ").filter(Boolean),
    steady,
  });
});

describe("any rollout", () => {
  const limits = fc.constantFrom([100, 200], [50, 100], [0, 100], [100, 150], [75, 125]);
  test("ends with the desired new tasks, within both limits on the way", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        limits,
        fc.nat(9),
        (desired, [low, high], old) => {
          const view = {
            desiredCount: desired,
            minimumHealthyPercent: low,
            maximumPercent: high,
            stalled: false,
          };
          let tasks = tasksOf("O".repeat(Math.min(old, desired)));
          const lower = Math.min(tasks.length, Math.ceil((desired * low) / 100));
          // Rounding can leave no room at all, as on AWS: 75 % and 125 % of two are two.
          fc.pre(Math.ceil((desired * low) / 100) < Math.floor((desired * high) / 100));
          for (let step = 0; step < 60; step++) {
            const decision = decide({ ...view, tasks });
            if (decision.steady) break;
            tasks = tasks.filter(({ id }) => !decision.stop.includes(id));
            expect(tasks.filter(({ phase }) => phase === "healthy").length).toBeGreaterThanOrEqual(
              lower,
            );
            tasks = tasks.map((task) => Object.assign({}, task, { phase: "healthy" }));
            for (let i = 0; i < decision.launch; i++) {
              tasks.push({ id: `new-${step}-${i}`, primary: true, phase: "starting" });
            }
            expect(tasks.length).toBeLessThanOrEqual(Math.floor((desired * high) / 100));
          }
          expect(tasks.map(({ primary }) => primary)).toEqual(Array(desired).fill(true));
        },
      ),
    );
  });
});

test.each([
  [1, 10_000],
  [2, 20_000],
  [5, 160_000],
  [30, 27 * 60_000],
])("after %i failures in a row the next launch waits %i ms", (failures, expected) => {
  expect(launchBackoffMs(failures)).toBe(expected);
});
