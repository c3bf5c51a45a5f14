/**
 * Clients that are not ours against a lab: boto3, the AWS CLI and aws-sdk-go-v2, where the machine
 * has them. `BACKOUT_PYTHONS` names the interpreters with a boto3, colon-separated, `BACKOUT_AWS` the
 * CLI; by default they are looked for on the PATH.
 */
import { delimiter } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lab, startLab } from "../../lab/lab.ts";
import { failuresOf, here, lacks } from "./outside.ts";

const PYTHONS = (process.env["BACKOUT_PYTHONS"] || "python3").split(delimiter).filter(Boolean);
const AWS = process.env["BACKOUT_AWS"] || "aws";
/** Milliseconds: starting Python for each command of the CLI takes its time, and so does Go's compiler. */
const timeout = 300_000;

/** Fast enough that a minute's evaluation takes a second. */
const SPEED = 60;
const IMAGES = {
  "check-idle": { command: ["sleep", "1000"] },
  "check-broken": { command: ["/no/such/program"] },
};

let running: Lab;
let byHand: Lab;
beforeAll(async () => {
  running = await startLab({ speed: SPEED, images: IMAGES });
  byHand = await startLab({ manualClock: true, images: IMAGES });
});
afterAll(async () => {
  await running.stop();
  await byHand.stop();
});

describe.each(PYTHONS)("boto3 of %s", (python) => {
  const missing = lacks("no boto3", { program: python, args: ["-c", "import boto3"] });

  test.skipIf(missing)("passes lab_check.py", { timeout }, async () => {
    expect(await failuresOf(python, [here("lab_check.py"), running.endpoint])).toEqual([]);
  });

  test.skipIf(missing)("passes clock_check.py", { timeout }, async () => {
    expect(await failuresOf(python, [here("clock_check.py"), byHand.endpoint])).toEqual([]);
  });
});

describe("the AWS CLI", () => {
  const missing = lacks("no AWS CLI", { program: AWS, args: ["--version"] });
  const env = { BACKOUT_AWS: AWS };

  test.skipIf(missing)("passes awsCli.sh", { timeout }, async () => {
    expect(await failuresOf("bash", [here("awsCli.sh"), running.endpoint], { env })).toEqual([]);
  });

  test.skipIf(missing)("passes awsCliByHand.sh", { timeout }, async () => {
    expect(await failuresOf("bash", [here("awsCliByHand.sh"), byHand.endpoint], { env })).toEqual(
      [],
    );
  });
});

describe("aws-sdk-go-v2", () => {
  const cwd = here("go");
  const missing = lacks("no Go, or no modules for it", {
    program: "go",
    args: ["mod", "download"],
    cwd,
  });

  test.skipIf(missing)("passes its program", { timeout }, async () => {
    expect(await failuresOf("go", ["run", ".", running.endpoint], { cwd })).toEqual([]);
  });
});
