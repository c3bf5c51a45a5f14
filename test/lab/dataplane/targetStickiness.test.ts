import { describe, expect, test } from "vitest";
import type { GroupSettings, TargetAddress } from "../../../lab/dataplane/model.ts";
import { backend, BALANCER, shares, tally, World } from "./world.ts";

const LB = { LoadBalancer: BALANCER };
const HOUR_MS = 3_600_000;
const LB_COOKIE = { kind: "lb_cookie", durationMs: HOUR_MS } as const;
const APP_COOKIE = { kind: "app_cookie", cookieName: "session", durationMs: HOUR_MS } as const;

/** Three targets that answer with their names; `/login` sets the application's cookie. */
async function three(settings: Partial<GroupSettings>): Promise<{
  world: World;
  targets: ReadonlyMap<string, TargetAddress>;
  sick: Set<string>;
}> {
  const sick = new Set<string>();
  const targets = new Map<string, TargetAddress>();
  for (const name of ["a", "b", "c"]) {
    const target = await backend((req, res) => {
      const login = req.url === "/login" ? { "set-cookie": ["session=1; Path=/", "x=2"] } : {};
      res.writeHead(req.url === "/health" && sick.has(name) ? 500 : 200, login).end(name);
    });
    targets.set(name, target);
  }
  const world = new World();
  world.balancer();
  world.group("blue", [...targets.values()], settings);
  world.group("green", []);
  await world.open(shares({ blue: 1 }));
  return { world, targets, sick };
}

interface Visit {
  readonly name: string;
  readonly set: readonly string[];
  /** The Cookie header that a browser would send next. */
  readonly cookie: string;
}

async function visit(url: string, cookie = ""): Promise<Visit> {
  const response = await fetch(url, { headers: { cookie } });
  const set = response.headers.getSetCookie();
  const next = set.map((one) => one.split(";")[0] ?? "").join("; ");
  return { name: await response.text(), set, cookie: next };
}

describe("duration-based: AWSALB", () => {
  test("keeps a client on its target, and every response renews both cookies", async () => {
    const { world } = await three({ stickiness: LB_COOKIE });
    const first = await visit(world.url);
    expect(first.set.map((one) => one.replace(/=[^;]*/, "=…"))).toEqual([
      "AWSALB=…; Expires=Sun, 01 Mar 2026 01:00:00 GMT; Path=/",
      "AWSALBCORS=…; Expires=Sun, 01 Mar 2026 01:00:00 GMT; Path=/; SameSite=None",
    ]);
    await world.clock.advance(HOUR_MS - 1);
    const second = await visit(world.url, first.cookie);
    expect(second.name).toBe(first.name);
    expect(second.set[0]).toContain("Expires=Sun, 01 Mar 2026 01:59:59 GMT");
    expect(await tally(world.url, 12, { cookie: second.cookie })).toEqual({ [first.name]: 12 });
    // Either of the two cookies is enough.
    const cors = second.cookie.split("; ")[1] ?? "";
    expect(cors).toMatch(/^AWSALBCORS=/);
    expect(await tally(world.url, 6, { cookie: cors })).toEqual({ [first.name]: 6 });
  });

  test("ends with its nominal duration", async () => {
    const { world } = await three({ stickiness: LB_COOKIE });
    const { cookie } = await visit(world.url);
    await world.clock.advance(HOUR_MS);
    expect(await tally(world.url, 12, { cookie })).toEqual({ a: 4, b: 4, c: 4 });
  });

  test("gives a new target and a new cookie when the old one is sick or gone", async () => {
    const { world, targets, sick } = await three({ stickiness: LB_COOKIE });
    const first = await visit(world.url);
    sick.add(first.name);
    await world.clock.advance(20_000);
    const second = await visit(world.url, first.cookie);
    expect(second.name).not.toBe(first.name);
    expect((await visit(world.url, second.cookie)).name).toBe(second.name);

    const address = targets.get(second.name);
    world.plane.deregister("blue", address ? [address] : []);
    const third = await visit(world.url, second.cookie);
    expect([first.name, second.name]).not.toContain(third.name);
  });

  test("counts the requests for which no cookie could choose", async () => {
    const { world } = await three({ stickiness: LB_COOKIE });
    const { cookie } = await visit(world.url);
    await visit(world.url, "AWSALB=rubbish");
    await tally(world.url, 5, { cookie });
    await world.clock.advance(60_000);
    expect(world.metric("NonStickyRequestCount", LB)).toEqual([[0, [1], [2]]]);
  });

  test("works beside group stickiness: four cookies, first the group, then the target", async () => {
    const { world } = await three({ stickiness: LB_COOKIE });
    world.weights({ blue: 1, green: 0 }, HOUR_MS);
    const first = await visit(world.url);
    expect(first.set.map((one) => one.split("=")[0])).toEqual([
      "AWSALBTG",
      "AWSALBTGCORS",
      "AWSALB",
      "AWSALBCORS",
    ]);
    world.weights({ blue: 0, green: 1 }, HOUR_MS);
    expect(await tally(world.url, 6, { cookie: first.cookie })).toEqual({ [first.name]: 6 });
  });

  test("sets no cookie when it is off", async () => {
    const { world } = await three({});
    expect((await visit(world.url)).set).toEqual([]);
  });
});

describe("application-based: AWSALBAPP", () => {
  test("begins when the application sets its cookie, and needs both from then on", async () => {
    const { world } = await three({ stickiness: APP_COOKIE });
    expect((await visit(world.url)).set).toEqual([]);
    const first = await visit(`${world.url}/login`);
    expect(first.set.map((one) => one.split("=")[0])).toEqual(["session", "x", "AWSALBAPP"]);
    // Seven days for the client, whatever the duration.
    expect(first.set[2]).toContain("Expires=Sun, 08 Mar 2026 00:00:00 GMT");
    expect(await tally(world.url, 6, { cookie: first.cookie })).toEqual({ [first.name]: 6 });
    const [application = "", , own = ""] = first.cookie.split("; ");
    expect(await tally(world.url, 6, { cookie: application })).toEqual({ a: 2, b: 2, c: 2 });
    expect(await tally(world.url, 6, { cookie: own })).toEqual({ a: 2, b: 2, c: 2 });
  });

  test("holds for its duration after the last request", async () => {
    const { world } = await three({ stickiness: APP_COOKIE });
    const first = await visit(`${world.url}/login`);
    await world.clock.advance(HOUR_MS - 1);
    const second = await visit(world.url, first.cookie);
    expect(second.name).toBe(first.name);
    expect(second.set.map((one) => one.split("=")[0])).toEqual(["AWSALBAPP"]);
    await world.clock.advance(HOUR_MS - 1);
    const renewed = `session=1; ${second.cookie}`;
    expect(await tally(world.url, 6, { cookie: renewed })).toEqual({ [first.name]: 6 });
    await world.clock.advance(1);
    expect(await tally(world.url, 6, { cookie: renewed })).toEqual({ a: 2, b: 2, c: 2 });
  });

  test("does not work with weighted target groups", async () => {
    const { world } = await three({ stickiness: APP_COOKIE });
    world.weights({ blue: 1, green: 0 }, HOUR_MS);
    const first = await visit(`${world.url}/login`);
    expect(first.set.map((one) => one.split("=")[0])).not.toContain("AWSALBAPP");
    expect(await tally(world.url, 6, { cookie: first.cookie })).toEqual({ a: 2, b: 2, c: 2 });
  });
});
