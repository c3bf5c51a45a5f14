import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { httpProbe, probeAll, SPREAD_MS } from "../../../guard/watchdog/probe.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("tells the status, and which slot says that it answered; follows no redirect", async () => {
  const url = await serve((request, response) => {
    const status = Number(request.headers["x-want"]);
    response.writeHead(status, { "x-backout-slot": "green", location: "/elsewhere" }).end("…");
  });
  for (const status of [200, 302, 500]) {
    const headers = { "x-want": String(status) };
    expect(await httpProbe({ url, headers })).toEqual({ status, connected: true, slot: "green" });
  }
});

test("a connection that ends without an answer is a failure of who took it", async () => {
  const url = await serve((request) => request.socket.destroy());
  const answer = await httpProbe({ url, headers: {} });
  expect(answer).toEqual({ status: null, connected: true, slot: null });
});

test("a connection that is refused is none", async () => {
  const url = await serve(() => {});
  await new Promise((resolve) => server?.close(resolve));
  expect(await httpProbe({ url, headers: {} })).toEqual({
    status: null,
    connected: false,
    slot: null,
  });
});

test("probes are spread evenly, and answered in their order", async () => {
  const slept: number[] = [];
  const requests = Array.from({ length: 80 }, (_, index) => ({
    url: `http://a/${index}`,
    headers: {},
  }));
  const answers = await probeAll(
    requests,
    async ({ url }) => ({ status: Number(url.slice(9)), connected: true, slot: null }),
    async (ms) => void slept.push(ms),
  );
  expect(answers.map(({ status }) => status)).toEqual(requests.map((_, index) => index));
  expect(Math.max(...slept)).toBe((79 * SPREAD_MS) / 80);
});
