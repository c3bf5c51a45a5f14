/**
 * `npm run bench`: figures of this machine in one run, medians and ratios; nothing is asserted.
 * With `--install` it also installs a fresh copy from the lock file, which needs the registry.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageDirectory } from "../../scripts/paths.ts";
import { benchAlarms } from "./alarms.ts";
import { benchDataPlane } from "./dataplane.ts";
import { benchJudge } from "./judge.ts";
import { median } from "./median.ts";
import { benchRecovery } from "./recovery.ts";
import { benchReport } from "./report.ts";
import { benchSimulation } from "./simulation.ts";

const command = join(packageDirectory, "scripts", "backout.js");

function backout(...args: string[]): { seconds: number; stdout: string; code: number | null } {
  const startedAt = performance.now();
  const run = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { seconds: (performance.now() - startedAt) / 1000, stdout: run.stdout, code: run.status };
}

function show(what: string, seconds: readonly number[], goal: string): void {
  const figures = `median ${median(seconds).toFixed(1)} s, ${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} s`;
  console.log(`${what.padEnd(34)} ${figures}, n = ${seconds.length} (goal: ${goal})`);
}

function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const scratch = mkdtempSync(join(tmpdir(), "backout-bench-"));
try {
  const demos = [1, 2, 3].map((n) => {
    const run = backout("demo", "--json", "--out", join(scratch, `demo-${n}`));
    if (run.code !== 0) throw new Error(`the demo ended with ${run.code}: ${run.stdout}`);
    return run.seconds;
  });
  show("demo, start to end", demos, "under 45 s");

  backout("lab", "start", "--detach", "--port", "0");
  try {
    const previews = [1, 2, 3, 4, 5].map(() => backout("preview", "--json").seconds);
    show("preview of the example stack", previews, "under 3 s");
  } finally {
    backout("lab", "stop");
  }

  await benchAlarms();
  await benchDataPlane();

  benchJudge();
  await benchRecovery();
  await benchSimulation();
  benchReport();

  const megabytes = bytesBelow(join(packageDirectory, "node_modules")) / 1e6;
  console.log(`${"installed size".padEnd(34)} ${megabytes.toFixed(0)} MB (goal: under 700 MB)`);
  if (process.argv.includes("--install")) {
    for (const file of ["package.json", "package-lock.json"]) {
      cpSync(join(packageDirectory, file), join(scratch, file));
    }
    const startedAt = performance.now();
    execFileSync("npm", ["ci"], { cwd: scratch, stdio: "ignore" });
    show("npm ci", [(performance.now() - startedAt) / 1000], "under 60 s");
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
