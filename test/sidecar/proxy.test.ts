import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault, FaultLease } from "../../sidecar/lease.ts";
import { PROBE_USER_AGENT } from "../../guard/watchdog/probe.ts";
import { createProxy } from "../../sidecar/proxy.ts";
import type { Answer } from "../../sidecar/responses.ts";

async function listen(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function leaseOf(fault: Fault): FaultLease {
  return {
    schemaVersion: 1,
    slot: "green",
    leaseId: "l1",
    holder: "run",
    fault,
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  };
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
  let answers: Answer[];
  let waits: number[];
  /** What happens while a request is held. */
  let onWait: () => void | Promise<void>;

  beforeEach(async () => {
    lease = null;
    injected = 0;
    answers = [];
    waits = [];
    onWait = () => {};
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
      onAnswer: (answer) => answers.push(answer),
      draw: () => 0.1,
      delay: async (wallMs) => {
        waits.push(wallMs);
        await onWait();
      },
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
    lease = leaseOf({ kind: "errors", share: 0.5, status: 500 });
    const broken = await fetch(url);
    expect(broken.status).toBe(500);
    expect(broken.headers.get("x-backout-fault")).toBe("l1");
    expect(injected).toBe(1);
    lease = null;
    expect((await fetch(url)).status).toBe(201);
  });

  test("answers with another body, and with a status that looks well", async () => {
    lease = leaseOf({ kind: "content", share: 1, body: "{}" });
    const wrong = await fetch(url);
    expect([wrong.status, await wrong.text()]).toEqual([200, "{}"]);
    expect(wrong.headers.get("x-backout-fault")).toBe("l1");
  });

  test("resets the connection before there is a response", async () => {
    lease = leaseOf({ kind: "resets", share: 0.2 });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    expect(injected).toBe(1);
  });

  test("holds a request as long as the lease says, then passes it on with its body", async () => {
    lease = leaseOf({ kind: "latency", share: 1, addedMs: 600 });
    const late = await fetch(url, { method: "POST", body: "body" });
    expect(late.status).toBe(201);
    expect(await late.text()).toBe("POST / body");
    expect(late.headers.get("x-backout-fault")).toBe("l1");
    expect(waits).toEqual([250, 250, 100]);
    expect(injected).toBe(1);
  });

  test("swallows a request for as long as the lease lasts, then its connection is reset", async () => {
    lease = leaseOf({ kind: "black-hole" });
    onWait = () => {
      if (waits.length === 3) lease = null;
    };
    const checker = { headers: { "user-agent": "ELB-HealthChecker/2.0" } };
    await expect(fetch(url, checker)).rejects.toThrow("fetch failed");
    expect(waits).toEqual([250, 250, 250]);
    expect((await fetch(url)).status).toBe(201);
  });

  test("lets go of what it holds when the lease is over", async () => {
    lease = leaseOf({ kind: "latency", share: 1, addedMs: 59_999 });
    onWait = () => {
      lease = null;
    };
    expect((await fetch(url)).status).toBe(201);
    expect(waits).toHaveLength(1);
  });

  test("tells of each request once: its answer's head, or that there was none", async () => {
    await (await fetch(url, { method: "POST", body: "body" })).text();
    expect(answers).toEqual([{ failed: false, seconds: expect.any(Number) }]);
    lease = leaseOf({ kind: "errors", share: 1, status: 503 });
    await fetch(url);
    expect(answers[1]).toEqual({ failed: true, seconds: expect.any(Number) });
    lease = leaseOf({ kind: "resets", share: 1 });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    expect(answers[2]).toEqual({ failed: true, seconds: null });
    lease = null;
    await close(app);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    expect(answers.slice(3)).toEqual([{ failed: true, seconds: null }]);
  });

  test("tells nothing of health checks, probes, nor of a client that leaves before the answer", async () => {
    await fetch(url, { headers: { "user-agent": "ELB-HealthChecker/2.0" } });
    // Faults are for probes too: what they find must be what users find.
    lease = leaseOf({ kind: "errors", share: 1, status: 503 });
    const probed = await fetch(url, { headers: { "user-agent": PROBE_USER_AGENT } });
    expect(probed.status).toBe(503);
    lease = null;
    const leaving = new AbortController();
    const gone = new Promise<void>((resolve) => {
      app.removeAllListeners("request");
      app.on("request", (request) => {
        request.socket.once("close", resolve);
        leaving.abort();
      });
    });
    await expect(fetch(url, { signal: leaving.signal })).rejects.toThrow("aborted");
    await gone;
    expect(answers).toEqual([]);
  });

  test("keeps nobody's place: a held client that leaves is not passed on", async () => {
    let asked = 0;
    app.on("request", () => asked++);
    lease = leaseOf({ kind: "latency", share: 1, addedMs: 600 });
    const leaving = new AbortController();
    const gone = new Promise<void>((resolve) => {
      proxy.once("request", (_request, response) => response.once("close", resolve));
    });
    onWait = async () => {
      leaving.abort();
      await gone;
    };
    await expect(fetch(url, { signal: leaving.signal })).rejects.toThrow(/abort/);
    lease = null;
    expect((await fetch(url)).status).toBe(201);
    expect({ asked, waits }).toEqual({ asked: 1, waits: [250] });
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
