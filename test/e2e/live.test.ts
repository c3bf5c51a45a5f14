/**
 * `--live` with a lab in AWS's place that does not say that it is one: whose account it is is asked
 * first, and of a stranger's nothing else is.
 */
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { locateEnvironment } from "../../guard/environment.ts";
import { environmentNames } from "../../guard/names.ts";
import { machineryTags, strangers } from "../../guard/tagged.ts";
import { type Lab, startLab } from "../../lab/lab.ts";
import { type AwsFront, startAwsFront } from "./awsFront.ts";
import { connectClients } from "../../scripts/clients.ts";
import { main } from "../../scripts/main.ts";

const OWN = "000000000000";
const NAMES = environmentNames("checkout");
const TAG = { Key: "backout:environment", Value: "checkout" };

let lab: Lab;
let front: AwsFront;
const directory = mkdtempSync(join(tmpdir(), "backout-test-"));
let greenArn = "";
let strangersAsked = 0;

beforeAll(async () => {
  lab = await startLab({ images: {} });
  front = await startAwsFront(lab.endpoint);
  const surroundings = {
    BACKOUT_DIRECTORY: directory,
    AWS_ENDPOINT_URL: front.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  for (const [name, value] of Object.entries(surroundings)) vi.stubEnv(name, value);
  await provision();
}, 30_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
  await front.stop();
  await lab.stop();
});
beforeEach(() => void front.asked.splice(0));

/** Traffic's own resources; the green target group is nobody's yet. */
async function provision(): Promise<void> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const config = { endpoint: lab.endpoint, region: "us-east-1", credentials };
  const client = new ElasticLoadBalancingV2Client(config);
  const { Subnets = [] } = await new EC2Client(config).send(new DescribeSubnetsCommand({}));
  const balancer = await client.send(
    new CreateLoadBalancerCommand({
      Name: NAMES.loadBalancer,
      Subnets: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []),
      Tags: [TAG],
    }),
  );
  const group = async (Name: string, Tags: (typeof TAG)[]): Promise<string> => {
    const VpcId = Subnets[0]?.VpcId;
    const target = { Name, Protocol: "HTTP", Port: 8080, TargetType: "ip" } as const;
    const made = await client.send(
      new CreateTargetGroupCommand({
        ...target,
        ...(VpcId ? { VpcId } : {}),
        ...(Tags.length > 0 ? { Tags } : {}),
      }),
    );
    return made.TargetGroups?.[0]?.TargetGroupArn ?? "";
  };
  const blueArn = await group(NAMES.targetGroup.blue, [TAG]);
  greenArn = await group(NAMES.targetGroup.green, []);
  await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? "",
      Protocol: "HTTP",
      Port: 80,
      Tags: [TAG],
      DefaultActions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: blueArn, Weight: 100 },
              { TargetGroupArn: greenArn, Weight: 0 },
            ],
          },
        },
      ],
    }),
  );
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In this process: a command's own start would take longer than all that it does here. */
async function run(...words: string[]): Promise<Finished> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await main(words), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const live = (account: string, ...words: string[]): Promise<Finished> =>
  run(...words, "--live", "--account", account);

test("the credentials' own account is let through, and asked for once, before anything else", async () => {
  const { code, stdout, stderr } = await live(OWN, "env", "list");
  expect([code, stdout]).toEqual([0, "checkout\n"]);
  expect(stderr).toBe(
    `LIVE account ${OWN}, region us-east-1, as arn:aws:iam::${OWN}:user/lab, ` +
      `rehearsed at ${front.endpoint} in AWS's place\n`,
  );
  expect(front.asked[0]).toBe("sts GetCallerIdentity");
  expect(front.asked.filter((call) => call.startsWith("sts"))).toHaveLength(1);
});

test.each([
  [["env", "list"]],
  [["env", "rollback", "checkout"]],
  [["env", "fallback", "checkout", "on"]],
  [["rollout", "start", "checkout"]],
  [["drill", "run", "kill-tasks"]],
  [["drill", "run", "--all", "--yes"]],
  [["drill", "stop", "--all"]],
  [["drill", "sweep"]],
  [["report", "publish"]],
  [["report", "--journal", "s3://drills/runs"]],
])("of another account nothing is asked: %j", async (words) => {
  // A process asks once, so each has a stranger of its own.
  const stranger = String(100_000_000_000 + ++strangersAsked);
  const { code, stdout, stderr } = await live(stranger, ...words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`--account: "${stranger}", and the credentials are of account ${OWN} `);
  expect(front.asked).toEqual(["sts GetCallerIdentity"]);
});

test("what nobody may be asked about is refused before anybody is asked whose account it is", async () => {
  const all = await live(OWN, "drill", "run", "--all", "--json");
  expect([all.code, JSON.parse(all.stdout)]).toMatchObject([
    2,
    { error: { code: "live-needs-yes" } },
  ]);
  const flags = await run("env", "list", "--account", OWN);
  expect([flags.code, flags.stderr]).toEqual([2, expect.stringContaining("with --live only")]);
  expect(front.asked).toEqual([]);
});

test("a target group that is not the environment's by its tag keeps it from being touched", async () => {
  const refused = await live(OWN, "env", "rollback", "checkout");
  expect([refused.code, refused.stderr]).toEqual([
    3,
    expect.stringContaining("target group checkout-green does not carry it"),
  ]);
  expect(front.asked.filter((call) => !/ (Get|Describe|List)/.test(call))).toEqual([
    "nobody GET /_lab/status",
  ]);

  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  await new ElasticLoadBalancingV2Client({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials,
  }).send(new AddTagsCommand({ ResourceArns: [greenArn], Tags: [TAG] }));
  const next = await live(OWN, "env", "rollback", "checkout");
  expect(next.stderr).not.toContain("does not carry it");
});

test("a configuration file leads no request to where AWS is not", async () => {
  const file = join(directory, "config");
  writeFileSync(file, `[default]\nendpoint_url = ${front.endpoint}\n`);
  vi.stubEnv("AWS_CONFIG_FILE", file);
  vi.stubEnv("AWS_ENDPOINT_URL", "");
  try {
    const { code, stderr } = await live(OWN, "env", "list");
    expect([code, stderr]).toEqual([3, expect.stringContaining("127.0.0.1, which is not AWS")]);
    expect(front.asked).toEqual([]);
  } finally {
    vi.stubEnv("AWS_CONFIG_FILE", "");
    vi.stubEnv("AWS_ENDPOINT_URL", front.endpoint);
  }
});

test("the drills that AWS can carry are those that act there", async () => {
  const { code, stdout } = await live(OWN, "drill", "list");
  expect([code, stdout]).toEqual([0, expect.stringContaining("kill-tasks")]);
  expect(stdout).not.toContain("failing-api");
});

test("the unit that keeps a schedule running says it too, with the region that was found", async () => {
  const { code, stdout } = await live(
    OWN,
    "drill",
    "schedule",
    new URL("../../examples/drills/nightly.yaml", import.meta.url).pathname,
    "--print-systemd",
  );
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/ExecStart=.*--live.*--account.*000000000000.*--region.*us-east-1/s),
  ]);
  // What a lab's drills say is kept apart from it.
  expect(stdout).toContain(join(directory, "live", `${OWN}-us-east-1`, "journal"));
  expect(front.asked).toEqual([]);
});

test("a drill's own resources are looked at as well, and what is missing is nobody's", async () => {
  const clients = connectClients(lab.endpoint);
  const environment = await locateEnvironment(clients.elbv2, "checkout");
  expect(await machineryTags(clients, environment)).toEqual([]);
  const table = async (TableName: string, Tags: (typeof TAG)[]): Promise<void> => {
    await clients.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "environment", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "environment", KeyType: "HASH" }],
        ...(Tags.length > 0 ? { Tags } : {}),
      }),
    );
  };
  await table(NAMES.recordTable, [TAG]);
  await table(NAMES.faultTable, [{ ...TAG, Value: "search" }]);
  expect(strangers("checkout", await machineryTags(clients, environment))).toEqual([
    'table checkout-faults says "search"',
  ]);
});
