/** Runner, lab and guard as processes of their own: whichever is killed, what it left can be finished. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, processesOf, type Sandbox, sandbox } from "../e2e/command.ts";

const SPEED = "40";

/** The processes that run the guard's function in the lab at `endpoint`. */
function guardsOf(endpoint: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      const guard = environment.includes("AWS_LAMBDA_FUNCTION_NAME=checkout-guard");
      return guard && environment.includes(endpoint) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

describe("a drill in a lab that stays", { timeout: 180_000 }, () => {
  let box: Sandbox;
  let journal: string;
  let endpoint: string;

  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await box.run(...args, "--json")).stdout) as Record<string, unknown>;

  beforeEach(async () => {
    box = sandbox();
    journal = join(box.directory, "journal");
    await box.run("lab", "start", "--detach", "--port=0", "--speed", SPEED);
    endpoint = String((await json("lab", "status"))["endpoint"]);
    expect(await json("up")).toMatchObject({ ok: true });
  });

  afterEach(async () => {
    await box.run("lab", "stop");
    expect(await eventually(() => processesOf(endpoint).length === 0)).toBe(true);
    expect(await eventually(() => readdirSync(box.temporary).length === 0)).toBe(true);
    box.remove();
  });

  test.each([
    ["before the fault", /watching slot/],
    ["while the fault acts", /impact\.first/],
    ["after the reversion", /weights\.verified/],
    ["while it undoes", /putting everything back/],
  ])("whose runner is killed %s is swept, and the next drill passes", async (_when, marker) => {
    const drill = box.start("drill", "run", "bad-release-errors", "--journal", journal);
    await drill.saw(marker);
    drill.kill("SIGKILL");
    await drill.finished;

    expect(await json("drill", "sweep", "--journal", journal)).toMatchObject({
      runs: [{ outcome: "swept", residue: [] }],
    });
    expect(await json("env", "status")).toMatchObject({
      weights: { blue: 100, green: 0 },
      phase: "idle",
      latch: null,
    });
    expect(await json("drill", "run", "bad-release-errors", "--journal", journal)).toMatchObject({
      verdict: "passed",
      residue: [],
    });
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);
  });

  test.each([
    ["before the fault: its lost event comes late and finds another candidate", null],
    [
      "while the fault acts: Lambda starts another and delivers a lost event again",
      /impact\.first/,
    ],
  ])("whose guard is killed %s, still passes", async (_when, marker) => {
    const drill = box.start("drill", "run", "bad-release-errors", "--journal", journal);
    if (marker) await drill.saw(marker);
    let killed = 0;
    const killer = setInterval(() => {
      for (const pid of killed === 0 ? guardsOf(endpoint) : []) {
        process.kill(pid, "SIGKILL");
        killed++;
      }
    }, 200);
    const { code, stdout } = await drill.finished;
    clearInterval(killer);
    expect(killed).toBeGreaterThan(0);
    expect(stdout).toContain("bad-release-errors on checkout: reverted");
    expect(code).toBe(0);
  });

  test("whose lab is killed ends with an error, and leaves nothing running", async () => {
    const drill = box.start("drill", "run", "bad-release-errors", "--journal", journal);
    await drill.saw(/impact\.first/);
    const { pid } = JSON.parse(readFileSync(join(box.directory, "lab.json"), "utf8")) as {
      pid: number;
    };
    process.kill(pid, "SIGKILL");
    expect((await drill.finished).code).toBe(3);
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);
  });
});
