import { createServer, request, type RequestListener } from "node:http";
import { createServer as createTcpServer, connect } from "node:net";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../lab/dataplane/failure.ts";
import type { TargetAddress } from "../../../lab/dataplane/model.ts";
import {
  addressOf,
  backend,
  BALANCER,
  boundAddress,
  closedPort,
  named,
  shares,
  World,
} from "./world.ts";

const LB = { LoadBalancer: BALANCER };
const TG = { TargetGroup: "targetgroup/blue/0123456789abcdef", LoadBalancer: BALANCER };

/** Healthy for checks; `handler` has every other request. */
async function except(handler: RequestListener): Promise<TargetAddress> {
  return backend((req, res) => (req.url === "/health" ? res.end() : handler(req, res)));
}

/** Answers each connection with the same bytes and ends it. */
async function raw(bytes: string): Promise<TargetAddress> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return boundAddress(server);
}

async function worldOf(targets: readonly TargetAddress[], idleTimeoutMs = 60_000): Promise<World> {
  const world = new World();
  world.balancer({ idleTimeoutMs });
  world.group("blue", targets);
  await world.open(shares({ blue: 1 }));
  return world;
}

describe("what the client gets when the target does not answer", () => {
  const cases: readonly [string, () => Promise<TargetAddress>, number, number][] = [
    ["nothing listens", closedPort, 502, 1],
    ["the connection is reset", () => except((req) => void req.socket.resetAndDestroy()), 502, 0],
    ["the connection is closed", () => except((req) => void req.socket.end()), 502, 0],
    ["the response is malformed", () => raw("HTP/1.1 OK\r\n\r\n"), 502, 0],
    [
      "headers are over 32 K",
      () => except((_req, res) => void res.writeHead(200, { x: "a".repeat(33_000) }).end()),
      502,
      0,
    ],
    ["nothing comes before the idle timeout", () => except(() => {}), 504, 0],
  ];
  test.each(cases)("%s", async (_what, target, status, connectionErrors) => {
    const world = await worldOf([await target()], 500);
    const response = await fetch(world.url);
    expect(response.status).toBe(status);
    expect(response.headers.get("server")).toBe("awselb/2.0");
    expect(await response.text()).toContain(`<h1>${status} `);

    await world.clock.advance(60_000);
    // The load balancer's own codes have no target group, but the request had a target.
    expect(world.metric(`HTTPCode_ELB_${status}_Count`, LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_ELB_5XX_Count", LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_ELB_5XX_Count", TG)).toEqual([]);
    expect(world.metric("RequestCount", TG)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_Target_5XX_Count", TG)).toEqual([]);
    const errors = connectionErrors === 0 ? [] : [[0, [1], [connectionErrors]]];
    expect(world.metric("TargetConnectionErrorCount", TG)).toEqual(errors);
  });

  test("a body is refused as cleanly as a request without one", async () => {
    const world = await worldOf([await closedPort()]);
    for (let i = 0; i < 3; i++) {
      const response = await fetch(world.url, { method: "POST", body: "a".repeat(300_000) });
      expect(response.status).toBe(502);
      await response.arrayBuffer();
    }
  });

  test("a target that answers before it has read the body is heard", async () => {
    const target = await except((_req, res) => res.writeHead(413).end("too much"));
    const world = await worldOf([target]);
    for (let i = 0; i < 3; i++) {
      const response = await fetch(world.url, { method: "POST", body: "a".repeat(3_000_000) });
      expect(await response.text()).toBe("too much");
    }
  });
});

test.each([
  [
    { code: "ECONNREFUSED", syscall: "connect" },
    { status: 502, connection: true },
  ],
  [
    { code: "ECONNRESET", syscall: "connect" },
    { status: 502, connection: true },
  ],
  [
    { code: "ECONNRESET", syscall: "read" },
    { status: 502, connection: false },
  ],
  [{ code: "UND_ERR_SOCKET" }, { status: 502, connection: false }],
  [{ code: "UND_ERR_CONNECT_TIMEOUT" }, { status: 504, connection: true }],
  [{ code: "UND_ERR_HEADERS_TIMEOUT" }, { status: 504, connection: false }],
  [{ code: "UND_ERR_BODY_TIMEOUT" }, { status: 504, connection: false }],
  [{ code: "UND_ERR_INVALID_ARG" }, { status: 400, connection: false }],
])("%o is %o", (members, expected) => {
  expect(failureOf(Object.assign(new Error("x"), members))).toEqual(expected);
});

describe("503", () => {
  test.each([
    ["an empty group", { blue: 1 }],
    ["all weights zero", { blue: 0, green: 0 }],
  ])("%s", async (_what, weights) => {
    const world = new World();
    world.balancer();
    world.group("blue", []);
    world.group("green", [await backend(named("green"))]);
    await world.open(shares(weights));
    const response = await fetch(world.url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("503 Service Temporarily Unavailable");
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_503_Count", LB)).toEqual([[0, [1], [1]]]);
    // No target was chosen, so it is no request.
    expect(world.metric("RequestCount", LB)).toEqual([]);
  });

  test("an empty group has no stand-in: its share of requests fails", async () => {
    const world = new World();
    world.balancer();
    world.group("blue", []);
    world.group("green", [await backend(named("green"))]);
    await world.open(shares({ blue: 1, green: 0 }));
    expect((await fetch(world.url)).status).toBe(503);
  });
});

describe("what the client does", () => {
  test("TRACE is 405", async () => {
    const world = await worldOf([await backend(named("blue"))]);
    const sent = request(world.url, { method: "TRACE" }).end();
    const [response] = await once(sent, "response");
    expect(response.statusCode).toBe(405);
  });

  test.each([
    ["an overlong URL", (url: string) => fetch(`${url}/${"a".repeat(16_500)}`), 414],
    [
      "an overlong header",
      (url: string) => fetch(url, { headers: { a: "b".repeat(17_000) } }),
      400,
    ],
  ])("%s", async (_what, send, status) => {
    const world = await worldOf([await backend(named("blue"))]);
    expect((await send(world.url)).status).toBe(status);
  });

  test("a WebSocket is refused with 501", async () => {
    const world = await worldOf([await backend(named("blue"))]);
    const headers = { Connection: "Upgrade", Upgrade: "websocket" };
    const [response] = await once(request(world.url, { headers }).end(), "response");
    expect(response.statusCode).toBe(501);
  });

  test("an unreadable request is 400 by the load balancer", async () => {
    const world = await worldOf([await backend(named("blue"))]);
    const socket = connect(Number(new URL(world.url).port), "127.0.0.1");
    socket.end("GET / HTTP/9.9 nonsense\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1.1 400 Bad Request\r\nServer: awselb\/2.0\r\n/);
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([[0, [1], [1]]]);
  });

  test("a client that leaves first is a 460 and cuts the request at the target", async () => {
    const reached = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const target = await except((req) => {
      req.socket.once("close", () => cut.resolve());
      reached.resolve();
    });
    const world = await worldOf([target]);
    const sent = request(world.url);
    sent.on("error", () => {});
    sent.end();
    await reached.promise;
    sent.destroy();
    await cut.promise;
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_ELB_5XX_Count", LB)).toEqual([]);
  });
});

test("close ends listeners, connections and requests under way", async () => {
  const reached = Promise.withResolvers<void>();
  const world = await worldOf([
    await addressOf(
      createServer((req) => {
        if (req.url !== "/health") reached.resolve();
        else req.socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }),
    ),
  ]);
  const hanging = fetch(world.url).then(
    (response) => response.status,
    () => "cut",
  );
  await reached.promise;
  await world.plane.close();
  expect(["cut", 502]).toContain(await hanging);
  await expect(fetch(world.url)).rejects.toThrow("fetch failed");
});
