import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askHttp } from "../../../guard/verification/httpCheck.ts";

describe("an HTTP check", () => {
  let server: Server;
  let url = "";
  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/hangs") return;
      if (path === "/endless") {
        response.writeHead(200).write("and so on");
        return;
      }
      const location = path === "/301" ? { location: "/200" } : {};
      response.writeHead(Number(path.slice(1)), location).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each<[string, number | undefined, string, string]>([
    ["/200", undefined, "good", "answered 200"],
    ["/204", undefined, "good", "answered 204"],
    ["/301", undefined, "bad", "answered 301, expected 200 to 299"],
    ["/500", undefined, "bad", "answered 500, expected 200 to 299"],
    ["/301", 301, "good", "answered 301"],
    ["/200", 401, "bad", "answered 200, expected 401"],
    ["/endless", undefined, "good", "answered 200"],
  ])("of %s expecting %s", async (path, expectStatus, outcome, says) => {
    const check = { name: "shop", url: `${url}${path}`, ...(expectStatus && { expectStatus }) };
    expect(await askHttp(check)).toEqual({ name: "shop", outcome, says });
  });

  test("that hangs ends, and is no answer", async () => {
    expect(await askHttp({ url: `${url}/hangs` }, 50)).toEqual({
      name: `${url}/hangs`,
      outcome: "error",
      says: "no answer within 50 ms",
    });
  });

  test("of a port where nobody listens says so", async () => {
    const free = createServer();
    await new Promise<void>((resolve) => {
      free.listen(0, "127.0.0.1", resolve);
    });
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    expect(await askHttp({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      outcome: "error",
      says: expect.stringMatching(/^no answer: .*ECONNREFUSED/),
    });
  });
});
