/**
 * Drills on a schedule with nobody there: EventBridge Scheduler starts a task, the task decides by the
 * file and runs the drill as its own role, and the journal in S3 says that the way back works.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { DeleteRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

const DRILLS = "checkout-drills";
const SPEED = 30;

const config: string[] = [];
const lab = new RolloutLab(config);
const aws = () => ({
  endpoint: lab.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** Twenty minutes apart, so that a drill has ended before the next one is due. */
function write(...members: string[]): void {
  const file = join(lab.box.directory, "drills.yaml");
  const own = members.map((member) => `, ${member}`).join("");
  writeFileSync(
    file,
    `version: 1
schedules:
  - {name: often, environments: [checkout], drills: [kill-tasks], cron: "*/20 * * * *"${own}}
`,
  );
}

async function logged(): Promise<string> {
  const logs = new CloudWatchLogsClient(aws());
  const logGroupName = `/backout/drills/${DRILLS}`;
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  return events.map(({ message }) => message).join("\n");
}

async function exitCodes(): Promise<(number | undefined)[]> {
  const ecs = new ECSClient(aws());
  const stopped = { cluster: DRILLS, desiredStatus: "STOPPED" } as const;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand(stopped));
  if (taskArns.length === 0) return [];
  const found = await ecs.send(new DescribeTasksCommand({ cluster: DRILLS, tasks: taskArns }));
  return (found.tasks ?? []).map(({ containers }) => containers?.[0]?.exitCode);
}

/** A fire is due every forty seconds of wall time, and its drill takes half as long. */
const until = (condition: () => Promise<boolean>): Promise<boolean> =>
  vi.waitUntil(condition, { timeout: 130_000, interval: 1_000 });

async function up(): Promise<string> {
  const { code, stdout, stderr } = await lab.up("shop/good:2");
  if (code !== 0) throw new Error(`up failed: ${stdout}${stderr}`);
  return stdout;
}

beforeAll(async () => {
  await lab.start(SPEED);
  await new S3Client({ ...aws(), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: "team-drills" }),
  );
  write();
  config.push(
    `drillSchedule=${join(lab.box.directory, "drills.yaml")}`,
    "drillImage=backout/drill:0.1.0",
    "drillJournal=s3://team-drills/checkout",
  );
  await up();
}, 150_000);
afterAll(() => lab.stop());

test(
  "a fire runs its drill, as a role that may do no more, and the journal has a passed run",
  { timeout: 150_000 },
  async () => {
    await until(async () => /ended, due .*/.test(await logged()));
    expect(await logged()).toMatch(/often\/checkout {2}started, due \S+:[024]0:00\.000Z/);
    expect(await logged()).toMatch(/often\/checkout {2}ended, due \S+: passed \d{8}T/);
    await until(async () => (await exitCodes()).length > 0);
    expect((await exitCodes())[0]).toBe(0);
    const report = await lab.box.run("report", "--journal", "s3://team-drills/checkout", "--json");
    expect(report.stdout).toContain('"passed"');
    const verified = await lab.box.run(
      "report",
      "verify",
      "--journal",
      "s3://team-drills/checkout",
    );
    expect([verified.code, verified.stderr]).toEqual([0, ""]);
  },
);

test(
  "a role without the drill's own policy makes no drill pass",
  { timeout: 150_000 },
  async () => {
    await new IAMClient(aws()).send(
      new DeleteRolePolicyCommand({
        RoleName: `${DRILLS}-often-checkout`,
        PolicyName: "drill-kill-tasks",
      }),
    );
    const before = (await logged()).match(/ended, due/g)?.length ?? 0;
    await until(async () => {
      return ((await logged()).match(/ended, due/g)?.length ?? 0) > before;
    });
    expect(
      (await logged()).split("\n").findLast((line) => line.includes("ended, due")),
    ).not.toContain(": passed");
  },
);

test(
  "a fire outside its windows is written down as missed, and breaks nothing",
  { timeout: 150_000 },
  async () => {
    write('blocked: ["00:00-24:00"]', "paused: false");
    const refused = await lab.up("shop/good:2");
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain("an expression of which some fire may start");
    write("blockingAlarms: [nobodys-alarm]", "startDeadline: 8m");
    await up();
    await until(async () => (await logged()).includes("missed, due"));
    expect(await logged()).toMatch(
      /missed, due \S+: alarm: blocking alarm nobodys-alarm is missing/,
    );
  },
);
