/** A definition's drill, a dry run and the stop, as a user types them; the stop comes from elsewhere. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually, type Sandbox, sandbox } from "./command.ts";

const DEFINITION = join(import.meta.dirname, "../../examples/drills/checkout.yaml");
const record = z.looseObject({ verdict: z.string(), reason: z.string().nullable() });

describe("drills by definition", { timeout: 90_000 }, () => {
  let box: Sandbox;
  let journal: string;
  let endpoint: string;
  beforeAll(async () => {
    box = sandbox();
    journal = join(box.directory, "journal");
    await box.run("lab", "start", "--detach", "--speed", "20", "--port", "0", "--json");
    await box.run("up");
    const status = await box.run("lab", "status", "--json");
    endpoint = z.looseObject({ endpoint: z.string() }).parse(JSON.parse(status.stdout)).endpoint;
  });
  afterAll(async () => {
    await box.run("lab", "stop");
    box.remove();
  });

  /** Everything in the lab that a drill could change. */
  const state = async (): Promise<unknown> => {
    const { stdout } = await box.run("env", "status", "checkout", "--json");
    const shown: unknown = JSON.parse(stdout);
    return shown;
  };

  test("a dry run tells the steps and leaves no trace", async () => {
    // Alarms that have not spoken yet are waited for, and a dry run says so.
    const ready = async (): Promise<boolean> =>
      (await box.run("drill", "run", DEFINITION, "--dry-run")).code === 0;
    expect(await eventually(ready, 40_000)).toBe(true);
    const before = await state();
    const { code, stdout } = await box.run("drill", "run", DEFINITION, "--dry-run", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      drill: "checkout-under-errors",
      fault: "bad-release-errors",
      ready: true,
      problems: [],
    });
    expect(code).toBe(0);
    expect(existsSync(journal)).toBe(false);
    expect(await state()).toEqual(before);
  });

  test("all mistakes of a definition at once, before anything is asked of the lab", async () => {
    const bad = join(box.temporary, "bad.yaml");
    writeFileSync(bad, "version: 1\nname: x y\nfault: { name: meteor }\nhold: soon\n");
    const { code, stderr } = await box.run("drill", "run", bad);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /bad\.yaml:2:7: name.*bad\.yaml:3:16: fault\.name.*bad\.yaml:4:7: hold/s,
    );
    expect(existsSync(journal)).toBe(false);
  });

  test("an abort alarm that reverts is refused", async () => {
    const own = join(box.temporary, "own.yaml");
    const fault = "fault: { name: bad-release-errors }";
    writeFileSync(own, `version: 1\nname: own\n${fault}\nabortAlarm: checkout-green\n`);
    const { code, stderr } = await box.run("drill", "run", own);
    expect(code).toBe(2);
    expect(stderr).toMatch(/abortAlarm: "checkout-green".*does not revert this environment/);
  });

  test("stopped from another machine it undoes and ends; SIGTERM does the same", async () => {
    const elsewhere = sandbox();
    try {
      const running = box.start("drill", "run", DEFINITION);
      await running.saw(/fault\.injected/);
      const args = ["drill", "stop", "--all", "--reason", "incident", "--endpoint", endpoint];
      expect((await elsewhere.run(...args)).stdout).toMatch(/checkout: drills are stopped/);
      const { code, stdout } = await running.finished;
      expect(code).toBe(130);
      expect(stdout).toMatch(/INTERRUPTED.*residue: none/s);

      const refused = await box.run("drill", "run", "bad-release-errors", "--json");
      expect(refused.code).toBe(3);
      expect(record.parse(JSON.parse(refused.stdout))).toMatchObject({ verdict: "not-run" });
      await elsewhere.run("drill", "stop", "checkout", "--clear", "--endpoint", endpoint);

      const again = box.start("drill", "run", DEFINITION);
      await again.saw(/fault\.injected/);
      again.kill("SIGTERM");
      const ended = await again.finished;
      expect(ended.code).toBe(130);
      expect(ended.stdout).toMatch(/residue: none/);
    } finally {
      elsewhere.remove();
    }
  });
});
