import { createHash } from "node:crypto";
import { once } from "node:events";
import { request, type IncomingHttpHeaders } from "node:http";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import type { BalancerSettings, Rule } from "../../../lab/dataplane/model.ts";
import { backend, named, shares, World } from "./world.ts";

async function echo(settings: Partial<BalancerSettings> = {}): Promise<World> {
  const world = new World();
  world.balancer(settings);
  const target = await backend((req, res) => res.end(JSON.stringify(req.headers)));
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  return world;
}

async function seen(
  world: World,
  headers: Record<string, string> = {},
): Promise<IncomingHttpHeaders> {
  const headersSeen: IncomingHttpHeaders = JSON.parse(
    await (await fetch(world.url, { headers })).text(),
  );
  return headersSeen;
}

test("the target sees the client in the X-Forwarded headers, and a trace id", async () => {
  const world = await echo();
  const headers = await seen(world, { "x-forwarded-for": "203.0.113.7", "x-forwarded-port": "1" });
  expect(headers).toMatchObject({
    host: new URL(world.url).host,
    "x-forwarded-for": "203.0.113.7, 127.0.0.1",
    "x-forwarded-proto": "http",
    // The listener's port as AWS has it, not the one that really answers.
    "x-forwarded-port": "80",
  });
  expect(headers["x-amzn-trace-id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test("a trace id that came along is kept behind the load balancer's own", async () => {
  const root = "Root=1-69a38700-0123456789abcdef01234567";
  const headers = await seen(await echo(), { "x-amzn-trace-id": root });
  expect(headers["x-amzn-trace-id"]).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-69a38700-/);
});

test.each<[Partial<BalancerSettings>, RegExp]>([
  [{ forwardedFor: "preserve" }, /^203\.0\.113\.7$/],
  [{ forwardedFor: "remove" }, /^none$/],
  [{ forwardedForPort: true }, /^203\.0\.113\.7, 127\.0\.0\.1:\d+$/],
])("X-Forwarded-For with %o", async (settings, expected) => {
  const headers = await seen(await echo(settings), { "x-forwarded-for": "203.0.113.7" });
  expect(headers["x-forwarded-for"] ?? "none").toMatch(expected);
});

test("invalid header names are dropped when the attribute says so", async () => {
  expect(await seen(await echo(), { a_b: "1" })).toHaveProperty("a_b");
  expect(await seen(await echo({ dropInvalidHeaders: true }), { a_b: "1" })).not.toHaveProperty(
    "a_b",
  );
});

test("status, headers and doubled cookies of the target come back, its Server too", async () => {
  const world = new World();
  world.balancer();
  const target = await backend((_req, res) => {
    res.writeHead(201, { server: "app/1", "set-cookie": ["a=1", "b=2"], etag: '"x"' }).end("made");
  });
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  const response = await fetch(world.url, { method: "PUT", body: "x" });
  expect(response.status).toBe(201);
  expect(response.headers.get("server")).toBe("app/1");
  expect(response.headers.get("etag")).toBe('"x"');
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

test("20 MB stream through in both directions, with and without a length", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend((req, res) => void pipeline(req, res))]);
  await world.open(shares({ blue: 1 }));
  const sent = Buffer.alloc(20_000_000, "0123456789abcdef-");
  for (const headers of [{}, { "content-length": String(sent.length) }]) {
    const upload = request(world.url, { method: "POST", headers });
    upload.end(sent);
    const [response] = await once(upload, "response");
    const hash = createHash("sha256");
    await pipeline(response, hash);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"));
  }
});

test.each([
  ["GET", "body"],
  ["HEAD", ""],
  ["DELETE", "body"],
  ["OPTIONS", "body"],
])("%s passes, without a body of its own", async (method, text) => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("body"))]);
  await world.open(shares({ blue: 1 }));
  const response = await fetch(world.url, { method });
  expect([response.status, await response.text()]).toEqual([200, text]);
});

test("rules are tried in order; fixed responses and redirects are the load balancer's own", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("blue"))]);
  const fixed: Rule<string> = {
    conditions: [{ field: "path-pattern", values: ["/maintenance*"] }],
    action: {
      type: "fixed-response",
      status: 503,
      contentType: "text/plain; charset=utf-8",
      body: "back soon",
    },
  };
  const redirect: Rule<string> = {
    conditions: [{ field: "path-pattern", values: ["/old/*"] }],
    action: {
      type: "redirect",
      status: 301,
      protocol: "HTTPS",
      host: "#{host}",
      port: "443",
      path: "/new/#{path}",
      query: "#{query}&from=old",
    },
  };
  await world.open(fixed, redirect, shares({ blue: 1 }));

  const closed = await fetch(`${world.url}/maintenance/1`);
  expect([closed.status, await closed.text()]).toEqual([503, "back soon"]);
  expect(closed.headers.get("server")).toBe("awselb/2.0");
  expect(closed.headers.get("content-type")).toBe("text/plain; charset=utf-8");

  const moved = await fetch(`${world.url}/old/a?x=1`, { redirect: "manual" });
  expect(moved.status).toBe(301);
  expect(moved.headers.get("location")).toBe("https://127.0.0.1:443/new/old/a?x=1&from=old");

  expect(await (await fetch(`${world.url}/`)).text()).toBe("blue");
});

test("a listener takes its own port when it is free, and any other when it is not", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("blue"))]);
  await world.open(shares({ blue: 1 }));
  const taken = Number(new URL(world.url).port);
  const second = await world.plane.openListener(
    { arn: "second", balancerArn: "lb", port: taken, serverHeader: true },
    () => [shares({ blue: 1 })],
  );
  expect(second.port).not.toBe(taken);
  await world.plane.closeListener("listener");
  const third = await world.plane.openListener(
    { arn: "third", balancerArn: "lb", port: taken, serverHeader: true },
    () => [shares({ blue: 1 })],
  );
  expect(third).toEqual({ port: taken, url: `http://127.0.0.1:${taken}` });
});
