import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TargetAddress } from "../../../lab/dataplane/model.ts";
import {
  addressOf,
  backend,
  BALANCER,
  boundAddress,
  dial,
  readAll,
  shares,
  World,
} from "./world.ts";

const LB = { LoadBalancer: BALANCER };
const TG = { TargetGroup: "targetgroup/blue/0123456789abcdef", LoadBalancer: BALANCER };

async function worldOf(target: TargetAddress, idleTimeoutMs = 60_000): Promise<World> {
  const world = new World();
  world.balancer({ idleTimeoutMs });
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  return world;
}

/** Answers health checks; `handler` gets the connection of every other request. */
async function raw(handler: (socket: Socket) => void): Promise<TargetAddress> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (!String(data).startsWith("GET /health ")) handler(socket);
      else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return boundAddress(server);
}

describe("a response", () => {
  test("whose events come one by one reaches the client one by one, its head first", async () => {
    const target = Promise.withResolvers<ServerResponse>();
    const world = await worldOf(
      await backend((req, res) => {
        if (req.url === "/health") res.end();
        else {
          res.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
          target.resolve(res);
        }
      }),
    );
    const [response]: IncomingMessage[] = await once(request(world.url).end(), "response");
    expect(response?.headers["content-type"]).toBe("text/event-stream");
    const stream = await target.promise;
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      stream.write(event);
      const [chunk] = await once(response ?? stream, "data");
      expect(String(chunk)).toBe(event);
    }
    stream.end();
    await once(response ?? stream, "end");
  });

  test("does not pile up in the load balancer when the client stops reading", async () => {
    const size = 64 * 1024 * 1024;
    const sender = Promise.withResolvers<Socket>();
    const world = await worldOf(
      await raw((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        const block = Buffer.alloc(256 * 1024, "a");
        let left = size;
        const more = (): void => {
          while (left > 0) {
            left -= block.length;
            if (!socket.write(block)) return;
          }
        };
        socket.on("drain", more);
        more();
        sender.resolve(socket);
      }),
    );
    const client = request(world.url).end();
    const [response]: IncomingMessage[] = await once(client, "response");
    const atTarget = await sender.promise;
    // The target is stuck once the kernel's buffers are full: nothing moves from one look to the next.
    const taken = (): number => atTarget.bytesWritten - atTarget.writableLength;
    let before = -1;
    while (taken() !== before) {
      before = taken();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(before).toBeLessThan(size / 2);
    let got = 0;
    for await (const chunk of response ?? []) got += Buffer.from(chunk).length;
    expect(got).toBe(size);
  });

  test("that stalls because the client stopped reading is cut at the idle timeout", async () => {
    const gone = Promise.withResolvers<void>();
    const world = await worldOf(
      await raw((socket) => {
        socket.once("close", () => gone.resolve());
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n`);
        const block = Buffer.alloc(1024 * 1024);
        const more = (): void => {
          while (!socket.destroyed && socket.write(block));
        };
        socket.on("drain", more);
        more();
      }),
      300,
    );
    const client = await dial(world.url);
    client.pause();
    client.write("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
    await expect(gone.promise).resolves.toBeUndefined();
  });

  test.each<[string, string, number]>([
    ["a short one whose rest never comes", "Content-Length: 100\r\n\r\nhalf", 504],
    ["a short one that comes without a body", "Content-Length: 100\r\n\r\n", 504],
  ])("%s is a 504", async (_what, rest, status) => {
    const world = await worldOf(
      await raw((socket) => socket.write(`HTTP/1.1 200 OK\r\n${rest}`)),
      400,
    );
    const response = await fetch(world.url);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain("<h1>504 Gateway Time-out</h1>");
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_504_Count", LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_Target_2XX_Count", TG)).toEqual([]);
    expect(world.metric("RequestCount", TG)).toEqual([[0, [1], [1]]]);
  });

  test("a short one that breaks off is a 502", async () => {
    const half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    const world = await worldOf(await raw((socket) => void socket.end(half)));
    expect((await fetch(world.url)).status).toBe(502);
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_502_Count", LB)).toEqual([[0, [1], [1]]]);
  });

  test("a long one that breaks off ends the client's connection", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf";
    const world = await worldOf(await raw((socket) => void socket.end(head)));
    const client = await dial(world.url);
    client.write("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
    expect(await readAll(client)).toMatch(/\r\n\r\nhalf$/);
  });

  test("a short one in many pieces arrives whole, with its length", async () => {
    const world = await worldOf(
      await raw((socket) => {
        const pieces = ["HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "ab", "cd", "ef"];
        const next = (): void => {
          const piece = pieces.shift();
          if (piece !== undefined) socket.write(piece, () => setImmediate(next));
        };
        socket.setNoDelay(true);
        next();
      }),
    );
    const response = await fetch(world.url);
    expect(response.headers.get("content-length")).toBe("6");
    expect(await response.text()).toBe("abcdef");
  });

  test("a HEAD has a length and no body", async () => {
    const world = await worldOf(
      await backend((_req, res) => res.writeHead(200, { "content-length": "5000000" }).end()),
    );
    const response = await fetch(world.url, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe("5000000");
  });
});

describe("a request's body", () => {
  test("is held back while the target does not read it", async () => {
    const size = 64 * 1024 * 1024;
    const stuck = Promise.withResolvers<IncomingMessage>();
    const world = await worldOf(
      await backend((req, res) => {
        if (req.url === "/health") {
          res.end();
          return;
        }
        let got = 0;
        req.on("end", () => res.end(String(got)));
        req.pause();
        stuck.resolve(req);
        req.on("data", (chunk: Buffer) => {
          got += chunk.length;
        });
        req.pause();
      }),
    );
    const upload = request(world.url, { method: "POST", headers: { "content-length": size } });
    upload.end(Buffer.alloc(size));
    const atTarget = await stuck.promise;
    const taken = (): number => upload.socket?.bytesWritten ?? 0;
    const queued = (): number => upload.socket?.writableLength ?? 0;
    let before = -1;
    while (taken() - queued() !== before) {
      before = taken() - queued();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(before).toBeLessThan(size / 2);
    atTarget.resume();
    const [response]: IncomingMessage[] = await once(upload, "response");
    let text = "";
    for await (const chunk of response ?? []) text += String(chunk);
    expect(text).toBe(String(size));
  });

  test("goes on in chunks when its length is not known, and after 100 Continue", async () => {
    const world = await worldOf(
      await backend((req, res) => {
        let text = `${req.headers["transfer-encoding"] ?? "no"} ${req.headers.expect ?? "no"} `;
        req.on("data", (chunk) => {
          text += String(chunk);
        });
        req.on("end", () => res.end(text));
      }),
    );
    const upload = request(world.url, { method: "POST", headers: { expect: "100-continue" } });
    upload.flushHeaders();
    await once(upload, "continue");
    upload.write("one ");
    upload.end("two");
    const [response]: IncomingMessage[] = await once(upload, "response");
    let text = "";
    for await (const chunk of response ?? []) text += String(chunk);
    expect(text).toBe("chunked no one two");
  });
});

/** Counts the connections that requests come on; health checks have their own. */
async function counting(): Promise<{ address: TargetAddress; opened: () => number }> {
  let opened = 0;
  const seen = new Set<Socket>();
  const server = createServer((req, res) => {
    if (req.url !== "/health" && !seen.has(req.socket)) {
      seen.add(req.socket);
      opened += 1;
    }
    res.end("ok");
  });
  return { address: await addressOf(server), opened: () => opened };
}

describe("connections", () => {
  test("to a target are used again, whoever the client is", async () => {
    const { address, opened } = await counting();
    const world = await worldOf(address);
    for (let i = 0; i < 10; i++) {
      const client = await dial(world.url);
      client.write("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
      expect(await readAll(client)).toContain("200 OK");
    }
    expect(opened()).toBe(1);
    await world.clock.advance(60_000);
    expect(world.metric("NewConnectionCount", LB)).toEqual([[0, [11], [1]]]);
    // The clients are gone; the one to the target is kept.
    expect(world.metric("ActiveConnectionCount", LB)).toEqual([[0, [1], [1]]]);
  });

  test("that a target closes are not kept, and counted no longer", async () => {
    const closed: Promise<unknown>[] = [];
    const world = await worldOf(
      await backend((req, res) => {
        if (req.url !== "/health") closed.push(once(req.socket, "close"));
        res.writeHead(200, { connection: "close", "content-length": 2 }).end("ok");
      }),
    );
    const client = await dial(world.url);
    for (let i = 0; i < 3; i++) {
      client.write("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
      await once(client, "data");
    }
    await Promise.all(closed);
    await world.clock.advance(60_000);
    expect(world.metric("NewConnectionCount", LB)).toEqual([[0, [1 + 3], [1]]]);
    expect(world.metric("ActiveConnectionCount", LB)).toEqual([[0, [1], [1]]]);
  });

  test("of a client carry many requests, and pipelined ones in order", async () => {
    const world = await worldOf(await backend((req, res) => res.end(`<${req.url}>`)));
    const client = await dial(world.url);
    client.write(
      ["/1", "/2", "/3"].map((path) => `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`).join("") +
        "GET /4 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n",
    );
    const answers = await readAll(client);
    expect(answers.match(/<\/\d>/g)).toEqual(["</1>", "</2>", "</3>", "</4>"]);
    await world.clock.advance(60_000);
    expect(world.metric("RequestCount", LB)).toEqual([[0, [1], [4]]]);
  });

  test("ProcessedBytes is what went to and from clients, heads included", async () => {
    const { address } = await counting();
    const world = await worldOf(address);
    const client = await dial(world.url);
    client.write("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
    const answer = await readAll(client);
    await world.clock.advance(60_000);
    expect(world.metric("ProcessedBytes", LB)).toEqual([
      [0, [client.bytesWritten + answer.length], [1]],
    ]);
    // An idle minute has nothing to tell.
    await world.clock.advance(60_000);
    expect(world.metric("ProcessedBytes", LB)).toHaveLength(1);
    expect(world.metric("ActiveConnectionCount", LB)).toHaveLength(1);
  });
});
