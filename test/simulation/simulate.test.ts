/** A thousand simulated drills, each with its own faults, kills and errors: every property holds in all. */
import { describe, expect, it } from "vitest";
import { REGRESSIONS } from "./regressions.ts";
import { simulate, type Simulated } from "./simulate.ts";

const FIRST_SEED = 1;
const SEEDS = 1_000;

function failure({ seed, violations }: Simulated): string {
  return `seed ${seed}: ${violations.join("; ")}\n  node test/simulation/replay.ts --seed ${seed}`;
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
