/** Real processes: what the keeper starts ends with it, however the lab itself ends. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hexId } from "../../base/ids.ts";
import { LineSplitter } from "../../lab/keeper/lines.ts";
import { ProcessKeeper } from "../../lab/keeper.ts";

const env = { PATH: process.env["PATH"] ?? "" };
let directory: string;
let keeper: ProcessKeeper;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keeper-"));
  keeper = new ProcessKeeper(directory);
});
afterEach(() => keeper.stop());

function sh(script: string, lines: string[] = []) {
  return keeper.spawn(["sh", "-c", script], { env, onLine: (line) => lines.push(line) });
}

/** A zombie has ended: nobody has asked for its exit code yet. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 15_000, interval: 20 }).toBe(true);
}

test("a child's lines, its exit code and its environment are handed over", async () => {
  const seen: string[] = [];
  const kept = keeper.spawn(["sh", "-c", 'echo "$GREETING"; echo oops >&2; exit 3'], {
    env: { ...env, GREETING: "hello" },
    cwd: directory,
    onLine: (line, stream) => seen.push(`${stream} ${line}`),
  });
  expect(await kept.exited).toEqual({ code: 3, signal: null });
  expect(seen.sort()).toEqual(["stderr oops", "stdout hello"]);
});

test("the pipe to the watchdog is not left open in a child", async () => {
  const lines: string[] = [];
  await sh("if (: >&3) 2>/dev/null; then echo open; else echo closed; fi", lines).exited;
  expect(lines).toEqual(["closed"]);
});

test("a child reads its stdin", async () => {
  const lines: string[] = [];
  const kept = sh("read -r line; echo got $line", lines);
  kept.stdin.write("this\n");
  await kept.exited;
  expect(lines).toEqual(["got this"]);
});

test.each([
  ["a command that is nowhere", ["no-such-command-here"], {}],
  ["a file that may not be executed", ["/etc/passwd"], {}],
  ["a directory that is not there", ["sh", "-c", "true"], { cwd: "/no/such/directory" }],
])("%s ends at once with an error", async (_, command, options) => {
  const kept = keeper.spawn(command, { env, ...options });
  const { code, signal, error } = await kept.exited;
  expect({ code, signal }).toEqual({ code: null, signal: null });
  expect(error?.message).toMatch(/no such executable|does not exist/);
  expect(kept.pid).toBeUndefined();
});

test("killing a child kills what it forked", async () => {
  const lines: string[] = [];
  const kept = sh("sleep 1000 & echo $!; wait", lines);
  await until(() => lines.length === 1);
  kept.kill("SIGKILL");
  expect((await kept.exited).signal).toBe("SIGKILL");
  await until(() => !isRunning(Number(lines[0])));
});

test("what a child forked ends when the child does", async () => {
  const lines: string[] = [];
  await sh("sleep 1000 & echo $!", lines).exited;
  expect(lines).toHaveLength(1);
  await until(() => !isRunning(Number(lines[0])));
});

test("a child that prints without end is read, and ends when it is told to", async () => {
  let bytes = 0;
  const kept = keeper.spawn(["yes", "x".repeat(1000)], {
    env,
    onLine: (line) => {
      bytes += line.length;
    },
  });
  await until(() => bytes > 5_000_000);
  kept.kill("SIGTERM");
  expect((await kept.exited).signal).toBe("SIGTERM");
});

test("stop ends a child that ignores SIGTERM, refuses new ones and removes the directory", async () => {
  const lines: string[] = [];
  const kept = sh("trap '' TERM; echo ready; while :; do sleep 1; done", lines);
  await until(() => lines.length === 1);
  await keeper.stop();
  expect(isRunning(kept.pid!)).toBe(false);
  expect((await sh("true").exited).error?.message).toContain("the lab is stopping");
  expect(existsSync(directory)).toBe(false);
});

test("kill -9 of the lab takes its children, their forks, and its directory with it", async () => {
  const owned = mkdtempSync(join(tmpdir(), "keeper-owned-"));
  const script = join(directory, "owner.ts");
  writeFileSync(
    script,
    `import { ProcessKeeper } from ${JSON.stringify(join(process.cwd(), "lab/keeper.ts"))};
    const keeper = new ProcessKeeper(${JSON.stringify(owned)});
    const env = { PATH: process.env.PATH };
    const onLine = (line) => console.log(line);
    keeper.spawn(["sh", "-c", "sleep 1000 & echo $! $$; wait"], { env, onLine });
    keeper.spawn(["sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done"], { env, onLine });
    keeper.spawn(["sh", "-c", "exit 1"], { env, onLine });`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const pids: number[] = [];
  const lines = new LineSplitter((line) => pids.push(...line.split(" ").map(Number)));
  owner.stdout.on("data", (chunk: Buffer) => lines.write(chunk));
  await until(() => pids.length === 3);
  expect(pids.filter(isRunning)).toEqual(pids);

  owner.kill("SIGKILL");
  await until(() => pids.every((pid) => !isRunning(pid)) && !existsSync(owned));
});

test("a lab killed the instant it spawns leaves nothing either", async () => {
  const mark = `mark-${hexId(12)}`;
  const script = join(directory, "hasty.ts");
  writeFileSync(
    script,
    `import { ProcessKeeper } from ${JSON.stringify(join(process.cwd(), "lab/keeper.ts"))};
    const keeper = new ProcessKeeper("");
    const command = ["sh", "-c", "while :; do sleep 1; done", "${mark}"];
    for (let i = 0; i < 5; i++) keeper.spawn(command, { env: { PATH: process.env.PATH } });
    process.kill(process.pid, "SIGKILL");`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((resolve) => owner.once("exit", resolve));
  const marked = () =>
    execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(mark));
  await expect.poll(marked, { timeout: 15_000 }).toEqual([]);
});

test.each([
  ["lines across chunks", ["a", "b\nc", "d\n"], ["ab", "cd"]],
  ["a last line without a line feed", ["a\nb"], ["a", "b"]],
  ["carriage returns", ["a\r\nb\r\n"], ["a", "b"]],
  ["empty lines", ["\n\n"], ["", ""]],
  ["a line over 16 KiB", ["x".repeat(20_000), "yy\nz\n"], ["x".repeat(16_384), "z"]],
])("%s", (_, chunks, expected) => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  expect(lines).toEqual(expected);
});

test("a character split between two chunks stays one", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const bytes = Buffer.from("é\n");
  splitter.write(bytes.subarray(0, 1));
  splitter.write(bytes.subarray(1));
  expect(lines).toEqual(["é"]);
});
