/** A search that finds nothing proves nothing, unless it finds what is known to be wrong. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corners } from "./corners.ts";
import { hookScenarios } from "./hookScenarios.ts";
import { explore } from "./explore.ts";
import { type Mutation, MUTATIONS } from "./mutations.ts";
import { type Code, scenarios } from "./scenarios.ts";

const project = join(import.meta.dirname, "..", "..", "..");

describe("the search ends badly when", { timeout: 60_000 }, () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "backout-mutations-"));
    writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module" }));
    symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** The guard's code with one change. */
  async function mutated({ file, from, to }: Mutation, index: number): Promise<Code> {
    const copy = join(root, String(index));
    for (const folder of ["base", "guard", "judge"]) {
      cpSync(join(project, folder), join(copy, folder), { recursive: true });
    }
    const path = join(copy, "guard", file);
    const parts = readFileSync(path, "utf8").split(from);
    expect(parts, `${from} is in ${file} once`).toHaveLength(2);
    writeFileSync(path, parts.join(to));
    const load = (module: string): Promise<Partial<Code>> => import(join(copy, "guard", module));
    const modules = ["authority.ts", "handle.ts", "rollout/tick.ts"].map(load);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the modules of the guard itself
    return Object.assign({}, ...(await Promise.all(modules))) as Code;
  }

  test.each(MUTATIONS.map((mutation, index) => [mutation.without, mutation, index] as const))(
    "%s",
    async (_without, mutation, index) => {
      const code = await mutated(mutation, index);
      const named = { ...scenarios(code), ...corners(code), ...hookScenarios(code) }[
        mutation.noticedBy
      ];
      if (!named) throw new Error(`there is no scenario "${mutation.noticedBy}"`);
      const { violation } = await explore(named.scenario, named.bounds);
      expect(violation).not.toBeNull();
    },
  );
});
