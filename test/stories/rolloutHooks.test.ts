/** What a rollout asks beside its alarms: of the guard's function, and of the command that waits. */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { zipOf } from "../lab/lambda/zipFile.ts";
import { eventually } from "../e2e/command.ts";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is 1.5 s. */
const SPEED = 40;
const STACK_HOOKS = [{ name: "kpi", when: "after", kind: "function", function: "kpi" }];
const KPI = `export const handler = async ({ slot, release, weight }) =>
  ({ outcome: "good", why: slot + " with " + release + " at " + weight + " %" });`;

interface Hooked {
  readonly weights: { readonly blue: number; readonly green: number };
  readonly rollout: { readonly hooks: { readonly runs: readonly { outcome: string }[] } } | null;
  readonly last: {
    readonly ended: string;
    readonly why: string;
    readonly hooks: readonly { name: string; outcome: string; why: string; step: number }[];
  } | null;
  readonly next: { readonly move: string; readonly why: string } | null;
}

describe("the hooks of a rollout", { timeout: 120_000 }, () => {
  const lab = new RolloutLab([
    "strategy=canary",
    "steps=20:5m 50:5m",
    "minimumRequestsPerMinute=5",
    "minimumRequests=5",
    "testListenerPort=9000",
    `hooks=${JSON.stringify(STACK_HOOKS)}`,
  ]);
  const rollout = (verb = "status", ...args: string[]): Promise<Hooked> =>
    lab.json("rollout", verb, ...args);
  const ends = (how: string): Promise<void> =>
    lab.until(`it was ${how}`, async () => (await rollout()).last?.ended === how);

  /** Answers what it is told to, and keeps what it was asked for. */
  const asked: string[] = [];
  let status = 200;
  const watcher = createServer((request, response) => {
    asked.push(`${request.url} ${String(request.headers["x-team"])}`);
    response.writeHead(status).end("the answer");
  });
  let watcherUrl = "";

  beforeAll(async () => {
    await lab.start(SPEED);
    await makeKpi(lab.endpoint);
    const { code, stdout } = await lab.up("shop/good:2");
    if (code !== 0) throw new Error(stdout);
    await new Promise<void>((resolve) => watcher.listen(0, "127.0.0.1", resolve));
    watcherUrl = `http://127.0.0.1:${(watcher.address() as AddressInfo).port}`;
  }, 120_000);
  afterAll(async () => {
    await lab.stop();
    watcher.close();
  });
  beforeEach(async () => {
    asked.length = 0;
    status = 200;
    await lab.load(60);
    await lab.deploy("shop/good:2");
  }, 120_000);

  test("that are good let it reach 100 %, whoever asks them", async () => {
    const told = join(lab.box.directory, "told");
    const watch = JSON.stringify({
      name: "watch",
      when: "between",
      kind: "http",
      url: `${watcherUrl}/\${slot}/\${release}`,
      headers: { "x-team": "${environment}" },
    });
    const { stdout } = await lab.passes(
      "rollout",
      "start",
      "--wait",
      "--hook",
      "before:smoke=${testUrl}/",
      "--hook",
      `before=env | grep ^BACKOUT_ | sort > ${told}`,
      "--hook",
      watch,
    );
    expect(stdout).toMatch(/hook smoke: good: GET http.*: 200/);
    expect(stdout).toMatch(/0 %.*\n(.*\n)*.* 20 %.*\n(.*\n)*.* 50 %/);
    const { last, weights } = await rollout();
    expect(weights).toEqual({ blue: 0, green: 100 });
    expect(last?.hooks).toMatchObject([
      { name: "smoke", step: 0, outcome: "good" },
      { name: "before-1", step: 0, outcome: "good", why: "exit code 0" },
      { name: "watch", step: 1, outcome: "good" },
      { name: "watch", step: 2, outcome: "good" },
      { name: "kpi", step: 3, outcome: "good", why: "green with shop/good:2 at 100 %" },
    ]);
    expect(asked).toEqual(Array(2).fill("/green/shop%2Fgood%3A2 checkout"));
    const lines = readFileSync(told, "utf8").trim().split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "BACKOUT_ENVIRONMENT=checkout",
        "BACKOUT_HEADER=x-backout-slot: green",
        "BACKOUT_HOOK=before-1",
        "BACKOUT_RELEASE=shop/good:2",
        "BACKOUT_SLOT=green",
        "BACKOUT_WEIGHT=0",
        "BACKOUT_WHEN=before",
        expect.stringMatching(/^BACKOUT_URL=http:/),
        expect.stringMatching(/^BACKOUT_TEST_URL=http:/),
      ]),
    );
  });

  test("that are bad before the traffic end it, and no user ever met the candidate", async () => {
    await lab.load(0);
    const { url } = await lab.status();
    const users = new AbortController();
    const met = new Map<string, number>();
    const using = (async () => {
      while (!users.signal.aborted) {
        const release = await (await fetch(url)).text();
        met.set(release, (met.get(release) ?? 0) + 1);
      }
    })();
    const hook = ["--hook", "before:smoke=sleep 1; echo the cart is empty; exit 1"];
    const { code, stdout } = await lab.box.run("rollout", "start", "--wait", ...hook);
    users.abort();
    await using;
    expect(code).toBe(1);
    expect(stdout).toContain(
      'aborted: slot green is bad: hook "smoke": exit code 1: the cart is empty',
    );
    expect([...met.keys()]).toEqual(["shop/good:1"]);
    expect(met.get("shop/good:1")).toBeGreaterThan(20);
    expect(await lab.status()).toMatchObject({ latch: null, weights: { blue: 100, green: 0 } });
  });

  test("that are bad between steps bring it home and latch, with no command waiting", async () => {
    status = 503;
    await lab.passes("rollout", "start", "--hook", `between:watch=${watcherUrl}/`);
    await ends("reverted");
    const { last, weights } = await rollout();
    expect(weights).toEqual({ blue: 100, green: 0 });
    expect(last?.why).toMatch(/hook "watch": GET .*: 503, 200 was expected: the answer/);
    expect(await lab.status()).toMatchObject({ latch: { slot: "green" } });
    expect(asked).toHaveLength(1);
  });

  test("that give no answer are asked again until the deadline, which aborts", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const hook = ["--hook", `before:smoke=http://127.0.0.1:${port}/`];
    await lab.passes("rollout", "start", "--decide-within=5m", ...hook);
    await lab.until("it says what it waits for", async () =>
      /hook "smoke" \(before\) gave no verdict \(error: .*ECONNREFUSED.*abort in/.test(
        (await rollout()).next?.why ?? "",
      ),
    );
    await ends("aborted");
    const { last, weights } = await rollout();
    expect(last?.why).toMatch(/ECONNREFUSED.*nothing changed within 5 m/);
    expect(last?.hooks).toMatchObject([{ name: "smoke", outcome: "error" }]);
    expect(weights).toEqual({ blue: 100, green: 0 });
    expect((await lab.status()).phase).toBe("idle");
  });

  test("that run commands go on with whoever waits next when the first was killed", async () => {
    const script = join(lab.box.directory, "smoke.sh");
    const begun = join(lab.box.directory, "begun");
    writeFileSync(
      script,
      `echo $$ >> ${begun}\nif [ $(wc -l < ${begun}) = 1 ]; then exec sleep 60; fi\n`,
    );
    const hook = ["--hook", `before:smoke=sh ${script}`];
    const start = ["rollout", "start", "--decide-within=5h", "--wait", ...hook];
    const waiting = lab.box.start(...start);
    const lines = (): string[] => {
      try {
        return readFileSync(begun, "utf8").trim().split("\n");
      } catch {
        return [];
      }
    };
    expect(await eventually(() => lines().length === 1)).toBe(true);
    waiting.kill("SIGKILL");
    await waiting.finished;
    process.kill(Number(lines()[0]), "SIGKILL");
    await lab.until("nobody asks any more, and it says who could", async () =>
      /to be asked by whoever waits with --wait --hook 'before:smoke=sh/.test(
        (await rollout()).next?.why ?? "",
      ),
    );
    expect((await rollout()).weights).toEqual({ blue: 100, green: 0 });
    const other = await lab.box.run("rollout", "resume", "--wait", "--hook", "before:smoke=true");
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/--hook smoke: .*as it was at the start, before:smoke=sh/);
    const { stdout } = await lab.passes("rollout", "resume", "--wait", ...hook);
    expect(stdout).toContain("hook smoke: good: exit code 0");
    expect(lines()).toHaveLength(2);
    expect((await rollout()).last?.ended).toBe("promoted");
  });

  test("that cannot be used are refused before anything is moved, all at once", async () => {
    const given = [
      "during=./smoke.sh",
      "before:kpi=ftp://files/",
      "before:Smoke=${testURL}/",
      "smoke.sh",
      '{"name":"f","when":"after","kind":"function","function":"mine"}',
      `{"name":"slow","when":"after","kind":"http","url":"${watcherUrl}","timeout":"1m"}`,
    ];
    const { code, stderr } = await lab.box.run(
      "rollout",
      "start",
      ...given.flatMap((text) => ["--hook", text]),
    );
    expect(code).toBe(2);
    for (const pattern of [
      /--hook\[0\]\.when: "during" - allowed: before, between, after/,
      /--hook\[0\]\.kind: "command" - allowed: http; .*add --wait/,
      /--hook\[1\]\.url: "ftp:/,
      /--hook\[2\]\.name: "Smoke"/,
      /--hook\[2\]\.url: .*not \$\{testURL\}/,
      /--hook\[3\]: "smoke.sh" - allowed: WHEN=WHAT/,
      /--hook\[4\]\.kind: "function" - .*backout:hooks/,
      /--hook\[5\]\.timeout: "1m" - allowed: a duration from 100ms to 30.0 s/,
    ]) {
      expect(stderr).toMatch(pattern);
    }
    const twice = ["--hook", `after:kpi=${watcherUrl}/`];
    const named = await lab.box.run("rollout", "start", ...twice);
    expect(named.stderr).toMatch(/hooks\[1\]\.name: "kpi" - .*no other hook/);
    expect((await lab.status()).phase).toBe("idle");
    const stack = JSON.stringify([{ name: "a", when: "after", kind: "command", command: "true" }]);
    const up = await lab.box.run("preview", "--config=blueRelease=a", `--config=hooks=${stack}`);
    expect(up.stderr + up.stdout).toMatch(/backout:hooks\[0\]\.kind.*rollout start --wait --hook/s);
  });
});

/** A function of the user's own. */
async function makeKpi(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const config = { endpoint, region: "us-east-1", credentials };
  const trust = {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "lambda.amazonaws.com" },
  };
  const { Role } = await new IAMClient(config).send(
    new CreateRoleCommand({
      RoleName: "kpi",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  await new LambdaClient(config).send(
    new CreateFunctionCommand({
      FunctionName: "kpi",
      Runtime: "nodejs24.x",
      Role: Role?.Arn,
      Handler: "index.handler",
      Code: { ZipFile: zipOf({ "index.mjs": KPI }) },
    }),
  );
}
