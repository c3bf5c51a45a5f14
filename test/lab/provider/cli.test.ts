/** The real Pulumi CLI over the example stack, in the lab. Skipped, and said so, without a CLI. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hexId } from "../../../base/ids.ts";
import { runStack } from "../../../lab/engine/run.ts";
import { startLab, type Lab } from "../../../lab/lab.ts";
import { freePort } from "../freePort.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const LAB = join(ROOT, "lab");
/** No name that a person would give, for its config file is made in the project. */
const STACK = `test-${hexId(8)}`;
const IDLE = { command: [process.execPath, "-e", "setInterval(() => {}, 1000)"] };
const installed = await run("pulumi", ["version"]).then(
  () => true,
  () => false,
);
if (!installed) console.warn("skipped: there is no `pulumi` on the PATH");

interface Summary {
  readonly changeSummary: Readonly<Record<string, number>>;
}

describe.skipIf(!installed)("With the real Pulumi CLI", () => {
  let lab: Lab;
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  let port: number;

  beforeAll(async () => {
    lab = await startLab({ speed: 100, images: { app: IDLE } });
    directory = await mkdtemp(join(tmpdir(), "backout-pulumi-"));
    port = await freePort();
    environment = {
      ...process.env,
      // The CLI's language plugin and this very Node, not whatever is first on the PATH.
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      PULUMI_HOME: join(directory, "home"),
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      AWS_ENDPOINT_URL: lab.endpoint,
    };
    await pulumi("stack", "init", STACK);
  });
  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
    // `stack init` leaves the salt of the stack's secrets there.
    await rm(join(ROOT, `Pulumi.${STACK}.yaml`), { force: true });
  });

  const config = () => join(directory, "config.yaml");

  async function pulumi(...args: string[]): Promise<string> {
    const { stdout } = await run("pulumi", [...args, "--non-interactive", "-C", LAB], {
      env: environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  async function stack(command: "preview" | "up" | "destroy", ...args: string[]): Promise<string> {
    return pulumi(command, "--stack", STACK, "--config-file", config(), ...args);
  }

  async function releases(blue: string, green: string): Promise<void> {
    const text = [
      "config:",
      `  backout:blueRelease: ${blue}`,
      `  backout:greenRelease: ${green}`,
      `  backout:listenerPort: "${port}"`,
    ].join("\n");
    await writeFile(config(), text);
  }

  async function previewed(): Promise<Summary["changeSummary"]> {
    const summary: Summary = JSON.parse(await stack("preview", "--json"));
    return summary.changeSummary;
  }

  test("preview, up, up again, update, refuse, hand over and destroy", async () => {
    await releases("app:v1", "app:v1");
    const { create = 0, ...nothing } = await previewed();
    expect(create).toBeGreaterThan(30);
    expect(nothing).toEqual({});

    await stack("up", "--yes", "--skip-preview");
    expect(await previewed()).toEqual({ same: create });

    await releases("app:v2", "app:v1");
    await expect(stack("preview")).rejects.toMatchObject({
      stdout: expect.stringMatching(/slot blue carries traffic \(weight 100\)/),
    });

    await releases("app:v1", "app:v2");
    expect(await previewed()).toEqual({ same: create - 2, replace: 1, update: 1 });
    await stack("up", "--yes", "--skip-preview");
    expect(await previewed()).toEqual({ same: create });

    await embeddedEngineTakesOver(create);
    await stack("destroy", "--yes", "--skip-preview");
    expect(lab.status().loadBalancers).toEqual([]);
  }, 240_000);

  /** The CLI's state means the same to the embedded engine, and the other way round. */
  async function embeddedEngineTakesOver(resources: number): Promise<void> {
    const stateFile = join(directory, "exported.json");
    await pulumi("stack", "export", "--stack", STACK, "--show-secrets", "--file", stateFile);
    const result = await runStack({
      kind: "up",
      // The working directory is the project's, as it is for the CLI.
      program: { projectName: "backout", main: "../infra/index.ts", cwd: LAB },
      stack: STACK,
      config: {
        "backout:blueRelease": "app:v1",
        "backout:greenRelease": "app:v2",
        "backout:listenerPort": String(port),
      },
      stateFile,
      aws: {
        endpoint: lab.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
    });
    expect(result).toMatchObject({ ok: true, errors: [], changes: { same: resources, create: 0 } });
    await pulumi("stack", "import", "--stack", STACK, "--file", stateFile);
    expect(await previewed()).toEqual({ same: resources });
  }
});
