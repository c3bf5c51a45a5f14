/** Requests that are wrong as a whole: signed for elsewhere, too large, too slow, not HTTP at all. */
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import { CREDENTIALS, signedAs, startServer } from "./labServer.ts";
import type { Running } from "./labServer.ts";

const LIMITS = { bodyBytes: 1000, headersMs: 200, requestMs: 400 };
const handlers = {
  [ServiceName.CloudWatch]: { DescribeAlarms: () => ({}) },
  [ServiceName.DynamoDb]: { ListTables: () => ({ TableNames: [] }) },
  [ServiceName.Ec2]: { DescribeVpcs: () => ({ Vpcs: [] }) },
  [ServiceName.Iam]: { ListRoles: () => ({ Roles: [] }) },
  [ServiceName.Lambda]: { ListFunctions: () => ({ Functions: [] }) },
};

/** The lab answers as it should: asked after every misdeed. */
async function expectAlive({ endpoint, lines }: Running): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials: CREDENTIALS });
  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  client.destroy();
  expect(lines).toEqual([]);
}

async function socketTo(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  // Resets are what some of these requests ask for.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Everything that comes until the other side ends the connection. */
async function rest(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  // Not `once`, which would reject on the resets that are expected here.
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

describe("a signature for another region", () => {
  interface Config {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: object;
    readonly maxAttempts: number;
  }
  const calls: Record<string, [(config: object) => Promise<object>, string, number]> = {
    IAM: [
      (config) => new IAMClient(config).send(new ListRolesCommand({})),
      "SignatureDoesNotMatch",
      403,
    ],
    DynamoDB: [
      (config) => new DynamoDBClient(config).send(new ListTablesCommand({})),
      "InvalidSignatureException",
      400,
    ],
    CloudWatch: [
      (config) => new CloudWatchClient(config).send(new DescribeAlarmsCommand({})),
      "InvalidSignatureException",
      400,
    ],
    Lambda: [
      (config) => new LambdaClient(config).send(new ListFunctionsCommand({})),
      "InvalidSignatureException",
      403,
    ],
    EC2: [(config) => new EC2Client(config).send(new DescribeVpcsCommand({})), "AuthFailure", 401],
  };
  test.each(Object.entries(calls))("%s", async (service, [send, name, status]) => {
    const { endpoint } = await startServer(handlers);
    const config: Config = {
      endpoint,
      region: "eu-west-1",
      credentials: CREDENTIALS,
      maxAttempts: 1,
    };
    // IAM's client signs for us-east-1 wherever it is told to be.
    const signingRegion = service === "IAM" ? { signingRegion: "eu-west-1" } : {};
    await expect(send({ ...config, ...signingRegion })).rejects.toMatchObject({
      name,
      message: "Credential should be scoped to a valid region, not 'eu-west-1'.",
      $metadata: { httpStatusCode: status },
    });
    await send({ ...config, region: "us-east-1" });
  });
});

describe("too large", () => {
  const headers = { ...signedAs("dynamodb"), "x-amz-target": "DynamoDB_20120810.ListTables" };

  test("a body that says so is refused before it comes", async () => {
    const running = await startServer(handlers, { limits: LIMITS });
    const socket = await socketTo(running.port);
    const head = Object.entries({ ...headers, "content-length": "1001" });
    const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines}\r\n`);
    const [chunk] = (await once(socket, "data")) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 413 [\s\S]*RequestEntityTooLargeException/);
    await expectAlive(running);
  });

  test("one that does not say so is refused at the limit, and the connection goes on", async () => {
    const running = await startServer(handlers, { limits: LIMITS });
    const socket = await socketTo(running.port);
    const head = Object.entries({ ...headers, "transfer-encoding": "chunked" });
    const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const request = `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines}\r\n`;
    socket.write(request);
    for (let part = 0; part < 200; part++) socket.write(`400\r\n${"x".repeat(1024)}\r\n`);
    socket.write(`0\r\n\r\n${request}2\r\n{}\r\n0\r\n\r\n`);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await expect.poll(() => text).toContain("TableNames");
    expect(text).toMatch(/HTTP\/1.1 413 [\s\S]*RequestEntityTooLargeException[\s\S]*HTTP\/1.1 200/);
    await expectAlive(running);
  });

  test("headers beyond what Node takes", async () => {
    const running = await startServer(handlers);
    const response = await fetch(running.endpoint, {
      headers: { ...headers, "x-filler": "x".repeat(20_000) },
    });
    expect(response.status).toBe(431);
    await expectAlive(running);
  });
});

describe("clients that dribble", () => {
  test.each([
    ["a header", "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ", "b"],
    [
      "a body",
      `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${signedAs("dynamodb").authorization}\r\n` +
        "x-amz-target: DynamoDB_20120810.ListTables\r\ncontent-length: 900\r\n\r\n",
      " ",
    ],
  ])("%s are cut off, and the others are answered meanwhile", async (_what, start, drop) => {
    const running = await startServer(handlers, { limits: LIMITS });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => socketTo(running.port)));
    const answers = Promise.all(sockets.map(rest));
    for (const socket of sockets) socket.write(start);
    let answered = 0;
    while (sockets.some((socket) => !socket.closed)) {
      for (const socket of sockets) if (socket.writable) socket.write(drop);
      await expectAlive(running);
      answered++;
    }
    expect(answered).toBeGreaterThan(1);
    for (const answer of await answers) {
      expect(answer).toMatch(/^(HTTP\/1.1 408 |$)/);
    }
    await expectAlive(running);
  });
});

test("bytes that are no HTTP, whatever they are, end their own connection alone", async () => {
  const running = await startServer(handlers);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc
          .tuple(fc.constantFrom("GET", "POST", "TRACE", "CONNECT"), fc.webPath(), fc.string())
          .map(([method, path, rubbish]) => Buffer.from(`${method} ${path || "/"} ${rubbish}\r\n`)),
      ),
      async (bytes) => {
        const socket = await socketTo(running.port);
        const ended = rest(socket);
        socket.end(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));
        expect(await ended).toMatch(/^(HTTP\/1.1 (4\d\d|501) |$)/);
      },
    ),
    { numRuns: 100, seed: 20260314 },
  );
  await expectAlive(running);
});

test("EC2 refuses parameters that it does not know, by name; the others pass them over", async () => {
  const running = await startServer(handlers);
  const post = async (service: string, form: string) => {
    const response = await fetch(running.endpoint, {
      method: "POST",
      headers: { ...signedAs(service), "content-type": "application/x-www-form-urlencoded" },
      body: form,
    });
    return [response.status, await response.text()] as const;
  };
  const vpcs = "Action=DescribeVpcs&Version=2016-11-15";
  expect(await post("ec2", `${vpcs}&VpcIds.1=vpc-1`)).toEqual([
    400,
    expect.stringContaining(
      "<Code>UnknownParameter</Code><Message>The parameter VpcIds is not recognized</Message>",
    ),
  ]);
  expect(await post("ec2", `${vpcs}&Filter.1.Names=a`)).toEqual([
    400,
    expect.stringContaining("The parameter Filters.1.Names is not recognized"),
  ]);
  expect((await post("ec2", `${vpcs}&X-Amz-Date=20260314T092653Z&VpcId.1=vpc-1`))[0]).toBe(200);
  expect((await post("iam", "Action=ListRoles&Version=2010-05-08&Nonsense=1"))[0]).toBe(200);
  await expectAlive(running);
});
