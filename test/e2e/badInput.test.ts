import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sandbox, sandbox } from "./command.ts";

describe("bad input gets a clear error", { timeout: 60_000 }, () => {
  let box: Sandbox;
  beforeAll(() => {
    box = sandbox();
    mkdirSync(box.directory, { recursive: true });
    writeFileSync(join(box.directory, "file"), "");
  });
  afterAll(() => box.remove());

  test.each([
    ["an unknown fault", 2, ["demo", "--fault", "meteor"], /meteor.*bad-release-errors/s],
    [
      "a latency over the idle timeout and a share over 1",
      2,
      ["demo", "--fault", "bad-release-latency", "--set", "addedMs=60000", "--set", "share=2"],
      /addedMs: 60000.*idle timeout.*share: 2/s,
    ],
    ["a parameter without value", 2, ["drill", "run", "x", "--set", "share"], /share=0\.5/],
    ["parameters for every drill", 2, ["drill", "run", "--all", "--set", "share=1"], /--all/],
    ["an unknown link", 2, ["demo", "--break", "gravity"], /gravity.*permission.*alarm-action/s],
    ["a negative speed", 2, ["demo", "--speed", "-1"], /-1.*0\.1 to 100/s],
    ["an absurd speed", 2, ["lab", "start", "--speed", "1e9"], /1e9.*0\.1 to 100/s],
    ["a speed that is no number", 2, ["demo", "--speed", "fast"], /fast.*0\.1 to 100/s],
    ["a port that is none", 2, ["lab", "start", "--port", "65536"], /65536.*0 to 65535/s],
    ["no lab for up", 3, ["up"], /no lab is running.*backout lab start/s],
    ["no lab for status", 3, ["lab", "status"], /no lab is running.*backout lab start/s],
    ["no lab for stop", 3, ["lab", "stop"], /no lab is running.*backout lab start/s],
    ["no lab for a drill", 3, ["drill", "run", "--all"], /no lab is running.*backout lab start/s],
    ["no drill named", 2, ["drill", "run"], /--all.*bad-release-errors/s],
    [
      "a time for a rollback that deploys nothing",
      2,
      ["env", "rollback", "--within", "5m"],
      /--within 300s.*without --to.*env rollback --to RELEASE/s,
    ],
    ["an unknown drill", 2, ["drill", "run", "meteor"], /meteor.*bad-release-errors/s],
    ["an unknown stack", 2, ["preview", "--stack", "mars"], /mars.*Pulumi\.mars\.yaml/s],
    [
      "a path for a stack",
      2,
      ["up", "--stack", "../../etc"],
      /--stack: "\.\.\/\.\.\/etc".*letters/s,
    ],
    ["a hidden stack", 2, ["preview", "--stack", ".dev"], /--stack: "\.dev".*not beginning/s],
    ["a config without value", 2, ["preview", "--config", "x"], /"x".*KEY=VALUE/s],
    [
      "an endpoint on the internet",
      2,
      ["env", "list", "--endpoint", "https://example.com"],
      /loopback/,
    ],
    [
      "an endpoint that is silent",
      3,
      ["env", "list", "--endpoint", "http://127.0.0.1:9"],
      /nothing answers.*backout lab start/s,
    ],
    [
      "an endpoint with a password",
      2,
      ["env", "list", "--endpoint", "http://me:secret@127.0.0.1:9"],
      /password.*give http:\/\/127\.0\.0\.1:9/s,
    ],
    [
      "an endpoint with a path",
      2,
      ["env", "list", "--endpoint", "http://127.0.0.1:9/aws"],
      /path.*give http:\/\/127\.0\.0\.1:9/s,
    ],
    ["no journal", 2, ["report", "verify", "--journal", "/nowhere"], /no journal in \/nowhere/],
    ["an unknown command", 2, ["deploy"], /unknown command 'deploy'/],
  ])("%s: exit code %i", async (_what, code, args, message) => {
    const plain = await box.run(...args);
    expect(plain.code).toBe(code);
    expect(plain.stderr).toMatch(message);
    expect(plain.stdout).toBe("");
    const asJson = await box.run(...args, "--json");
    expect(asJson.code).toBe(code);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ schemaVersion: 1, error: {} });
  });

  test.each(["not found", "<html><body>404</body></html>", "{}"])(
    "an endpoint that answers %s speaks no AWS",
    async (answer) => {
      const server = createServer((_, response) => response.end(answer)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const args = ["env", "status", "--endpoint", `http://127.0.0.1:${port}`];
      const { code, stderr } = await box.run(...args);
      server.close();
      expect(code).toBe(3);
      expect(stderr).toMatch(/does not speak AWS's protocol.*backout lab start/s);
    },
  );

  test("a damaged lab.json is named, kept, and no second lab starts", async () => {
    const file = join(box.directory, "lab.json");
    for (const damaged of ["{", '{"id": 1}']) {
      writeFileSync(file, damaged);
      for (const args of [["lab", "status"], ["lab", "stop"], ["lab", "start"], ["up"]]) {
        const { code, stderr } = await box.run(...args);
        expect(code).toBe(3);
        expect(stderr).toMatch(/lab\.json.*damaged.*delete that file/s);
      }
      expect(readFileSync(file, "utf8")).toBe(damaged);
    }
    rmSync(file);
  });

  test("an empty journal without head does not pass", async () => {
    writeFileSync(join(box.directory, "journal.jsonl"), "");
    const { code, stderr } = await box.run("report", "verify", "--journal", box.directory);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not a drill's journal/);
  });

  test.each([
    ["ends the process", "process.exit(0);"],
    ["waits for what never comes", "await new Promise(() => {});"],
  ])("a definition's module that %s is no drill that passed", async (_what, text) => {
    const module = join(box.directory, "ends.mjs");
    writeFileSync(module, text);
    const { code, stdout } = await box.run("drill", "run", module, "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ended-early" } });
  });

  test("an --out that is a file is refused before anything starts", async () => {
    const out = join(box.directory, "file");
    const { code, stderr } = await box.run("demo", "--out", out);
    expect(code).toBe(2);
    expect(stderr).toContain(out);
  });
});
