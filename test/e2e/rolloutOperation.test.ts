/** What people, pipelines and the world do to a rollout while it runs. */
import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from "@aws-sdk/client-cloudwatch";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RolloutLab } from "./rolloutLab.ts";

/** A nominal minute is 1.5 s. */
const SPEED = 40;

describe("a rollout in progress", { timeout: 120_000 }, () => {
  const lab = new RolloutLab(["minimumRequestsPerMinute=5", "minimumRequests=5"]);
  const aws = () => ({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const ends = (how: string): Promise<void> =>
    lab.until(`it was ${how}`, async () => {
      const { rollout, last } = await lab.rollout();
      return rollout === null && last?.ended === how;
    });
  /** As a pipeline does that knows nothing of the rollout: it changes nothing. */
  const upInTheMiddle = async (release: string): Promise<void> => {
    const { code, stdout } = await lab.up(release);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      changes: { create: 0, update: 0, replace: 0, delete: 0 },
    });
  };
  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/good:2");
  }, 120_000);
  afterAll(() => lab.stop());

  describe("of a good release", () => {
    beforeEach(async () => {
      await lab.load(60);
      await lab.deploy("shop/good:2");
    }, 120_000);

    test("goes on by the schedule when nobody waits, and moves on a person's word", async () => {
      await lab.passes("rollout", "start", "--steps", "20:5m 50:5h 80:5h");
      await lab.until("the schedule took the next step", async () => {
        const { rollout, weights } = await lab.rollout();
        return rollout?.step === 1 && weights.green === 50;
      });
      expect(await lab.rollout("pause", "--why", "lunch")).toMatchObject({
        rollout: { paused: { why: "lunch" } },
        next: { move: "wait", why: "paused: lunch" },
      });
      expect((await lab.rollout("resume")).rollout).toMatchObject({ paused: null });
      await lab.rollout("promote");
      await lab.until("it left the step that a person ended", async () => {
        return (await lab.rollout()).weights.green === 80;
      });
      await lab.rollout("promote", "--full");
      await ends("promoted");
      expect(await lab.rollout()).toMatchObject({
        stable: "green",
        weights: { blue: 0, green: 100 },
      });
    });

    test("goes on when the command that waits for it is killed", async () => {
      const running = lab.box.start("rollout", "start", "--steps", "50:5m", "--wait");
      await running.saw(/50 %/);
      running.kill("SIGKILL");
      await running.finished;
      await ends("promoted");
      expect((await lab.rollout()).weights).toEqual({ blue: 0, green: 100 });
    });

    test("is aborted by a person, and nothing is said against the release", async () => {
      const running = lab.box.start("rollout", "start", "--steps", "50:5h", "--wait");
      await running.saw(/50 %/);
      await lab.rollout("abort");
      const { code, stdout } = await running.finished;
      expect(stdout).toContain("aborted by a person");
      expect(code).toBe(1);
      expect(await lab.status()).toMatchObject({
        weights: { blue: 100, green: 0 },
        phase: "idle",
        latch: null,
      });
    });

    test("goes home when nobody opens its gate in time", async () => {
      const gated = ["--steps", "20:5m:gate", "--decide-within", "2m"];
      await lab.passes("rollout", "start", ...gated);
      await upInTheMiddle("shop/good:2");
      await ends("aborted");
      const { last, weights } = await lab.rollout();
      expect(last?.why).toMatch(/the gate of this step waits for a person.*within 2 m/);
      expect(weights).toEqual({ blue: 100, green: 0 });
    });

    test("without traffic holds, says so, and goes home when its time is up", async () => {
      await lab.load(0);
      await lab.passes("rollout", "start", "--steps=20:5m", "--decide-within=8m");
      await lab.until("it says that nothing came", async () => {
        return /got (no request|only).*5 are needed/.test((await lab.rollout()).next?.why ?? "");
      });
      await upInTheMiddle("shop/good:2");
      expect((await lab.rollout()).weights).toEqual({ blue: 80, green: 20 });
      await ends("aborted");
      expect((await lab.rollout()).last?.why).toMatch(
        /are needed to judge it, and nothing changed/,
      );
    });

    test("refuses what cannot be, every reason at once, and one rollout at a time", async () => {
      const refused = async (code: number, patterns: RegExp[], ...options: string[]) => {
        const { code: actual, stdout, stderr } = await lab.box.run("rollout", ...options, "--json");
        expect(actual).toBe(code);
        for (const pattern of patterns) expect(stderr).toMatch(pattern);
        expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, error: {} });
      };
      const falling = [/steps\[1\].*more than 50/, /steps\[2\].*0 to 100/];
      await refused(2, falling, "start", "--steps", "50:5m 20:5m 1000:5m");
      const words = [/--on-bad.*revert or hold/, /--minimum-requests/, /--decide-within/];
      const bad = ["--on-bad=cry", "--minimum-requests=-1", "--decide-within=soon"];
      const worse = ["--on-deadline=never", "--warm=cold", "--steps=half"];
      await refused(
        2,
        [...words, /--on-deadline/, /--warm/, /--?steps\[0\]/],
        "start",
        ...bad,
        ...worse,
      );
      await refused(
        2,
        [/steps\[0\].bake.*at least \d+ m.*period of 60 s/s],
        "start",
        "--steps=20:1m",
      );
      await refused(2, [/no environment "mars"|mars/], "start", "mars");
      await refused(3, [/no rollout in progress/], "pause");
      await refused(3, [/no rollout in progress/], "promote");
      await lab.passes("rollout", "start", "--steps", "50:5h");
      await refused(3, [/rollout: .*slot green is baking/], "start");
      await lab.rollout("abort");
    });

    test("is not begun in an environment where it could not be guarded, every reason at once", async () => {
      await lab.deploy("shop/good:1");
      const cloudwatch = new CloudWatchClient(aws());
      const elbv2 = new ElasticLoadBalancingV2Client(aws());
      const alarm = { AlarmNames: ["checkout-green"] };
      await cloudwatch.send(new DisableAlarmActionsCommand(alarm));
      await moveByHand(elbv2, 93);
      const { code, stderr } = await lab.box.run("rollout", "start", "--steps=50:5h");
      expect(code).toBe(3);
      expect(stderr).toMatch(/release: "shop\/good:1".*another release than the stable slot's/);
      expect(stderr).toMatch(/alarm checkout-green: .*actions disabled/);
      expect(stderr).toMatch(/weights: .*all on slot blue, as the record says/);
      await cloudwatch.send(new EnableAlarmActionsCommand(alarm));
    });
  });

  describe("of a bad release", () => {
    beforeEach(async () => {
      await lab.load(60);
      await lab.deploy("shop/broken:1");
    }, 120_000);

    test("comes home without the guard's event: its function is throttled when the alarm goes off", async () => {
      const lambda = new LambdaClient(aws());
      const FunctionName = "checkout-guard";
      const none = { FunctionName, ReservedConcurrentExecutions: 0 };
      await lambda.send(new PutFunctionConcurrencyCommand(none));
      await lab.passes("rollout", "start", "--steps", "50:5h");
      await lab.until("its alarm went off", async () => {
        return (await lab.status()).slots.green.alarm === "ALARM";
      });
      await upInTheMiddle("shop/broken:1");
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      await ends("reverted");
      expect(await lab.status()).toMatchObject({
        weights: { blue: 100, green: 0 },
        latch: { slot: "green", reason: expect.stringMatching(/alarm|bad/) },
      });
      const latched = await lab.box.run("rollout", "start", "--steps", "50:5h");
      expect(latched.code).toBe(3);
      expect(latched.stderr).toMatch(/latch: .*backout env unlatch/s);
    });

    test("does not go back onto a stable side that has died, and does once it lives again", async () => {
      const ecs = new ECSClient(aws());
      const stable = (desiredCount: number) =>
        ecs.send(
          new UpdateServiceCommand({ cluster: "checkout", service: "checkout-blue", desiredCount }),
        );
      await lab.passes("rollout", "start", "--steps", "50:5h");
      await stable(0);
      await lab.until("the rollout stopped for want of a way back", async () => {
        const { rollout } = await lab.rollout();
        return /healthy target/.test(rollout?.paused?.why ?? "");
      });
      await lab.until("its alarm went off", async () => {
        return (await lab.status()).slots.green.alarm === "ALARM";
      });
      await upInTheMiddle("shop/broken:1");
      expect((await lab.rollout()).weights).toEqual({ blue: 50, green: 50 });
      await stable(1);
      await ends("reverted");
      expect((await lab.rollout()).weights).toEqual({ blue: 100, green: 0 });
    });

    test("is held where it is when it cannot go back, and a person ends it", async () => {
      await lab.passes("rollout", "start", "--steps", "50:5h", "--on-bad", "hold");
      await lab.until("it was held", async () => {
        return /held, not reverted/.test((await lab.rollout()).rollout?.paused?.why ?? "");
      });
      expect((await lab.rollout()).weights).toEqual({ blue: 50, green: 50 });
      await lab.rollout("abort");
      expect((await lab.rollout()).weights).toEqual({ blue: 100, green: 0 });
    });
  });
});

/** As somebody at a console does: blue gets `blue` percent, green the rest. */
async function moveByHand(elbv2: ElasticLoadBalancingV2Client, blue: number): Promise<void> {
  const { LoadBalancers } = await elbv2.send(new DescribeLoadBalancersCommand({}));
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
  const { Listeners } = await elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand({}));
  const weighted = TargetGroups.map(({ TargetGroupArn, TargetGroupName }) => ({
    TargetGroupArn,
    Weight: TargetGroupName?.endsWith("blue") ? blue : 100 - blue,
  }));
  await elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups: weighted } }],
    }),
  );
}
