import { expect, test } from "vitest";
import { CookieName, stickyCookies, stickyIdOf } from "../../../lab/dataplane/cookie.ts";
import { backend, named, shares, START_MS, tally, World } from "./world.ts";

const HOUR_MS = 3_600_000;

test("a client stays on its group while the weight moves away, until stickiness is off", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("blue"))]);
  world.group("green", [await backend(named("green"))]);
  await world.open(shares({ blue: 0, green: 1 }, HOUR_MS));

  const first = await fetch(world.url);
  expect(await first.text()).toBe("green");
  const cookies = first.headers.getSetCookie();
  expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["AWSALBTG", "AWSALBTGCORS"]);
  expect(cookies[0]).toContain("Expires=Sun, 01 Mar 2026 01:00:00 GMT; Path=/");
  const cookie = cookies[0]?.split(";")[0] ?? "";

  world.weights({ blue: 1, green: 0 }, HOUR_MS);
  expect(await tally(world.url, 20)).toEqual({ blue: 20 });
  expect(await tally(world.url, 20, { cookie })).toEqual({ green: 20 });

  world.weights({ blue: 1, green: 0 });
  expect(await tally(world.url, 20, { cookie })).toEqual({ blue: 20 });
});

test("a cookie ends with its nominal duration", () => {
  const [cookie = ""] = stickyCookies(
    CookieName.Group,
    "targetgroup/green/1",
    START_MS + 1000,
    START_MS + 1000,
  );
  const header = `session=1; ${cookie.split(";")[0]}; theme=dark`;
  expect(stickyIdOf(header, CookieName.Group, START_MS)).toBe("targetgroup/green/1");
  expect(stickyIdOf(header, CookieName.Group, START_MS + 1000)).toBeUndefined();
});

test.each([
  ["no cookie", undefined],
  ["another cookie", "AWSALB=abc"],
  ["rubbish", "AWSALBTG=%%%"],
  ["no end", `AWSALBTG=${Buffer.from("green").toString("base64url")}`],
])("%s is no stickiness", (_what, header) => {
  expect(stickyIdOf(header, CookieName.Group, START_MS)).toBeUndefined();
});
