import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { chooseFault } from "../../drills/faults/registry.ts";
import { drillRecordSchema, TIMELINE_EVENTS } from "../../drills/verdict/record.ts";
import { ReversionPath } from "../../guard/reversion.ts";
import { type Sandbox, sandbox } from "../e2e/command.ts";

const documentSchema = z.object({
  schemaVersion: z.literal(1),
  runs: z.array(drillRecordSchema),
  leftOut: z.array(z.object({ drill: z.string(), reason: z.string() })),
  broughtBack: z.array(z.object({ id: z.string(), ms: z.int().min(0) })),
});

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(async () => {
  await box.run("lab", "stop");
  box.remove();
});

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await box.run(...args, "--json");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as unknown;
}

test(
  "the whole catalogue, one drill after the other: each is reverted, and nothing is left",
  { timeout: 900_000 },
  async () => {
    await json("lab", "start", "--detach", "--port=0", "--speed=40");
    // Ten nominal seconds are a quarter of one here, and a busy machine sends little in that.
    const config = ["fastSignals=true", "minimumRequestsPerMinute=5", "secondWay=true"];
    await json("up", ...config.map((setting) => `--config=${setting}`));

    // What this target cannot carry is refused by name, before anything is done.
    for (const [name, why] of [
      ["bad-release-memory", /does not run on lab/],
      ["fis-experiment", /does not run on lab/],
      ["bad-release-content", /no signal here reads that/],
    ] as const) {
      const { code, stderr } = await box.run("drill", "run", name);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(why) });
    }
    // A tenant too small for any threshold: the figure is in the reason.
    const tenant = await box.run("drill", "run", "bad-release-tenant", "--set", "loadShare=0.02");
    expect(tenant.code).toBe(2);
    expect(tenant.stderr).toMatch(/"loadShare":0.02.*whose threshold is 5/);

    const { runs, leftOut, broughtBack } = documentSchema.parse(
      await json("drill", "run", "--all"),
    );
    expect(leftOut.map(({ drill }) => drill)).toEqual([
      "bad-release-content",
      "bad-release-memory",
      "fis-experiment",
    ]);
    expect(broughtBack).toHaveLength(runs.length);
    expect(runs.length).toBeGreaterThanOrEqual(25);
    const paths = new Map(runs.map(({ drill, path }) => [drill, path]));
    for (const record of runs) {
      expect(record).toMatchObject({
        drill: record.drill,
        verdict: "passed",
        recovery: "reverted",
        residue: [],
        traffic: { weightsBefore: { blue: 0, green: 100 }, weightsAfter: { blue: 100, green: 0 } },
      });
      const left = chooseFault(record.drill).homeBy ?? Object.values(ReversionPath);
      expect(left).toContain(record.path);
      // Floors are the alarms': probes may see it earlier.
      const floor = record.path === ReversionPath.Watchdog ? 0 : record.floors.detect;
      expect(record.durations.detect).toBeGreaterThanOrEqual(floor ?? Infinity);
      const events = new Set(record.timeline.map(({ event }) => event));
      const missing = TIMELINE_EVENTS.filter((event) => !events.has(event));
      // Nothing but an alarm is touched by a signal's fault, and failing checks may harm nobody.
      const mayHarmNobody = record.fidelity === "signal" || /readiness|checks/.test(record.drill);
      expect(missing.every((event) => mayHarmNobody && event.startsWith("impact."))).toBe(true);
    }
    // With these links cut nothing of the guard's own can act.
    for (const drill of ["guard-concurrency", "guard-function-crash", "guard-role-denied"]) {
      expect(paths.get(drill)).toBe("watchdog");
    }
  },
);
