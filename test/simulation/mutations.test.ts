/** A simulation in which every property holds proves nothing, unless it finds what is known to be wrong. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mutation, MUTATIONS } from "./mutations.ts";
import { scenarioOf } from "./scenario.ts";
import type { simulate } from "./simulate.ts";

const project = join(import.meta.dirname, "..", "..");
const FOLDERS = [
  "base",
  "guard",
  "judge",
  "drills",
  "sidecar",
  "lab/cloudwatch/alarms",
  "test/simulation",
  "test/drills",
  "test/guard",
  "test/judge",
];
/** Of which those are run whose scenario can show it. */
const MOST_SEEDS = 5_000;

describe("the simulation notices when", { timeout: 120_000 }, () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "backout-simulation-"));
    writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module" }));
    symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** The simulation, over the project's code with one change. */
  async function mutated({ edits }: Mutation, index: number): Promise<typeof simulate> {
    const copy = join(root, String(index));
    for (const folder of FOLDERS) {
      cpSync(join(project, folder), join(copy, folder), { recursive: true });
    }
    for (const { file, from, to } of edits) {
      const path = join(copy, file);
      const parts = readFileSync(path, "utf8").split(from);
      expect(parts, `${from} is in ${file} once`).toHaveLength(2);
      writeFileSync(path, parts.join(to));
    }
    const path = join(copy, "test", "simulation", "simulate.ts");
    const module: { readonly simulate: typeof simulate } = await import(path);
    return module.simulate;
  }

  test.each(MUTATIONS.map((mutation, index) => [mutation.without, mutation, index] as const))(
    "%s",
    async (_without, mutation, index) => {
      const run = await mutated(mutation, index);
      const { among = () => true, firstSeed = 1 } = mutation;
      for (let seed = firstSeed; seed < firstSeed + MOST_SEEDS; seed++) {
        if (!among(scenarioOf(seed))) continue;
        const { violations } = await run(seed);
        if (violations.some((violation) => violation.startsWith(mutation.breaks))) return;
      }
      expect.fail(`${MOST_SEEDS} seeds, and "${mutation.breaks}" held`);
    },
  );
});
