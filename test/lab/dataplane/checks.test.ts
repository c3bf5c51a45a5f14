import { expect, test } from "vitest";
import { backend, closedPort, named, shares, tally, World } from "./world.ts";

test("targets are checked at registration and on the interval, only while a rule names them", async () => {
  const checks: string[] = [];
  const target = await backend((req, res) => {
    checks.push(`${req.method} ${req.url} ${req.headers["user-agent"]} ${req.headers.host}`);
    res.end();
  });
  const world = new World();
  world.balancer();
  world.group("blue", [target]);
  world.group("idle", [target]);
  expect(world.plane.health("blue")[0]?.health).toMatchObject({
    state: "unused",
    reason: "Target.NotInUse",
  });

  await world.open(shares({ blue: 1 }));
  expect(world.states("blue")).toEqual(["healthy"]);
  expect(checks).toEqual([`GET /health ELB-HealthChecker/2.0 127.0.0.1:${target.port}`]);
  expect(world.states("idle")).toEqual(["unused"]);

  await world.clock.advance(30_000);
  expect(checks).toHaveLength(4);

  world.plane.setRules("listener", [shares({ idle: 1 })]);
  expect(world.states("blue")).toEqual(["unused"]);
  await world.clock.advance(20_000);
  expect(world.states("idle")).toEqual(["healthy"]);
  expect(checks).toHaveLength(4 + 3);
});

test("a target falls after two failures and heals after two passes, in nominal time", async () => {
  let status = 200;
  const target = await backend((_req, res) => res.writeHead(status).end());
  const world = new World();
  world.balancer();
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  const walk = async (next: number): Promise<string> => {
    status = next;
    await world.clock.advance(10_000);
    return world.states("blue")[0] ?? "";
  };
  expect(await walk(500)).toBe("healthy");
  expect(await walk(500)).toBe("unhealthy");
  expect(world.plane.health("blue")[0]?.health.description).toBe(
    "Health checks failed with these codes: [500]",
  );
  expect(await walk(200)).toBe("unhealthy");
  expect(await walk(200)).toBe("healthy");
});

test("a check that gets no answer in time is a timeout, one that finds no port a failure", async () => {
  const world = new World();
  world.balancer();
  const healthCheck = {
    port: "traffic-port" as const,
    path: "/",
    intervalMs: 10_000,
    timeoutMs: 50,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: "200",
  };
  world.group("mute", [await backend(() => {})], { healthCheck });
  world.group("dead", [await closedPort()], { healthCheck });
  await world.open(shares({ mute: 1, dead: 1 }));
  await world.clock.advance(10_000);
  expect(world.plane.health("mute")[0]?.health.reason).toBe("Target.Timeout");
  expect(world.plane.health("dead")[0]?.health.reason).toBe("Target.FailedHealthChecks");
});

test("a check port of its own is used for every target", async () => {
  const checker = await backend(named("checker"));
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("blue", 500))], {
    healthCheck: {
      port: checker.port,
      path: "/",
      intervalMs: 10_000,
      timeoutMs: 2000,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    },
  });
  await world.open(shares({ blue: 1 }));
  expect(world.states("blue")).toEqual(["healthy"]);
});

test("a draining target ends what it has and gets nothing new, until its delay is over", async () => {
  const held = Promise.withResolvers<() => void>();
  const old = await backend((req, res) => {
    if (req.url === "/slow") held.resolve(() => res.end("old"));
    else res.end("old");
  });
  const world = new World();
  world.balancer();
  world.group("blue", [old]);
  await world.open(shares({ blue: 1 }));
  const slow = fetch(`${world.url}/slow`);
  const finish = await held.promise;

  world.plane.deregister("blue", [old]);
  world.plane.register("blue", [await backend(named("new"))]);
  await world.clock.advance(0);
  expect(world.plane.health("blue", [old])[0]?.health.reason).toBe(
    "Target.DeregistrationInProgress",
  );
  expect(await tally(world.url, 10)).toEqual({ new: 10 });
  finish();
  expect(await (await slow).text()).toBe("old");

  await world.clock.advance(299_999);
  expect(world.states("blue")).toEqual(["draining", "healthy"]);
  await world.clock.advance(1);
  expect(world.states("blue")).toEqual(["healthy"]);
  expect(world.plane.health("blue", [old])[0]?.health.reason).toBe("Target.NotRegistered");
});

test("what is still under way when the delay ends is cut with 502", async () => {
  const reached = Promise.withResolvers<void>();
  const target = await backend((req, res) => {
    if (req.url === "/slow") reached.resolve();
    else res.end();
  });
  const world = new World();
  world.balancer();
  world.group("blue", [target], { deregistrationDelayMs: 5000 });
  await world.open(shares({ blue: 1 }));
  const slow = fetch(`${world.url}/slow`);
  await reached.promise;
  world.plane.deregister("blue", [target]);
  await world.clock.advance(5000);
  expect((await slow).status).toBe(502);
});

test("a target that is registered again while it drains is a new one", async () => {
  const target = await backend(named("blue"));
  const world = new World();
  world.balancer();
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  world.plane.deregister("blue", [target]);
  world.plane.register("blue", [target]);
  expect(world.states("blue")).toEqual(["initial"]);
  await world.clock.advance(0);
  expect(await tally(world.url, 5)).toEqual({ blue: 5 });
  // The first registration's drain must not take the second one out.
  await world.clock.advance(300_000);
  expect(world.states("blue")).toEqual(["healthy"]);
});

test("a target drains on when its group leaves the rules", async () => {
  const target = await backend(named("blue"));
  const world = new World();
  world.balancer();
  world.group("blue", [target]);
  world.group("green", []);
  await world.open(shares({ blue: 1 }));
  world.plane.deregister("blue", [target]);
  world.weights({ green: 1 });
  expect(world.states("blue")).toEqual(["draining"]);
  world.weights({ blue: 1 });
  await world.clock.advance(0);
  expect(world.states("blue")).toEqual(["draining"]);
});

test("close leaves no timer behind: no check, no drain, no minute, no judgement", async () => {
  const [staying, leaving] = [await backend(named("a")), await backend(named("b"))];
  const world = new World();
  world.balancer();
  world.group("blue", [staying, leaving]);
  await world.open(shares({ blue: 1 }));
  world.plane.deregister("blue", [leaving]);
  expect(world.clock.pending).toBe(4);
  await world.plane.close();
  expect(world.clock.pending).toBe(0);
});
