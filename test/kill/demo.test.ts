/** At every step of the demo: an interrupt undoes, a kill leaves nothing, and the next run works. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, processesOf, type Running, type Sandbox, sandbox } from "../e2e/command.ts";

const SPEED = "40";

/** What the demo prints when it enters each of its steps, in order. */
const STEPS: readonly [string, RegExp][] = [
  ["lab started", /lab at /],
  ["stack provisioned", /stack provisioned/],
  ["preflight", /checking that the environment is ready/],
  ["traffic moved", /moving all traffic/],
  ["baseline", /watching slot/],
  ["fault about to be injected", /breaking slot/],
  ["fault active", /fault\.injected/],
  ["errors seen", /impact\.first/],
  ["alarm", /alarm\.transitioned|reversion\.decided|weights\.verified/],
  ["recovered", /recovery\.sustained/],
];

/** From here on everything is measured: an interrupt changes no verdict, and the undo goes on. */
const AFTER_THE_VERDICT: readonly [string, RegExp][] = [
  ["undo", /putting everything back/],
  ["fault removed", /fault\.removed/],
];

async function startDemo(box: Sandbox): Promise<{ demo: Running; endpoint: string; out: string }> {
  const out = join(box.directory, "demo");
  const demo = box.start("demo", "--speed", SPEED, "--out", out);
  const [, endpoint = "?"] = /lab at (\S+),/.exec(await demo.saw(/lab at \S+,/)) ?? [];
  return { demo, endpoint, out };
}

async function expectNothingLeft(box: Sandbox, endpoint: string): Promise<void> {
  expect(await eventually(() => processesOf(endpoint).length === 0)).toBe(true);
  await expect(fetch(endpoint)).rejects.toThrow("fetch failed");
  expect(await eventually(() => readdirSync(box.temporary).length === 0)).toBe(true);
}

async function expectWholeJournal(box: Sandbox, out: string): Promise<void> {
  const journal = join(out, "journal");
  if (!existsSync(join(journal, "journal.jsonl"))) return;
  const verified = await box.run("report", "verify", "--journal", journal, "--json");
  expect(verified).toMatchObject({ code: 0 });
}

describe("a demo that is ended", { timeout: 120_000 }, () => {
  let box: Sandbox;
  beforeEach(() => {
    box = sandbox();
  });
  afterEach(() => box.remove());

  describe.each(["SIGINT", "SIGTERM"] as const)("by %s", (signal) => {
    test.each(STEPS)("at step: %s", async (_step, marker) => {
      const { demo, endpoint, out } = await startDemo(box);
      await demo.saw(marker);
      demo.kill(signal);
      expect((await demo.finished).code).toBe(130);
      await expectNothingLeft(box, endpoint);
      await expectWholeJournal(box, out);
    });
  });

  test.each(AFTER_THE_VERDICT)("by SIGINT at step: %s", async (_step, marker) => {
    const { demo, endpoint, out } = await startDemo(box);
    await demo.saw(marker);
    demo.kill("SIGINT");
    expect(await demo.finished).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("residue.none"),
    });
    await expectNothingLeft(box, endpoint);
    await expectWholeJournal(box, out);
  });

  test.each([...STEPS, ...AFTER_THE_VERDICT])("by kill -9 at step: %s", async (_step, marker) => {
    const { demo, endpoint, out } = await startDemo(box);
    await demo.saw(marker);
    demo.kill("SIGKILL");
    expect((await demo.finished).signal).toBe("SIGKILL");
    await expectNothingLeft(box, endpoint);
    await expectWholeJournal(box, out);
  });
});

describe("after a demo that was killed while its fault was active", { timeout: 120_000 }, () => {
  const box = sandbox();
  afterAll(() => box.remove());

  test("the next demo writes to the same journal and passes", async () => {
    const { demo, endpoint, out } = await startDemo(box);
    await demo.saw(/impact\.first/);
    demo.kill("SIGKILL");
    await demo.finished;
    await expectNothingLeft(box, endpoint);
    const next = await box.run("demo", "--speed", SPEED, "--out", out, "--json");
    expect(JSON.parse(next.stdout)).toMatchObject({ verdict: "passed", residue: [] });
    await expectWholeJournal(box, out);
  });
});
