import { describe, expect, test } from "vitest";
import { addResponseTime } from "../../../lab/dataplane/minutes.ts";
import type { Rule } from "../../../lab/dataplane/model.ts";
import { backend, BALANCER, closedPort, named, shares, START_MS, tally, World } from "./world.ts";

const LB = { LoadBalancer: BALANCER };
const BLUE = "targetgroup/blue/0123456789abcdef";
const GREEN = "targetgroup/green/0123456789abcdef";
const ZONE = { AvailabilityZone: "us-east-1a" };

async function twoSides(): Promise<World> {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("blue")), await backend(named("blue"))]);
  const green = await backend((req, res) => {
    res.writeHead(req.url === "/health" ? 200 : 500).end();
  });
  world.group("green", [green]);
  await world.open(shares({ blue: 1, green: 0 }));
  return world;
}

describe("a minute with traffic", () => {
  test("is published at its end with every documented dimension set", async () => {
    const world = await twoSides();
    await tally(world.url, 6);
    world.weights({ blue: 0, green: 1 });
    await tally(world.url, 4);
    await world.clock.advance(59_999);
    expect(world.points).toEqual([]);
    await world.clock.advance(1);

    const blue = { TargetGroup: BLUE, ...LB };
    const green = { TargetGroup: GREEN, ...LB };
    for (const zone of [{}, ZONE]) {
      expect(world.metric("RequestCount", { ...LB, ...zone })).toEqual([[0, [1], [10]]]);
      expect(world.metric("RequestCount", { ...blue, ...zone })).toEqual([[0, [1], [6]]]);
      expect(world.metric("RequestCount", { ...green, ...zone })).toEqual([[0, [1], [4]]]);
      expect(world.metric("HTTPCode_Target_2XX_Count", { ...LB, ...zone })).toEqual([
        [0, [1], [6]],
      ]);
      expect(world.metric("HTTPCode_Target_5XX_Count", { ...LB, ...zone })).toEqual([
        [0, [1], [4]],
      ]);
      expect(world.metric("HTTPCode_Target_5XX_Count", { ...green, ...zone })).toEqual([
        [0, [1], [4]],
      ]);
      expect(world.metric("HTTPCode_Target_5XX_Count", { ...blue, ...zone })).toEqual([]);
      expect(world.metric("HealthyHostCount", { ...blue, ...zone })).toEqual([[0, [2], [1]]]);
      expect(world.metric("UnHealthyHostCount", { ...blue, ...zone })).toEqual([[0, [0], [1]]]);
    }
    expect(world.metric("RequestCountPerTarget", { TargetGroup: BLUE })).toEqual([[0, [3], [1]]]);
    expect(world.metric("RequestCountPerTarget", blue)).toEqual([[0, [3], [1]]]);
    expect(world.metric("RequestCountPerTarget", { TargetGroup: GREEN })).toEqual([[0, [4], [1]]]);

    const times = world.points.filter(
      ({ metricName, dimensions }) =>
        metricName === "TargetResponseTime" && Object.keys(dimensions).length === 1,
    );
    expect(times).toHaveLength(1);
    expect(times[0]).toMatchObject({ unit: "Seconds" });
    expect(times[0]?.counts.reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(times[0]?.values.every((seconds) => seconds > 0 && seconds < 5)).toBe(true);

    // One stamp for all: the start of the minute, seen 30 nominal seconds after its end.
    const stamps = world.points.map((point) => [
      point.timestampMs,
      point.availableAtMs,
      point.namespace,
    ]);
    expect(new Set(stamps.map(String))).toEqual(
      new Set([String([START_MS, START_MS + 90_000, "AWS/ApplicationELB"])]),
    );
    expect(new Set(world.points.map(({ metricName }) => metricName))).toEqual(
      new Set([
        "RequestCount",
        "RequestCountPerTarget",
        "TargetResponseTime",
        "HTTPCode_Target_2XX_Count",
        "HTTPCode_Target_5XX_Count",
        "HealthyHostCount",
        "UnHealthyHostCount",
        "AnomalousHostCount",
        "MitigatedHostCount",
        "ActiveConnectionCount",
        "NewConnectionCount",
        "ProcessedBytes",
      ]),
    );
  });

  test("is 0 per target for a group that got none of the requests", async () => {
    const world = await twoSides();
    await tally(world.url, 2);
    await world.clock.advance(60_000);
    expect(world.metric("RequestCountPerTarget", { TargetGroup: GREEN })).toEqual([[0, [0], [1]]]);
    expect(world.metric("RequestCount", { TargetGroup: GREEN, ...LB })).toEqual([]);
  });

  test("belongs to the requests whose responses completed in it", async () => {
    const world = new World();
    world.balancer();
    const held = Promise.withResolvers<() => void>();
    const target = await backend((req, res) => {
      if (req.url === "/health") res.end();
      else held.resolve(() => res.end());
    });
    world.group("blue", [target]);
    await world.open(shares({ blue: 1 }));
    const response = fetch(world.url);
    const finish = await held.promise;
    await world.clock.advance(60_000);
    finish();
    await (await response).text();
    await world.clock.advance(60_000);
    expect(world.metric("RequestCount", LB)).toEqual([[1, [1], [1]]]);
  });
});

/** The dimension sets of the ALB guide's metric tables, by their keys. */
const SETS = {
  balancer: ["LoadBalancer", "AvailabilityZone,LoadBalancer"],
  group: ["LoadBalancer,TargetGroup", "AvailabilityZone,LoadBalancer,TargetGroup"],
  perTarget: ["TargetGroup", "LoadBalancer,TargetGroup"],
} as const;

function on(path: string, group: string): Rule<string> {
  return shares({ [group]: 1 }, undefined, [{ field: "path-pattern", values: [path] }]);
}

function sorted(sets: readonly string[]): readonly string[] {
  return [...sets].sort();
}

test("every metric has the dimension sets of AWS's table, and no other", async () => {
  const world = new World();
  world.balancer();
  const target = await backend((req, res) => {
    const status = Number(req.url?.slice(1)) || 200;
    if (status === 999) req.socket.destroy();
    else if (status === 998) req.resume();
    else res.writeHead(status).end();
  });
  world.balancer({ idleTimeoutMs: 300 });
  const sticky = { kind: "lb_cookie", durationMs: 60_000 } as const;
  world.group("blue", [target], { stickiness: sticky });
  world.group("dead", [await closedPort()]);
  world.group("empty", []);
  await world.open(
    on("/dead", "dead"),
    on("/empty", "empty"),
    {
      conditions: [{ field: "path-pattern", values: ["/fixed"] }],
      action: { type: "fixed-response", status: 500, contentType: "text/plain", body: "" },
    },
    {
      conditions: [{ field: "path-pattern", values: ["/moved"] }],
      action: {
        type: "redirect",
        status: 302,
        protocol: "HTTPS",
        host: "#{host}",
        port: "443",
        path: "/#{path}",
        query: "#{query}",
      },
    },
    shares({ blue: 1 }),
  );
  const paths = ["200", "301", "404", "500", "998", "999", "dead", "empty", "fixed", "moved"];
  for (const path of paths) {
    const response = await fetch(`${world.url}/${path}`, { redirect: "manual" });
    await response.arrayBuffer();
  }
  await (await fetch(world.url, { headers: { "x-forwarded-for": "1,".repeat(31) } })).text();
  await world.clock.advance(60_000);

  const seen: Record<string, string[]> = {};
  for (const { metricName, dimensions } of world.points) {
    const keys = Object.keys(dimensions).sort().join();
    const list = (seen[metricName] ??= []);
    if (!list.includes(keys)) list.push(keys);
  }
  const { balancer, group, perTarget } = SETS;
  const all = [...balancer, ...group];
  expect(
    Object.fromEntries(Object.entries(seen).map(([name, sets]) => [name, sorted(sets)])),
  ).toEqual({
    RequestCount: sorted(all),
    HTTPCode_Target_2XX_Count: sorted(all),
    HTTPCode_Target_3XX_Count: sorted(all),
    HTTPCode_Target_4XX_Count: sorted(all),
    HTTPCode_Target_5XX_Count: sorted(all),
    TargetConnectionErrorCount: sorted(all),
    TargetResponseTime: sorted(all),
    RequestCountPerTarget: sorted(perTarget),
    HealthyHostCount: sorted(group),
    UnHealthyHostCount: sorted(group),
    AnomalousHostCount: sorted(group),
    MitigatedHostCount: sorted(group),
    HTTPCode_ELB_3XX_Count: sorted(balancer),
    HTTPCode_ELB_4XX_Count: sorted(balancer),
    HTTPCode_ELB_5XX_Count: sorted(balancer),
    HTTPCode_ELB_500_Count: sorted(balancer),
    HTTPCode_ELB_502_Count: sorted(balancer),
    HTTPCode_ELB_503_Count: sorted(balancer),
    HTTPCode_ELB_504_Count: sorted(balancer),
    HTTP_Fixed_Response_Count: sorted(balancer),
    HTTP_Redirect_Count: sorted(balancer),
    NonStickyRequestCount: sorted(balancer),
    ActiveConnectionCount: sorted(balancer),
    NewConnectionCount: sorted(balancer),
    ProcessedBytes: sorted(balancer),
    RuleEvaluations: ["LoadBalancer"],
  });
  // Four rules before the default one; the first three paths below stop at theirs.
  const tried = { dead: 1, empty: 2, fixed: 3, moved: 4, others: 6 * 4 };
  const evaluations = Object.values(tried).reduce((sum, n) => sum + n, 0);
  expect(world.metric("RuleEvaluations", LB)).toEqual([[0, [evaluations], [1]]]);
  // Seven of eleven requests had a target: not /empty, /fixed, /moved, nor the one refused with 463.
  expect(world.metric("RequestCount", LB)).toEqual([[0, [1], [7]]]);
  expect(world.metric("HTTPCode_ELB_5XX_Count", LB)).toEqual([[0, [1], [5]]]);
});

test("without requests only the hosts are reported", async () => {
  const world = await twoSides();
  await world.clock.advance(120_000);
  expect(new Set(world.points.map(({ metricName }) => metricName))).toEqual(
    new Set(["HealthyHostCount", "UnHealthyHostCount", "AnomalousHostCount", "MitigatedHostCount"]),
  );
  expect(world.metric("HealthyHostCount", { TargetGroup: GREEN, ...LB })).toEqual([
    [0, [1], [1]],
    [1, [1], [1]],
  ]);
});

test("groups without targets, and groups no rule names, report no hosts", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", []);
  world.group("green", [await backend(named("green"))]);
  await world.open(shares({ blue: 1 }));
  await world.clock.advance(60_000);
  expect(world.points).toEqual([]);
});

test("the delay of delivery is a setting", async () => {
  const world = new World({ metricDelayMs: 5000 });
  world.balancer();
  world.group("blue", [await backend(named("blue"))]);
  await world.open(shares({ blue: 1 }));
  await world.clock.advance(60_000);
  expect(world.points[0]?.availableAtMs).toBe(START_MS + 65_000);
});

test("response times keep three significant digits, in seconds", () => {
  const times = new Map<number, number>();
  for (const ms of [0.000_01, 0.1234, 1.2341, 1.2351, 12.345, 1234.5, 61_234.4]) {
    addResponseTime(times, ms);
  }
  expect([...times]).toEqual([
    [0.000_001, 1],
    [0.000_123, 1],
    [0.001_23, 1],
    [0.001_24, 1],
    [0.0123, 1],
    [1.23, 1],
    [61.2, 1],
  ]);
});
