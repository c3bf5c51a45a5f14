/** Faults of AWS itself, and the audit of roles, as a person at a terminal meets them. */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ListTablesCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sandbox, sandbox } from "./command.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(async () => {
  await box.run("lab", "stop");
  box.remove();
});

const json = async (...args: string[]) => {
  const { code, stdout } = await box.run("lab", ...args, "--json");
  return { code, document: JSON.parse(stdout) as Record<string, never> };
};

test(
  "a fault is added, strikes the calls of its role alone, is seen, and is cleared",
  { timeout: 120_000 },
  async () => {
    expect((await box.run("lab", "fault", "list")).code).toBe(3);
    const { code } = await box.run("lab", "start", "--detach", "--port=0", "--iam=audit");
    expect(code).toBe(0);
    const endpoint = String((await json("status")).document["endpoint"]);

    const throttle = ["fault", "add", "throttle", "--service=dynamodb", "--role=worker"];
    const added = await json(...throttle, "--probability=1", "--for=2h");
    expect(added).toMatchObject({
      code: 0,
      document: {
        schemaVersion: 1,
        fault: { kind: "throttle", durationSeconds: 7200, role: "worker" },
      },
    });
    const own = { endpoint, region: "us-east-1", credentials: KEYS, maxAttempts: 1 };
    const worker = { ...own, credentials: await assumed(own) };
    const list = (config: typeof own) => new DynamoDBClient(config).send(new ListTablesCommand({}));
    await list(own);
    await expect(list(worker)).rejects.toMatchObject({ name: "ThrottlingException" });
    expect((await box.run("lab", "status")).stdout).toMatch(
      /fault-1: throttle of every operation of dynamodb by role worker .*struck 1 of 1 calls/,
    );
    expect((await json("fault", "list")).document["faults"]).toMatchObject([{ struck: 1 }]);
    expect(await json("fault", "clear", "fault-1")).toMatchObject({ code: 0 });
    await list(worker);
    expect((await box.run("lab", "fault", "clear", "fault-1")).code).toBe(2);
    expect((await box.run("lab", "fault", "clear")).stdout).toContain("nothing");

    // Everything that is wrong with a fault is said at once, in the words of the command line.
    const wrong = ["fault", "add", "latency", "--service=sqs", "--probability=2", "--phase=during"];
    const refused = await box.run("lab", ...wrong);
    expect(refused.code).toBe(2);
    for (const option of ["--latency", "--service", "--probability", "--phase"]) {
      expect(refused.stderr).toContain(option);
    }
    expect((await json(...wrong)).document["error"]).toMatchObject({ code: "bad-input" });

    const audit = {
      roleName: "worker",
      policy: { Statement: [{ Action: ["dynamodb:ListTables"], Resource: ["*"] }] },
      refused: [{ action: "dynamodb:ListTables", calls: 2 }],
    };
    expect((await json("iam")).document).toMatchObject({ schemaVersion: 1, roles: [audit] });
    expect((await box.run("lab", "iam")).stdout).toContain("Role worker needed:");
    expect((await json("stop")).document).toMatchObject({ stopped: true, iam: [audit] });
  },
);

test(
  "a lab that enforces has no audit, and a mode that is none is refused",
  { timeout: 60_000 },
  async () => {
    expect((await box.run("lab", "start", "--iam=maybe")).code).toBe(2);
    const running = box.start("lab", "start", "--port=0");
    await running.saw(/answers at/);
    const refused = await box.run("lab", "iam");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("--iam=audit");
    running.kill("SIGTERM");
    expect((await running.finished).stdout).not.toContain("needed");
  },
);

test("in the foreground the audit is printed at the end", { timeout: 60_000 }, async () => {
  const running = box.start("lab", "start", "--port=0", "--iam=audit");
  await running.saw(/Roles may do everything/);
  running.kill("SIGINT");
  const { code, stdout } = await running.finished;
  expect(code).toBe(0);
  expect(stdout).toContain("No role called anything.");
});

const KEYS = { accessKeyId: "test", secretAccessKey: "test" };

/** Credentials of a role `worker` that has no policy. */
async function assumed(config: { endpoint: string; region: string; credentials: typeof KEYS }) {
  const { Role } = await new IAMClient(config).send(
    new CreateRoleCommand({
      RoleName: "worker",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { AWS: "000000000000" },
          Action: "sts:AssumeRole",
        },
      }),
    }),
  );
  const { Credentials } = await new STSClient(config).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}
