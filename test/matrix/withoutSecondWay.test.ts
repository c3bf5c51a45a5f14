/**
 * The whole catalogue on a lab without any way home but the first: minutes of real processes, run by
 * `npm run drills`. With the second one it is test/matrix/catalogue.test.ts.
 */
import { DisableRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { listFaults } from "../../drills/faults/registry.ts";
import { drillRecordSchema } from "../../drills/verdict/record.ts";
import { environmentNames } from "../../guard/names.ts";
import { type Sandbox, sandbox } from "../e2e/command.ts";

const SETTINGS = ["secondWay=false", "fastSignals=true", "minimumRequestsPerMinute=5"];
const WITHOUT = SETTINGS.map((setting) => `--config=${setting}`);

const documentSchema = z.object({ runs: z.array(drillRecordSchema) });

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(async () => {
  await box.run("lab", "stop");
  box.remove();
});

async function provision(...config: string[]): Promise<void> {
  for (const args of [
    ["lab", "start", "--detach", "--port=0", "--speed=40"],
    ["up", ...WITHOUT, ...config],
  ]) {
    const { code, stderr } = await box.run(...args, "--json");
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  }
}

/** What is left of the ways home is the alarm's call alone: no watchdog, no sentinel, no look. */
async function removeTheLookOfEveryMinute(): Promise<void> {
  const status = await box.run("lab", "status", "--json");
  const { endpoint } = z.object({ endpoint: z.url() }).parse(JSON.parse(status.stdout));
  const credentials = { accessKeyId: "lab", secretAccessKey: "lab" };
  const events = new EventBridgeClient({ endpoint, region: "us-east-1", credentials });
  await events.send(new DisableRuleCommand({ Name: environmentNames("checkout").reconcileRule }));
  events.destroy();
}

async function runAll(): Promise<{ code: number | null; verdicts: Map<string, string> }> {
  const { code, stdout } = await box.run("drill", "run", "--all", "--json");
  const { runs } = documentSchema.parse(JSON.parse(stdout));
  for (const run of runs)
    expect({ drill: run.drill, residue: run.residue }).toMatchObject({ residue: [] });
  return { code, verdicts: new Map(runs.map((run) => [run.drill, run.verdict])) };
}

test(
  "without any other way home exactly those drills fail that break the first one",
  { timeout: 1_800_000 },
  async () => {
    await provision();
    await removeTheLookOfEveryMinute();
    const { code, verdicts } = await runAll();
    expect(verdicts.size).toBeGreaterThanOrEqual(25);
    const failed = [...verdicts].filter(([, verdict]) => verdict !== "passed");
    const broken = listFaults().filter(({ homeBy }) => homeBy && !homeBy.includes("primary"));
    expect(new Map(failed)).toEqual(new Map(broken.map(({ name }) => [name, "failed"])));
    expect(code).toBe(1);
  },
);
