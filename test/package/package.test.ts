import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CLONE = join(import.meta.dirname, "..", "..");

describe("the published package in a stranger's Pulumi project", { timeout: 240_000 }, () => {
  let project: string;

  const backout = (...args: string[]): Record<string, unknown> =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [join(project, "node_modules", "backout", "scripts", "backout.js"), ...args, "--json"],
        { cwd: project, encoding: "utf8", env: strangersEnvironment() },
      ),
    ) as Record<string, unknown>;

  beforeAll(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), "backout-stranger-")));
    execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: CLONE });
    const tarball = readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
    const modules = join(project, "node_modules");
    mkdirSync(join(modules, "backout"), { recursive: true });
    const into = join(modules, "backout");
    execFileSync("tar", ["-xzf", join(project, tarball), "--strip-components", "1", "-C", into]);
    // The package's dependencies as npm would have put them beside it, without asking a registry.
    for (const name of readdirSync(join(CLONE, "node_modules"))) {
      if (name.startsWith(".")) continue;
      symlinkSync(join(CLONE, "node_modules", name), join(modules, name));
    }
    writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
    writeFileSync(
      join(project, "Pulumi.yaml"),
      "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    );
    writeFileSync(
      join(project, "Pulumi.dev.yaml"),
      "config: { shop:release: 'backout/checkout:2' }\n",
    );
    writeFileSync(
      join(project, "index.ts"),
      `import * as pulumi from "@pulumi/pulumi";
       import { BlueGreenEnvironment } from "backout";
       const green: string = new pulumi.Config().require("release");
       const shop = new BlueGreenEnvironment("shop", {
         releases: { blue: "backout/checkout:1", green },
         listenerPort: 18080,
         workload: { healthCheckPath: "/healthz", faultSidecarImage: "backout/fault-sidecar:1" },
       });
       export const listener = shop.listenerArn;`,
    );
  }, 120_000);

  afterAll(() => {
    try {
      backout("lab", "stop");
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  });

  test("has no TypeScript sources and no tests in it", () => {
    const files = readdirSync(join(project, "node_modules", "backout"), { recursive: true }).map(
      String,
    );
    expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
    expect(files.filter((file) => /(^|\/)test\/|\.test\./.test(file))).toEqual([]);
    expect(existsSync(join(project, "node_modules", "backout", "dist", "index.d.ts"))).toBe(true);
  });

  test("provisions the stranger's program in a lab and drills it", () => {
    backout("lab", "start", "--detach", "--port", "0", "--speed", "40");
    expect(backout("up")).toMatchObject({ ok: true, stack: "dev" });
    expect(backout("drill", "run", "bad-release-errors")).toMatchObject({
      verdict: "passed",
      environment: "shop",
    });
  });
});

function strangersEnvironment(): NodeJS.ProcessEnv {
  const { AWS_ENDPOINT_URL: _, BACKOUT_DIRECTORY: __, ...rest } = process.env;
  return rest;
}
