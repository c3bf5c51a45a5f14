import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FaultLease } from "../../sidecar/lease.ts";
import { createProxy } from "../../sidecar/proxy.ts";

async function listen(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

describe("the fault sidecar before an app", () => {
  let app: Server;
  let proxy: Server;
  let url: URL;
  let lease: FaultLease | null;
  let injected: number;

  beforeEach(async () => {
    lease = null;
    injected = 0;
    app = createServer((request, response) => {
      if (request.url === "/half") {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setImmediate(() => response.destroy());
        return;
      }
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        response.writeHead(201, { "x-app": "yes" });
        response.end(`${request.method} ${request.url} ${Buffer.concat(parts).toString()}`);
      });
    });
    proxy = createProxy({
      upstream: await listen(app),
      slot: "green",
      release: "shop:2",
      lease: () => lease,
      onInjected: () => injected++,
      draw: () => 0.1,
    });
    url = await listen(proxy);
  });

  afterEach(async () => {
    await close(proxy);
    await close(app);
  });

  test("passes a request on unchanged and adds who answered", async () => {
    const response = await fetch(new URL("/a?b=c", url), { method: "PUT", body: "body" });
    expect(response.status).toBe(201);
    expect(await response.text()).toBe("PUT /a?b=c body");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-app": "yes",
      "x-backout-release": "shop:2",
      "x-backout-slot": "green",
    });
  });

  test("answers for the app while the lease says so, and names the lease", async () => {
    lease = {
      schemaVersion: 1,
      slot: "green",
      leaseId: "l1",
      holder: "run",
      fault: { kind: "errors", share: 0.5, status: 500 },
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    };
    const broken = await fetch(url);
    expect(broken.status).toBe(500);
    expect(broken.headers.get("x-backout-fault")).toBe("l1");
    expect(injected).toBe(1);
    lease = null;
    expect((await fetch(url)).status).toBe(201);
  });

  test("resets the connection when the app is dead, as the load balancer would see it", async () => {
    await close(app);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("does not leave the client waiting when the app dies half-way", async () => {
    const response = await fetch(new URL("/half", url));
    await expect(response.text()).rejects.toThrow("terminated");
  });
});
