import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { addressOf, BALANCER, dial, readAll, shares, World } from "./world.ts";

const LB = { LoadBalancer: BALANCER };

/** A world whose target counts the requests that reach it, health checks apart. */
async function counted(idleTimeoutMs = 60_000): Promise<{ world: World; reached: () => number }> {
  let reached = 0;
  const world = new World();
  world.balancer({ idleTimeoutMs });
  // Takes longer heads than any load balancer forwards, and answers when it has the whole body.
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (req, res) => {
    if (req.url !== "/health") reached += 1;
    req.resume().once("end", () => res.end("blue"));
  });
  const target = await addressOf(server);
  world.group("blue", [target]);
  await world.open(shares({ blue: 1 }));
  return { world, reached: () => reached };
}

const HEAD = "GET / HTTP/1.1\r\nHost: shop\r\n";
const ADDRESSES = Array.from({ length: 31 }, (_, i) => `203.0.113.${i}`);

describe("requests that no target ever sees", () => {
  test.each<[string, string, number]>([
    ["a malformed request line", "GET / HTTP/9.9 nonsense\r\n\r\n", 400],
    ["no request at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["a field name with a space", `${HEAD}X y: 1\r\n\r\n`, 400],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["two Hosts", `${HEAD}Host: other\r\n\r\n`, 400],
    ["two lengths", `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`, 400],
    ["a length that is no number", `${HEAD}Content-Length: many\r\n\r\n`, 400],
    [
      "a length beside chunks",
      `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "chunks beside a length",
      `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ["a field over 16 K", `${HEAD}X: ${"a".repeat(16 * 1024 + 1)}\r\n\r\n`, 400],
    ["fields over 64 K together", `${HEAD}${`X: ${"a".repeat(8000)}\r\n`.repeat(9)}\r\n`, 400],
    ["TRACE", "TRACE / HTTP/1.1\r\nHost: shop\r\n\r\n", 405],
    ["a URL over 16 K", `GET /${"a".repeat(16 * 1024)} HTTP/1.1\r\nHost: shop\r\n\r\n`, 414],
    ["a query over 16 K", `GET /?${"a".repeat(16 * 1024)} HTTP/1.1\r\nHost: shop\r\n\r\n`, 414],
    [
      "31 addresses in X-Forwarded-For",
      `${HEAD}X-Forwarded-For: ${ADDRESSES.join(", ")}\r\n\r\n`,
      463,
    ],
    [
      "31 addresses in two X-Forwarded-For",
      `${HEAD}X-Forwarded-For: ${ADDRESSES.slice(1).join(",")}\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n`,
      463,
    ],
    ["a Transfer-Encoding of gzip", `${HEAD}Transfer-Encoding: gzip\r\n\r\n`, 501],
    ["gzip before chunked", `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
  ])("%s: %#", async (_what, bytes, status) => {
    const { world, reached } = await counted();
    const socket = await dial(world.url);
    socket.write(bytes, "latin1");
    // The connection ends with the refusal.
    const answer = await readAll(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\n`));
    expect(answer).toMatch(/\r\nServer: awselb\/2.0\r\n/);
    expect(answer).toContain(`<h1>${status}`);
    expect(reached()).toBe(0);

    await world.clock.advance(60_000);
    const kind = status < 500 ? "4XX" : "5XX";
    expect(world.metric(`HTTPCode_ELB_${kind}_Count`, LB)).toEqual([[0, [1], [1]]]);
    // No target was chosen, so it is no request.
    expect(world.metric("RequestCount", LB)).toEqual([]);
  });

  test.each<[string, string]>([
    ["a URL of 16 K", `GET /${"a".repeat(16 * 1024 - 1)} HTTP/1.1\r\nHost: shop\r\n`],
    ["a field of 16 K", `${HEAD}X: ${"a".repeat(16 * 1024)}\r\n`],
    ["fields of 60 K together", `${HEAD}${`X: ${"a".repeat(9990)}\r\n`.repeat(6)}`],
    ["30 addresses", `${HEAD}X-Forwarded-For: ${ADDRESSES.slice(1).join(", ")}\r\n`],
    ["HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n"],
    ["an Expect of no known kind", `${HEAD}Expect: miracles\r\n`],
  ])("%s passes", async (_what, head) => {
    const { world, reached } = await counted();
    const socket = await dial(world.url);
    socket.write(`${head}Connection: close\r\n\r\n`);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(reached()).toBe(1);
  });
});

describe("a client that sends nothing for the idle timeout", () => {
  test.each<[string, string]>([
    ["in the middle of its head", "GET / HTTP/1.1\r\nHost: sh"],
    ["in the middle of its body", `${HEAD}Content-Length: 10\r\n\r\nabc`],
    ["in the middle of its chunks", `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`],
    ["in the middle of its second request", `${HEAD}\r\nGET / HTTP/1.1\r\nHost: sh`],
  ])("%s gets a 408", async (_what, bytes) => {
    const { world } = await counted(300);
    const socket = await dial(world.url);
    const [first = "", rest] = bytes.split(/(?<=\r\n\r\n)(?=GET)/);
    socket.write(first);
    if (rest !== undefined) {
      await once(socket, "readable");
      socket.write(rest);
    }
    const answer = await readAll(socket);
    expect(answer).toContain("HTTP/1.1 408 Request Timeout\r\n");
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([[0, [1], [1]]]);
    expect(world.metric("HTTPCode_ELB_5XX_Count", LB)).toEqual([]);
  });

  test("a body whose chunks are malformed is a 400", async () => {
    const { world } = await counted();
    const socket = await dial(world.url);
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nxyz\r\n`);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([[0, [1], [1]]]);
  });

  test("is just cut off when it has no request under way", async () => {
    const { world } = await counted(300);
    const silent = await dial(world.url);
    const idle = await dial(world.url);
    idle.write(`${HEAD}\r\n`);
    expect(await readAll(silent)).toBe("");
    expect(await readAll(idle)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    await world.clock.advance(60_000);
    expect(world.metric("HTTPCode_ELB_4XX_Count", LB)).toEqual([]);
  });

  test("one byte before each timeout is enough, as AWS says", async () => {
    const { world } = await counted(400);
    const socket = await dial(world.url);
    const answer = readAll(socket);
    for (const part of [HEAD, "Connection: ", "close", "\r\n", "\r\n"]) {
      socket.write(part);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test("a changed idle timeout holds for connections that are open", async () => {
    const { world } = await counted(60_000);
    const socket = await dial(world.url);
    socket.write(`${HEAD}\r\n`);
    await once(socket, "readable");
    world.balancer({ idleTimeoutMs: 200 });
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
