/** Programs that are not ours: whether the machine has them, and what their checks say. */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Wall milliseconds that a probe may take; Go may have to fetch its modules. */
const PROBE_MS = 120_000;

interface Probe {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** Whether the machine lacks `what`; says so, since a skipped test is easily overlooked. */
export function lacks(what: string, { program, args, cwd }: Probe): boolean {
  const probe = spawnSync(program, args, { cwd, stdio: "ignore", timeout: PROBE_MS });
  const there = probe.status === 0;
  if (!there) {
    console.log(`SKIPPED: ${what} (tried \`${[program, ...args].join(" ")}\`)`);
  }
  return !there;
}

/** The lines of checks that failed; all that was said when it ended in another way. */
export async function failuresOf(
  program: string,
  args: readonly string[],
  {
    cwd,
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<readonly string[]> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  // The lab is in this process: waiting must not block it.
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  if (code === 0) return [];
  const failures = output.split("\n").filter((line) => line.startsWith("FAIL"));
  return failures.length > 0 ? failures : [output];
}

export function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
