import { describe, expect, test } from "vitest";
import { environmentProblems } from "../../components/args.ts";
import { readConfig } from "../../infra/config.ts";

const good = { "backout:blueRelease": "shop:1", "backout:greenRelease": "shop:2" };

const problemsOf = (config: Record<string, string>) => {
  const read = readConfig(config);
  return "problems" in read ? read.problems : [];
};

describe("the stack's configuration", () => {
  test("needs two releases and defaults the rest", () => {
    expect(readConfig(good)).toEqual({
      config: {
        name: "checkout",
        strategy: "blue-green",
        args: {
          releases: { blue: "shop:1", green: "shop:2" },
          network: {},
          workload: {},
          guard: {},
          rollout: {},
        },
      },
    });
  });

  test("reads numbers, lists and switches out of Pulumi's texts", () => {
    const read = readConfig({
      ...good,
      "aws:region": "us-east-1",
      "backout:listenerPort": "8080",
      "backout:subnetIds": '["subnet-a","subnet-b"]',
      "backout:assignPublicIp": "false",
      "backout:errorRatePercent": "2.5",
      "backout:latencyP99Seconds": "0.4",
      "backout:latencyRatio": "3",
      "backout:secondWay": "true",
      "backout:probePath": "/ready",
    });
    expect(read).toMatchObject({
      config: {
        args: {
          listenerPort: 8080,
          network: { subnetIds: ["subnet-a", "subnet-b"], assignPublicIp: false },
          guard: {
            errorRatePercent: 2.5,
            latencyP99Seconds: 0.4,
            latencyRatio: 3,
            secondWay: true,
            probePath: "/ready",
          },
        },
      },
    });
  });

  test("reports every mistake at once, each with its key, its value and what is allowed", () => {
    const read = readConfig({
      "backout:greenRelease": "shop:2",
      "backout:listenerPort": "eighty",
      "backout:subnetIds": "subnet-a",
      "backout:strategy": "big-bang",
      "backout:rehearseWithout": "everything",
      "backout:colour": "red",
    });
    const problems = "problems" in read ? read.problems : [];
    expect(problems.map((problem) => problem.field).sort()).toEqual([
      "backout:blueRelease",
      "backout:colour",
      "backout:listenerPort",
      "backout:rehearseWithout",
      "backout:strategy",
      "backout:subnetIds",
    ]);
    expect(problems.find((problem) => problem.field === "backout:rehearseWithout")).toMatchObject({
      value: "everything",
      allowed: "permission or alarm-action or function",
    });
  });
});

describe("what the component refuses", () => {
  test("is reported under the user's keys, together with what cannot be read", () => {
    const problems = problemsOf({
      "backout:blueRelease": "two words",
      "backout:subnetIds": "subnet-a",
      "backout:environment": "Checkout",
      "backout:healthCheckPath": "healthz",
      "backout:errorRatePercent": "-3",
      "backout:colour": "red",
    });
    expect(problems.map(({ field }) => field).sort()).toEqual([
      "backout:blueRelease",
      "backout:colour",
      "backout:environment",
      "backout:errorRatePercent",
      "backout:greenRelease",
      "backout:healthCheckPath",
      "backout:subnetIds",
    ]);
    expect(problems.find(({ field }) => field === "backout:errorRatePercent")).toMatchObject({
      value: "-3",
      allowed: "a number above 0 and below 100",
    });
  });

  test.each([
    ["listenerPort", "an integer from 1 to 65535"],
    ["containerPort", "an integer from 1 to 65535"],
    ["desiredCount", "an integer from 1 to 1000"],
    ["idleCount", "an integer from 0 to 1, the tasks of a slot that is needed"],
    ["errorRatePercent", "a number above 0 and below 100"],
    ["minimumRequestsPerMinute", "an integer from 1 to 1000000"],
    ["latencyP99Seconds", "a number of seconds from 0.001 to below 60"],
    ["latencyRatio", "a number above 1 and up to 100"],
    ["minimumRequests", "a whole number from 0 to 1000000"],
  ])("%s that is no number gets its range", (key, allowed) => {
    expect(problemsOf({ ...good, [`backout:${key}`]: "many" })).toMatchObject([
      { field: `backout:${key}`, value: "many", allowed },
    ]);
  });
});

describe("a stack's rollouts", () => {
  test("every problem of the steps is reported, each by its own step", () => {
    const steps = "25:10m 5:5m 1000:5m 50:soon";
    const fields = problemsOf({ ...good, "backout:steps": steps }).map(({ field }) => field);
    const [falls, many] = ["backout:steps[1].weight", "backout:steps[2].weight"];
    expect(fields).toEqual(["backout:steps[3]", falls, many]);
    const readable = problemsOf({ ...good, "backout:steps": "25:10m 5:5m 1000:5m" });
    expect(readable).toMatchObject([
      {
        field: "backout:steps[1].weight",
        value: 5,
        allowed: expect.stringContaining("more than 25"),
      },
      { field: "backout:steps[2].weight", value: 1000 },
    ]);
  });

  test.each(["onDeadline", "onBad", "warm", "decideWithin", "strategy"])("%s is checked", (key) => {
    const problems = problemsOf({ ...good, [`backout:${key}`]: "whatever" });
    expect(problems).toMatchObject([{ field: `backout:${key}`, value: "whatever" }]);
  });

  test("a canary's steps can be set", () => {
    const read = readConfig({
      ...good,
      "backout:strategy": "canary",
      "backout:steps": "10:5m 50:10m:gate",
      "backout:onDeadline": "hold",
    });
    expect(read).toMatchObject({
      config: {
        strategy: "canary",
        args: { rollout: { steps: "10:5m 50:10m:gate", onDeadline: "hold" } },
      },
    });
  });
});

describe("an environment's arguments", () => {
  const releases = { blue: "shop:1", green: "shop:2" };

  test.each([
    ["environment", { environment: "Checkout" }],
    ["environment", { environment: "a-name-that-is-far-too-long-for-elb" }],
    ["environment", { environment: "double--hyphen" }],
    ["releases.green", { releases: { blue: "shop:1", green: "" } }],
    ["listenerPort", { listenerPort: 0 }],
    ["workload.containerPort", { workload: { containerPort: 70_000 } }],
    ["workload.desiredCount", { workload: { desiredCount: 0 } }],
    ["workload.healthCheckPath", { workload: { healthCheckPath: "healthz" } }],
    ["guard.errorRatePercent", { guard: { errorRatePercent: 100 } }],
    ["guard.latencyP99Seconds", { guard: { latencyP99Seconds: 60 } }],
    ["guard.latencyP99Seconds", { guard: { latencyP99Seconds: 0 } }],
    ["guard.latencyRatio", { guard: { latencyRatio: 1 } }],
    ["guard.minimumRequestsPerMinute", { guard: { minimumRequestsPerMinute: 0.5 } }],
    ["guard.sentinel", { guard: { sentinel: true } }],
    ["guard.sentinelAlpha", { guard: { sentinelAlpha: 0 } }],
    ["guard.sentinelAlpha", { guard: { sentinelAlpha: 0.5 } }],
    ["guard.fastSignals", { guard: { fastSignals: true } }],
  ])("%s is checked: %j", (field, args) => {
    const problems = environmentProblems("checkout", { releases, ...args });
    expect(problems.map((problem) => problem.field)).toEqual([field]);
  });

  test("every problem is reported, not the first", () => {
    const problems = environmentProblems("NO", {
      releases: { blue: "", green: "" },
      listenerPort: -1,
    });
    expect(problems).toHaveLength(4);
  });

  test("good ones pass", () => {
    expect(environmentProblems("checkout", { releases })).toEqual([]);
    const workload = { faultSidecarImage: "backout/fault-sidecar:0.1.0" };
    const fast = { releases, workload, guard: { fastSignals: true, sentinel: true } };
    expect(environmentProblems("checkout", fast)).toEqual([]);
  });
});

describe("who is told", () => {
  const key = "R0123456789abcdefR0123456789abcd";

  test("goes to the guard's function", () => {
    const read = readConfig({
      ...good,
      "backout:slackUrl": "https://hooks.example.com/services/T0/B0/hush",
      "backout:pagerDutyRoutingKey": key,
    });
    expect("config" in read && read.config.args.guard?.notify).toEqual({
      slackUrl: "https://hooks.example.com/services/T0/B0/hush",
      pagerDutyRoutingKey: key,
    });
  });

  test("is checked, and a secret is not repeated", () => {
    const problems = problemsOf({
      ...good,
      "backout:slackUrl": "http://hooks.example.com/services/T0/B0/hush",
      "backout:pagerDutyRoutingKey": "hush",
      "backout:pagerDutyUrl": "ftp://events.example.com",
    });
    expect(problems.map(({ field }) => field)).toEqual([
      "backout:slackUrl",
      "backout:pagerDutyRoutingKey",
      "backout:pagerDutyUrl",
    ]);
    expect(JSON.stringify(problems)).not.toContain("hush");
  });

  test("needs a key for another PagerDuty", () => {
    const [problem, ...others] = problemsOf({
      ...good,
      "backout:pagerDutyUrl": "https://events.eu.pagerduty.com/v2/enqueue",
    });
    expect(problem?.fix).toBe("set pagerDutyRoutingKey, too");
    expect(others).toEqual([]);
  });
});
