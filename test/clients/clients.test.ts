/**
 * Clients that are not ours against a lab: boto3 and the AWS CLI, where the machine has them.
 * `BACKOUT_PYTHONS` names further interpreters, colon-separated: one with an old boto3, say.
 */
import { spawn, spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lab, startLab } from "../../lab/lab.ts";

const PYTHONS = [
  ...new Set(["python3", ...(process.env["BACKOUT_PYTHONS"] ?? "").split(delimiter)]),
].filter(Boolean);
/** Milliseconds: starting Python for each command of the CLI takes its time. */
const timeout = 180_000;

/** Fast enough that a minute's evaluation takes a second. */
const SPEED = 60;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ speed: SPEED, images: {} });
});
afterAll(() => lab.stop());

describe.each(PYTHONS)("boto3 of %s", (python) => {
  test.skipIf(lacks(python, "-c", "import boto3"))("passes lab_check.py", { timeout }, async () => {
    expect(await failuresOf(python, here("lab_check.py"), lab.endpoint)).toEqual([]);
  });
});

describe("the AWS CLI", () => {
  test.skipIf(lacks("aws", "--version"))("passes awsCli.sh", { timeout }, async () => {
    expect(await failuresOf("bash", here("awsCli.sh"), lab.endpoint)).toEqual([]);
  });
});

/** Whether the machine has no such client; says so, since a skipped test is easily overlooked. */
function lacks(program: string, ...probe: readonly string[]): boolean {
  const there = spawnSync(program, probe, { stdio: "ignore" }).status === 0;
  if (!there) console.log(`SKIPPED: this machine has no ${[program, ...probe].join(" ")}`);
  return !there;
}

/** The lines of checks that failed; all that was said when it ended in another way. */
async function failuresOf(program: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { output, code } = await run(program, args);
  if (code === 0) return [];
  const failures = output.split("\n").filter((line) => line.startsWith("FAIL"));
  return failures.length > 0 ? failures : [output];
}

/** The lab is in this process: waiting must not block it. */
function run(program: string, args: readonly string[]) {
  const child = spawn(program, args, {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise<{ output: string; code: number | null }>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ output, code }));
  });
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
