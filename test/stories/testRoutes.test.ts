/** Testers reach the candidate while nobody else does: by header, by cookie, by their own listener. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is 2 s. */
const SPEED = 30;
const SECRET = "only-testers-know-this-1";

interface Route {
  readonly slot: string;
  readonly url: string;
  readonly header: { readonly name: string; readonly value: string };
  readonly cookie: { readonly name: string; readonly value: string };
  readonly needsSecret: boolean;
}

/** The release that answers, or the status of an answer that is none. */
const answer = async (url: string, headers: Record<string, string> = {}): Promise<string> => {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return response.ok ? text : String(response.status);
};
const byHeader = ({ url, header }: Route): Promise<string> =>
  answer(url, { [header.name]: header.value });
const byCookie = ({ url, cookie }: Route): Promise<string> =>
  answer(url, { cookie: `session=1; ${cookie.name}=${cookie.value}; theme=dark` });

describe("a rollout whose first step has weight 0", { timeout: 120_000 }, () => {
  const config = [
    "strategy=canary",
    // No step ends by itself: whatever else runs on this machine, each test finds its own.
    "steps=0:5m:gate 50:5h:gate",
    "decideWithin=24h",
    "minimumRequestsPerMinute=5",
    "testListenerPort=9000",
    'testAllowedCidrs=["10.0.0.0/8"]',
  ];
  const lab = new RolloutLab([...config, "testPublicRoutes=open"]);
  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/good:2");
  }, 120_000);
  afterAll(() => lab.stop());

  const routesNow = async (noun: "env" | "rollout"): Promise<Route[]> =>
    (await lab.json<{ testRoutes: Route[] }>(noun, "status")).testRoutes;
  /** Where testers and where everybody else go; they stay while the lab runs. */
  let toBlue: Route;
  let toGreen: Route;
  let front: string;

  test("shows testers the candidate, and 100 ordinary requests the stable release", async () => {
    await lab.deploy("shop/good:2");
    const { stdout } = await lab.passes("rollout", "start");
    front = (await lab.status()).url;
    const all = await routesNow("rollout");
    expect(all.map(({ slot }) => slot)).toEqual(["blue", "green", "blue", "green"]);
    [toBlue, toGreen] = all as [Route, Route];
    // Lines are broken at 100 columns.
    expect(stdout.replace(/\s+/g, " ")).toContain(
      `slot green (the candidate) at ${toGreen.url} with the header "x-backout-slot: green"`,
    );
    expect(all[3]).toMatchObject({ url: front, needsSecret: false });
    for (const route of all) {
      const release = route.slot === "green" ? "shop/good:2" : "shop/good:1";
      expect([await byHeader(route), await byCookie(route)]).toEqual([release, release]);
    }

    const ordinary = await Promise.all(Array.from({ length: 100 }, () => answer(front)));
    expect(ordinary).toEqual(Array.from({ length: 100 }, () => "shop/good:1"));
    expect((await lab.status()).weights).toEqual({ blue: 100, green: 0 });
  });

  test("tells whoever names no slot what to send, on the testers' own listener only", async () => {
    const response = await fetch(toGreen.url, { headers: { "x-backout-slot": "purple" } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('send the header "x-backout-slot: SLOT"');
    expect((await lab.passes("lab", "status")).stdout).toContain(`: ${toGreen.url}\n`);
    expect(await answer(front, { "x-backout-slot": "purple" })).toBe("shop/good:1");
  });

  test("asks for a secret once there is one, which moves no traffic and is never shown", async () => {
    const secretly = [
      ...config,
      "testPublicRoutes=secret",
      `testSecret=${SECRET}`,
      "blueRelease=shop/good:1",
      "greenRelease=shop/good:2",
    ].map((entry) => `--config=${entry}`);
    const up = await lab.passes("up", "--json", ...secretly);
    // Four rules, and the tag that tells of them.
    expect(JSON.parse(up.stdout)).toMatchObject({ changes: { create: 0, replace: 0, delete: 0 } });
    const { rollout, weights } = await lab.rollout();
    expect({ step: rollout?.step, weights }).toEqual({ step: 0, weights: { blue: 100, green: 0 } });

    const all = await routesNow("env");
    expect(all[3]).toMatchObject({
      url: front,
      needsSecret: true,
      header: { value: "green.SECRET" },
    });
    expect(await answer(front, { "x-backout-slot": "green" })).toBe("shop/good:1");
    expect(await answer(front, { "x-backout-slot": `green.${SECRET}` })).toBe("shop/good:2");
    expect(await answer(front, { cookie: `backout-slot=green.${SECRET}` })).toBe("shop/good:2");
    expect(await byHeader(toGreen)).toBe("shop/good:2");
    expect(up.stdout + JSON.stringify(all)).not.toContain(SECRET);
  });

  test("goes on by weight alone: the guard writes beside the rules, and they stay", async () => {
    // Said twice, it could come between a tick and this look, and be about the step after it.
    let said = false;
    await lab.until("step 0 may be left", async () => {
      said ||= (await lab.box.run("rollout", "promote")).code === 0;
      return (await lab.status()).weights.green === 50;
    });
    expect([await byHeader(toGreen), await byHeader(toBlue)]).toEqual([
      "shop/good:2",
      "shop/good:1",
    ]);
    const { code, stderr } = await lab.up("shop/broken:1");
    expect(code).toBe(2);
    expect(stderr).toContain("slot green carries traffic (weight 50)");
    await lab.passes("rollout", "abort");
  });

  test("a candidate that fails its testers is latched with no user hurt, and can be looked at", async () => {
    await lab.deploy("shop/broken:1");
    await lab.passes("rollout", "start");
    const seen = new Set<string>();
    await lab.until("the candidate is latched", async () => {
      await Promise.all(Array.from({ length: 20 }, () => byHeader(toGreen)));
      seen.add(await answer(front));
      return (await lab.status()).latch?.slot === "green";
    });
    expect([...seen]).toEqual(["shop/good:1"]);
    const looks = await Promise.all(Array.from({ length: 4 }, () => byHeader(toGreen)));
    expect(looks.sort()).toEqual(["500", "500", "shop/broken:1", "shop/broken:1"]);
  });
});
