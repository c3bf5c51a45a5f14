/** A thousand simulated drills, each with its own faults, kills and errors: every property holds in all. */
import { describe, expect, it } from "vitest";
import { REGRESSIONS } from "./regressions.ts";
import { FIRST_GUARD_FAULT_SEED } from "./scenario.ts";
import { simulate, type Simulated } from "./simulate.ts";

const FIRST_SEED = 1;
const SEEDS = 1_000;
const GUARD_FAULT_SEEDS = 300;

function failure({ seed, violations }: Simulated): string {
  return `seed ${seed}: ${violations.join("; ")}\n  npx node test/simulation/replay.ts --seed ${seed}`;
}

describe("simulated drills", { timeout: 180_000 }, () => {
  const ends = new Map<string, number>();

  it(`hold every property in ${SEEDS} seeds`, async () => {
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const simulated = await simulate(seed);
      const { record, swept, violations } = simulated;
      if (violations.length > 0) failures.push(failure(simulated));
      const end = record === null ? (swept ? "swept" : "died") : record.verdict;
      const path = record?.verdict === "passed" ? ` by ${record.path}` : "";
      ends.set(end + path, (ends.get(end + path) ?? 0) + 1);
    }
    expect(failures.join("\n")).toBe("");
  });

  it(`hold every property in ${GUARD_FAULT_SEEDS} seeds with a fault of the guard`, async () => {
    const failures: string[] = [];
    const passed = new Set<string>();
    const seeds = Array.from({ length: GUARD_FAULT_SEEDS }, (_, at) => FIRST_GUARD_FAULT_SEED + at);
    for (const seed of seeds) {
      const simulated = await simulate(seed);
      if (simulated.violations.length > 0) failures.push(failure(simulated));
      if (simulated.record?.verdict === "passed") passed.add(simulated.scenario.drill);
    }
    expect(failures.join("\n")).toBe("");
    expect(passed.size).toBeGreaterThanOrEqual(10);
    // Only the watchdog is left to these, and the simulation has none.
    for (const drill of ["guard-concurrency", "guard-function-crash", "guard-function-timeout"]) {
      expect(passed).not.toContain(drill);
    }
  });

  it("come to every end that a drill may have", () => {
    for (const end of ["passed by primary", "passed by sentinel", "passed by reconcile", "swept"]) {
      expect({ end, isOften: (ends.get(end) ?? 0) > 20 }).toEqual({ end, isOften: true });
    }
    for (const end of ["failed", "inconclusive", "interrupted", "not-run", "stuck-on-removal"]) {
      expect({ end, isThere: (ends.get(end) ?? 0) > 0 }).toEqual({ end, isThere: true });
    }
    expect(ends.get("passed by primary")).toBeLessThan(SEEDS / 2);
  });

  it("are the same for the same seed, byte for byte", async () => {
    for (const seed of [3, 351, 292]) {
      const again = JSON.stringify(await simulate(seed));
      expect(JSON.stringify(await simulate(seed))).toBe(again);
    }
  });
});

describe("seeds that once failed", () => {
  it.each(REGRESSIONS)("$seed: $once", async ({ seed }) => {
    const simulated = await simulate(seed);
    expect(simulated.violations.length > 0 ? failure(simulated) : "").toBe("");
  });
});
