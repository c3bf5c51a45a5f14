import { expect, test } from "vitest";
import type { Fire } from "../../../drills/schedule/decide.ts";
import { parseSchedules } from "../../../drills/schedule/file.ts";
import { runFire } from "../../../drills/schedule/runFire.ts";
import { type Switches, Simulation } from "../simulation.ts";

function fireOf(drills: string): Fire {
  const text = `version: 1\nschedules: [{name: s, environments: [checkout], drills: [${drills}], cron: 0 2 * * *}]`;
  const [schedule] = parseSchedules(text, "test.yaml", 0);
  if (!schedule) throw new Error("no schedule");
  return { lane: "s/checkout", environment: "checkout", schedule, dueMs: 0, startMs: 0 };
}

async function run(drills: string, switches: Switches = {}, signal?: AbortSignal) {
  const simulation = new Simulation(switches);
  let closed = 0;
  const connection = { ...simulation.ports(), close: () => void closed++ };
  const running = runFire(
    fireOf(drills),
    signal ?? new AbortController().signal,
    async () => connection,
  );
  const result = await simulation.until(running);
  expect(closed).toBe(1);
  return { result, journal: simulation.journal.entries() };
}

test("the fire's drills run through the real runner, into the journal", async () => {
  const { result, journal } = await run("bad-release-errors");
  expect(result.outcome).toBe("passed");
  const records = journal.filter(({ type }) => type === "record").map(({ runId }) => runId);
  expect(result.runs).toEqual(records);
});

test("the worst verdict is the fire's", async () => {
  const { result } = await run("bad-release-errors", { broken: "permission" });
  expect(result.outcome).toBe("failed");
});

test("after residue no further drill is begun", async () => {
  const { result } = await run("bad-release-errors, bad-release-crash", { leaseStuck: true });
  expect(result.outcome).toBe("stuck-on-removal");
  expect(result.runs).toHaveLength(1);
});

test("interrupted before it begins, nothing runs", async () => {
  const { result } = await run("bad-release-errors", {}, AbortSignal.abort());
  expect(result).toEqual({ outcome: "interrupted", runs: [] });
});

test("an environment that cannot be reached is an outcome", async () => {
  const result = await runFire(fireOf("bad-release-errors"), new AbortController().signal, () =>
    Promise.reject(new Error("no such environment")),
  );
  expect(result).toEqual({ outcome: "error: no such environment", runs: [] });
});
