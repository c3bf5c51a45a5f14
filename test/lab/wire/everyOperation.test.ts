/**
 * Every operation of the whole lab, asked nonsense: the caller hears that it is the caller's fault,
 * or that the lab does not do that. Never a 500, and nothing that the lab calls a defect.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLab } from "../../../lab/lab.ts";
import type { Lab } from "../../../lab/lab.ts";
import { ServiceName } from "../../../lab/service.ts";
import { membersOf, modelOf, traitsOf } from "../../../lab/wire/schemas.ts";
import type { OperationModel } from "../../../lab/wire/schemas.ts";
import { factsOf } from "../../../lab/wire/services.ts";
import { messageOf, xmlText } from "./arbitraries.ts";
import { signedAs } from "./labServer.ts";
import { newClient, newCommand } from "./realClient.ts";

// More of it: FUZZ_RUNS=50 FUZZ_SEED=$RANDOM npx vitest run test/lab/wire/everyOperation.test.ts
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 3);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20260314);

let lab: Lab;
const lines: string[] = [];

beforeAll(async () => {
  lab = await startLab({ images: {}, log: (line) => lines.push(line) });
});
afterAll(() => lab.stop());

/** Those whose members are all optional, or (Scheduler's groups) in the path. */
const TAKES_NOTHING =
  /^(Describe|List|GetCallerIdentity|CreateCluster$|CreateScheduleGroup$|DeleteScheduleGroup$)/;

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(lab.endpoint + path, init);
  return { status: response.status, text: await response.text() };
}

/** `value` for each member of the body, and `x` for what is in the path; without a client's checks. */
async function ask(name: ServiceName, operation: OperationModel, value?: unknown): Promise<Answer> {
  const { target, version } = factsOf(name);
  const members = membersOf(operation.input);
  const values =
    value === undefined ? {} : Object.fromEntries(members.map(([key]) => [key, value]));
  const headers = signedAs(name);
  if (operation.http) {
    const [method, uri] = operation.http;
    const path = uri.replaceAll(/\{[^}]+\}/g, "x");
    const bodyless = method === "GET" || method === "DELETE" || method === "HEAD";
    return send(path, { method, headers, body: bodyless ? null : JSON.stringify(values) });
  }
  if (isQuery(name)) {
    const form = new URLSearchParams({ Action: operation.name, Version: version });
    for (const [key, member] of members) {
      const spelt = traitsOf(member).ec2QueryName ?? traitsOf(member).xmlName ?? key;
      if (value !== undefined) form.append(spelt, JSON.stringify(value));
    }
    return send("/", { method: "POST", headers, body: form });
  }
  return send("/", {
    method: "POST",
    headers: { ...headers, "x-amz-target": `${target}.${operation.name}` },
    body: JSON.stringify(values),
  });
}

function isQuery(name: ServiceName): boolean {
  const query: readonly ServiceName[] = [
    ServiceName.Ec2,
    ServiceName.Elbv2,
    ServiceName.Iam,
    ServiceName.Sns,
    ServiceName.Sts,
  ];
  return query.includes(name);
}

function isAcceptable(status: number): boolean {
  return (status >= 200 && status < 500) || status === 501;
}

/** The status that a client met; 400 when it refused the input itself, 0 when nobody answered. */
function statusOf(error: { $metadata?: { httpStatusCode?: number }; code?: string }): number {
  return error.$metadata?.httpStatusCode ?? (error.code === undefined ? 400 : 0);
}

describe.each(Object.values(ServiceName))("%s", (name) => {
  /** Those that the lab has; for the others it says so by name. */
  async function implemented(): Promise<OperationModel[]> {
    const { operations } = await modelOf(name);
    const asked = await Promise.all(
      [...operations.values()].map(async (operation) => ({
        operation,
        answer: await ask(name, operation),
      })),
    );
    const wrong = asked.filter(({ answer }) => !isAcceptable(answer.status));
    expect(wrong.map(({ operation, answer }) => `${operation.name}: ${answer.text}`)).toEqual([]);
    return asked
      .filter(({ answer }) => !/does not implement (.*'s operation|the service)/.test(answer.text))
      .map(({ operation }) => operation)
      .filter((operation) => !operation.streamsEvents);
  }

  test("nothing at all, and members of a wrong kind", { timeout: 60_000 }, async () => {
    lines.length = 0;
    const wrong: string[] = [];
    for (const operation of await implemented()) {
      for (const value of ["", "x", -1, true, {}, [], [{}], { x: [1] }]) {
        const { status, text } = await ask(name, operation, value);
        if (!isAcceptable(status)) {
          wrong.push(`${operation.name} ${JSON.stringify(value)}: ${text}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes("defect"))).toEqual([]);
  });

  test("no operation that changes something takes nothing at all for an answer", async () => {
    const accepting: string[] = [];
    for (const operation of await implemented()) {
      const { status } = await ask(name, operation);
      if (status < 300 && !TAKES_NOTHING.test(operation.name)) accepting.push(operation.name);
    }
    expect(accepting).toEqual([]);
  });

  test("members of the right kind that make no sense", { timeout: 60_000 }, async () => {
    lines.length = 0;
    const exported: Record<string, unknown> = { ...(await factsOf(name).importClient()) };
    const client = newClient(exported, lab.endpoint);
    const wrong: string[] = [];
    const limits = { minimum: 1, text: xmlText } as const;
    try {
      for (const operation of await implemented()) {
        const inputs = fc.sample(messageOf(operation.input, limits), { numRuns: RUNS, seed: SEED });
        for (const input of inputs) {
          const status = await client
            .send(newCommand(exported, operation.name, input))
            .then(() => 200, statusOf);
          if (!isAcceptable(status)) {
            wrong.push(`${operation.name} ${JSON.stringify(input)}: ${status}`);
          }
        }
      }
    } finally {
      client.destroy();
    }
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => line.includes("defect"))).toEqual([]);
  });
});
