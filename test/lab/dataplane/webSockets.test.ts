import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { TargetAddress } from "../../../lab/dataplane/model.ts";
import {
  addressOf,
  backend,
  BALANCER,
  closedPort,
  dial,
  named,
  readAll,
  shares,
  World,
} from "./world.ts";

const LB = { LoadBalancer: BALANCER };
const TG = { TargetGroup: "targetgroup/blue/0123456789abcdef", LoadBalancer: BALANCER };
const HANDSHAKE =
  "GET /chat?room=1 HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/** Accepts every upgrade and then sends back each byte it gets; hands out its sockets. */
async function echoing(name = "echo"): Promise<{ address: TargetAddress; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(named(name));
  server.on("upgrade", (req, socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        `X-Name: ${name}\r\nX-Seen: ${req.url} ` +
        `${String(req.headers["x-forwarded-for"])} ${req.headers["sec-websocket-key"]}\r\n\r\nhello `,
    );
    socket.pipe(socket);
  });
  return { address: await addressOf(server), sockets };
}

async function worldOf(targets: readonly TargetAddress[], idleTimeoutMs = 60_000): Promise<World> {
  const world = new World({ connectTimeoutMs: 2000 });
  world.balancer({ idleTimeoutMs });
  world.group("blue", targets, { deregistrationDelayMs: 5000 });
  await world.open(shares({ blue: 1 }));
  return world;
}

/** Reads until `text` has come. */
async function until(socket: Socket, text: string): Promise<string> {
  let all = "";
  socket.setEncoding("latin1");
  for (;;) {
    const chunk: unknown = socket.read();
    if (typeof chunk === "string") all += chunk;
    if (all.includes(text)) return all;
    await once(socket, "readable");
  }
}

describe("a WebSocket", () => {
  test("becomes a tunnel both ways once the target answers 101", async () => {
    const { address, sockets } = await echoing();
    const world = await worldOf([address]);
    const client = await dial(world.url);
    // The client does not wait for the answer before its first bytes.
    client.write(`${HANDSHAKE}early `);
    const head = await until(client, "early ");
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(head).toContain("\r\nx-seen: /chat?room=1 127.0.0.1 dGhlIHNhbXBsZSBub25jZQ==\r\n");
    expect(head).toMatch(/\r\nUpgrade: websocket\r\n\r\nhello early $/);
    client.write("and \u0000\u00ff binary", "latin1");
    expect(await until(client, "binary")).toBe("and \u0000\u00ff binary");

    const closed = once(sockets[0] ?? client, "close");
    client.end();
    await closed;
  });

  test("counts as one request of its target group when it is accepted, and its bytes later", async () => {
    const { address } = await echoing();
    const world = await worldOf([address]);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    await until(client, "hello ");
    await world.clock.advance(60_000);
    expect(world.metric("RequestCount", TG)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_Target_2XX_Count", TG)).toEqual([]);
    // One connection from the client and one to the target.
    expect(world.metric("ActiveConnectionCount", LB)).toEqual([[0, [2], [1]]]);
    expect(world.metric("NewConnectionCount", LB)).toEqual([[0, [2], [1]]]);

    client.write("12345");
    await until(client, "12345");
    await world.clock.advance(60_000);
    expect(world.metric("RequestCount", TG)).toEqual([[0, [1], [1]]]);
    expect(world.metric("ProcessedBytes", LB).at(-1)).toEqual([1, [10], [1]]);
    expect(world.metric("NewConnectionCount", LB)).toHaveLength(1);
  });

  test("stays open while either side talks and ends with the idle timeout", async () => {
    const { address, sockets } = await echoing();
    const world = await worldOf([address], 500);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    await until(client, "hello ");
    // Only the target talks, for longer than the timeout.
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      sockets[0]?.write(`${i}`);
    }
    expect(await until(client, "3")).toBe("0123");
    const ended = once(sockets[0] ?? client, "close");
    expect(await readAll(client)).toBe("");
    await ended;
  });

  test("is cut when its target's deregistration delay is over", async () => {
    const { address } = await echoing();
    const world = await worldOf([address]);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    await until(client, "hello ");
    world.plane.deregister("blue", [address]);
    await world.clock.advance(4999);
    client.write("still here");
    await until(client, "still here");
    await world.clock.advance(1);
    expect(await readAll(client)).toBe("");
  });

  test("is cut with its listener", async () => {
    const { address } = await echoing();
    const world = await worldOf([address]);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    await until(client, "hello ");
    await world.plane.closeListener("listener");
    expect(await readAll(client)).toBe("");
  });

  test("weighs on its target while it lasts: least outstanding requests goes elsewhere", async () => {
    const one = await echoing("one");
    const two = await echoing("two");
    const world = new World();
    world.balancer();
    world.group("blue", [one.address, two.address], { algorithm: "least_outstanding_requests" });
    await world.open(shares({ blue: 1 }));
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    const held = /x-name: (\w+)/.exec(await until(client, "hello "))?.[1];
    for (let i = 0; i < 6; i++) {
      expect(await (await fetch(world.url)).text()).toBe(held === "one" ? "two" : "one");
    }
  });
});

describe("an upgrade that is not accepted", () => {
  test("brings the target's own answer, body and all", async () => {
    const target = await backend((req, res) => {
      if (req.url === "/health") res.end();
      else res.writeHead(403, { "x-why": "closed" }).end("no entry");
    });
    const world = await worldOf([target]);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    const answer = await readAll(client);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain("\r\nx-why: closed\r\n");
    expect(answer).toMatch(/\r\n\r\nno entry$/);
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_Target_4XX_Count", TG)).toEqual([[0, [1], [1]]]);
  });

  test.each<[string, () => Promise<TargetAddress>, number, number]>([
    ["nothing listens", closedPort, 502, 1],
    [
      "the connection is reset",
      () =>
        backend((req, res) => {
          if (req.url === "/health") res.end();
          else req.socket.resetAndDestroy();
        }),
      502,
      0,
    ],
    [
      "no answer comes",
      () =>
        backend((req, res) => {
          if (req.url === "/health") res.end();
        }),
      504,
      0,
    ],
  ])("%s: %#", async (_what, target, status, connectionErrors) => {
    const world = await worldOf([await target()], status === 504 ? 400 : 60_000);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    // The client's own idle timer runs beside the target's: it must not cut the answer off.
    expect(await readAll(client)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await world.clock.advance(60_000);
    expect(world.metric(`HTTPCode_ELB_${status}_Count`, LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("RequestCount", TG)).toEqual([[0, [1], [1]]]);
    const errors = connectionErrors === 0 ? [] : [[0, [1], [connectionErrors]]];
    expect(world.metric("TargetConnectionErrorCount", TG)).toEqual(errors);
  });

  test("an empty group answers 503, an action of its own that action", async () => {
    const world = new World();
    world.balancer();
    world.group("blue", []);
    await world.open(
      {
        conditions: [{ field: "path-pattern", values: ["/closed"] }],
        action: { type: "fixed-response", status: 410, contentType: "text/plain", body: "gone" },
      },
      shares({ blue: 1 }),
    );
    const empty = await dial(world.url);
    empty.write(HANDSHAKE);
    expect(await readAll(empty)).toMatch(/^HTTP\/1\.1 503 Service Temporarily Unavailable\r\n/);
    const closed = await dial(world.url);
    closed.write(HANDSHAKE.replace("/chat?room=1", "/closed"));
    expect(await readAll(closed)).toMatch(/^HTTP\/1\.1 410 Gone\r\n[^]*\r\n\r\ngone$/);
    const refused = await dial(world.url);
    refused.write(HANDSHAKE.replace("Host: shop\r\n", ""));
    expect(await readAll(refused)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  test("a client that leaves before the answer is a 460", async () => {
    const reached = Promise.withResolvers<Socket>();
    const target = await backend((req, res) => {
      if (req.url === "/health") res.end();
      else reached.resolve(req.socket);
    });
    const world = await worldOf([target]);
    const client = await dial(world.url);
    client.write(HANDSHAKE);
    const atTarget = await reached.promise;
    client.destroy();
    await once(atTarget, "close");
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_ELB_5XX_Count", LB)).toEqual([]);
  });

  test("an upgrade to anything but a WebSocket is an ordinary request", async () => {
    const target = await backend((req, res) => res.end(req.headers.upgrade ?? "none"));
    const world = await worldOf([target]);
    const client = await dial(world.url);
    client.write(
      "GET / HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    );
    expect(await readAll(client)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*none/);
  });
});
