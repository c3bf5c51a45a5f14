import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { BackoutError } from "../../base/errors.ts";
import { createControlPlane } from "../../lab/server.ts";
import type { ControlPlaneOptions } from "../../lab/server.ts";
import { ServiceName } from "../../lab/service.ts";
import type { Call, Principal } from "../../lab/service.ts";
import { signedAs, startServer } from "./wire/labServer.ts";

const elbv2 = {
  ...signedAs("elasticloadbalancing"),
  "content-type": "application/x-www-form-urlencoded",
};
const describeForm = "Action=DescribeTargetGroups&Version=2015-12-01&Names.member.1=checkout-blue";

/** A request with headers that fetch would not let a caller set. */
function raw(port: number, headers: Record<string, string>, path = "/"): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, setHost: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve([response.statusCode ?? 0, text]));
    })
      .on("error", reject)
      .end();
  });
}

/** `/_lab/echo` answers with what it got. */
function extra(method: string, path: string, body: unknown) {
  if (!path.startsWith("/_lab/echo")) return undefined;
  return Promise.resolve({ status: 202, body: { method, path, body } });
}

function emptyPlane(options: Partial<ControlPlaneOptions> = {}) {
  return createControlPlane({
    core: { log: () => {} },
    services: [],
    iam: { principalOf: () => undefined, authorize: () => ({ allowed: true }) },
    ...options,
  });
}

describe("the front door", () => {
  test("GET / says what this is, without credentials", async () => {
    const { endpoint } = await startServer({});
    const response = await fetch(endpoint);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Backout's lab");
    const head = await fetch(endpoint, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test.each(["127.0.0.1", "127.0.0.1:4599", "localhost:80", "LOCALHOST", "[::1]:4599"])(
    "Host %s is loopback",
    async (host) => {
      const { port } = await startServer({});
      expect((await raw(port, { host }))[0]).toBe(200);
    },
  );

  test.each(["rebind.example", "127.0.0.1.nip.io", "127.0.0.1@evil.example", "10.0.0.1:4599", ""])(
    "Host %j is refused as DNS rebinding",
    async (host) => {
      const { port } = await startServer({});
      const [status, text] = await raw(port, { host });
      expect(status).toBe(403);
      expect(text).toContain("DNS rebinding");
    },
  );

  test("a page of another origin is refused, one of loopback is not", async () => {
    const { port } = await startServer({});
    const host = "127.0.0.1";
    expect((await raw(port, { host, origin: "https://evil.example" }))[0]).toBe(403);
    expect((await raw(port, { host, origin: "null" }))[0]).toBe(403);
    expect((await raw(port, { host, origin: "http://localhost:3000" }))[0]).toBe(200);
  });

  test("every answer has a request id of its own", async () => {
    const { endpoint } = await startServer({});
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await fetch(endpoint)).headers.get("x-amzn-requestid")),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("an unsigned call is refused as AWS does", async () => {
    const { endpoint } = await startServer({});
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: "{}",
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      __type: "MissingAuthenticationToken",
      message: "Request is missing Authentication Token",
    });
  });

  test("a service that the lab has not answers 501 and is named", async () => {
    const { endpoint } = await startServer({});
    const sqs = await fetch(endpoint, { headers: signedAs("sqs") });
    expect(sqs.status).toBe(501);
    expect(await sqs.text()).toContain("The lab does not implement the service sqs");
  });

  test("an answer that HTTP cannot carry is a failure, not a hang", async () => {
    const { endpoint, lines } = await startServer({
      [ServiceName.Lambda]: { Invoke: () => ({ StatusCode: 200, FunctionError: "two\nlines" }) },
    });
    const response = await fetch(`${endpoint}/2015-03-31/functions/f/invocations`, {
      method: "POST",
      headers: signedAs("lambda"),
    });
    expect(response.status).toBe(500);
    expect(lines).toHaveLength(1);
  });
});

describe("who calls", () => {
  const guard: Principal = { kind: "role", arn: "arn:aws:sts::1:assumed-role/guard/run" };

  async function callAs(accessKeyId: string, iam: Partial<ControlPlaneOptions["iam"]> = {}) {
    const calls: Call[] = [];
    const asked: unknown[] = [];
    const operations = {
      DescribeTargetGroups: (_input: unknown, call: Call) => {
        calls.push(call);
        return { TargetGroups: [] };
      },
    };
    const { endpoint } = await startServer(
      {},
      {
        services: [
          {
            name: ServiceName.Elbv2,
            operations,
            resourcesOf: (operation, input) => [`arn:${operation}:${String(input["Names"])}`],
          },
        ],
        iam: {
          principalOf: (key) => (key === "LABR1" ? guard : undefined),
          authorize: (...question) => {
            asked.push(question);
            return { allowed: true };
          },
          ...iam,
        },
      },
    );
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { ...elbv2, ...signedAs("elasticloadbalancing", accessKeyId) },
      body: describeForm,
    });
    return { calls, asked, response };
  }

  test("any key that IAM did not issue is the lab's user, who is asked nothing", async () => {
    const { calls, asked, response } = await callAs("test");
    expect(calls[0]?.principal).toEqual({
      kind: "user",
      arn: "arn:aws:iam::000000000000:user/lab",
    });
    expect(calls[0]?.requestId).toBe(response.headers.get("x-amzn-requestid"));
    expect(asked).toEqual([]);
  });

  test("a role's key is the role, and IAM is asked for action and resources", async () => {
    const { calls, asked } = await callAs("LABR1");
    expect(calls[0]?.principal).toBe(guard);
    expect(asked).toEqual([
      [
        guard,
        "elasticloadbalancing:DescribeTargetGroups",
        ["arn:DescribeTargetGroups:checkout-blue"],
        expect.objectContaining({ "aws:resourceaccount": ["000000000000"] }),
      ],
    ]);
  });

  test("a role that may not never reaches the operation", async () => {
    const { calls, response } = await callAs("LABR1", {
      authorize: () => ({ allowed: false, message: "User: guard is not authorized" }),
    });
    expect(calls).toEqual([]);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("<Code>AccessDenied</Code>");
  });

  test("GetCallerIdentity needs no permission", async () => {
    const { endpoint } = await startServer(
      { [ServiceName.Sts]: { GetCallerIdentity: () => ({ Account: "000000000000" }) } },
      {
        iam: { principalOf: () => guard, authorize: () => ({ allowed: false, message: "no" }) },
      },
    );
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { ...elbv2, ...signedAs("sts") },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    expect(response.status).toBe(200);
  });
});

describe("the lab's own routes", () => {
  test("get method, path and JSON body, and need no credentials", async () => {
    const { endpoint } = await startServer({}, { extra });
    const response = await fetch(`${endpoint}/_lab/echo?x=1`, { method: "POST", body: '{"a":1}' });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      method: "POST",
      path: "/_lab/echo?x=1",
      body: { a: 1 },
    });
  });

  test("an unknown one is 404, a body that is not JSON 400", async () => {
    const { endpoint } = await startServer({}, { extra });
    expect((await fetch(`${endpoint}/_lab/nothing`)).status).toBe(404);
    const bad = await fetch(`${endpoint}/_lab/echo`, { method: "POST", body: "{" });
    expect(bad.status).toBe(400);
  });
});

describe("listening and closing", () => {
  test("a taken port is named, with the way out", async () => {
    const { port } = await startServer({});
    const error = await emptyPlane()
      .listen(port)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BackoutError);
    expect(error).toMatchObject({
      kind: "environment",
      code: "port-taken",
      message: expect.stringContaining(String(port)),
      fix: expect.stringContaining("--port"),
    });
  });

  test("close ends idle connections, and may be called again", async () => {
    const server = emptyPlane();
    const { port } = await server.listen(0);
    const socket = connect(port, "127.0.0.1");
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("connect", resolve));
    await server.close();
    await ended;
    await server.close();
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow("fetch failed");
  });

  test("close lets a running request finish", async () => {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<{ status: number; body: string }>();
    const server = emptyPlane({
      extra: () => {
        entered.resolve();
        return finish.promise;
      },
    });
    const { port } = await server.listen(0);
    const answer = fetch(`http://127.0.0.1:${port}/_lab/wait`);
    await entered.promise;
    const closing = server.close();
    finish.resolve({ status: 200, body: "done" });
    expect(await (await answer).json()).toBe("done");
    await closing;
  });
});
