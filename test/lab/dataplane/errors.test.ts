import { createServer, request, type RequestListener } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { Worker } from "node:worker_threads";
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

/** A port whose queue of waiting connections is full: nobody accepts, and nobody refuses. */
async function neverAccepts(): Promise<TargetAddress> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer();
     server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  onTestFinished(async () => void (await worker.terminate()));
  const [port]: number[] = await once(worker, "message");
  for (let i = 0; i < 4; i++) {
    const waiting = connect(port ?? 0, "127.0.0.1");
    waiting.on("error", () => {});
    onTestFinished(() => void waiting.destroy());
  }
  return { id: "127.0.0.1", port: port ?? 0 };
}

test("a target that takes longer than the connection timeout is a 504 and a connection error", async () => {
  const world = new World({ connectTimeoutMs: 300 });
  world.balancer();
  const checked = await backend(named("checked"));
  world.group("blue", [await neverAccepts()], {
    healthCheck: {
      port: checked.port,
      path: "/",
      intervalMs: 10_000,
      timeoutMs: 2000,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    },
  });
  await world.open(shares({ blue: 1 }));
  const response = await fetch(world.url);
  expect(response.status).toBe(504);
  await world.clock.advance(60_000);
  expect(world.metric("HTTPCode_ELB_504_Count", LB)).toEqual([[0, [1], [1]]]);
  expect(world.metric("TargetConnectionErrorCount", TG)).toEqual([[0, [1], [1]]]);
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
