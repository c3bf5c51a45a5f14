/** Faults over the lab's own route: added, seen in its status, refused with every problem, cleared. */
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startLab } from "../../../lab/lab.ts";
import type { Lab } from "../../../lab/lab.ts";
import { CREDENTIALS } from "../wire/labServer.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ images: {} });
});
afterAll(() => lab.stop());
beforeEach(() => ask("DELETE"));

async function ask(method: string, body?: object | string, id = "") {
  const response = await fetch(`${lab.endpoint}/_lab/faults${id}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- each test knows its answer.
  const answer: any = await response.json(); // oxlint-disable-line typescript/no-explicit-any
  return { status: response.status, answer };
}

test("a fault is answered with its id, strikes, is listed with what it did, and is cleared", async () => {
  const fault = { kind: "throttle", service: "elasticloadbalancing", operation: "Describe*" };
  const added = await ask("POST", { ...fault, durationSeconds: 600 });
  expect(added.status).toBe(201);
  const { id } = added.answer.fault as { id: string };
  expect(added.answer.fault).toMatchObject({ ...fault, probability: 1, calls: 0, struck: 0 });

  const client = new ElasticLoadBalancingV2Client({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  const describe = () => client.send(new DescribeLoadBalancersCommand({}));
  await expect(describe()).rejects.toMatchObject({ name: "ThrottlingException" });
  const listed = (await ask("GET")).answer.faults as object[];
  expect(listed).toMatchObject([{ id, calls: 1, struck: 1 }]);
  expect(lab.status().faults).toEqual(listed);
  expect(await (await fetch(`${lab.endpoint}/_lab/status`)).json()).toMatchObject({
    faults: listed,
    iam: "enforce",
  });

  expect((await ask("DELETE", undefined, `/${id}`)).answer.cleared).toMatchObject([{ id }]);
  expect((await ask("DELETE", undefined, `/${id}`)).status).toBe(404);
  await describe();
});

test.each([
  [{ kind: "throttle", service: "ecs", operation: "ModifyListener" }, "operation", "of ecs"],
  [{ kind: "throttle", operation: "Modify*Everything" }, "operation", "that the lab implements"],
  [{ kind: "stale-read", lagSeconds: 1, operation: "PutItem" }, "operation", "a reading operation"],
  [{ kind: "latency", probability: 7 }, "probability", "up to 1"],
  ["throttle", "fault", ""],
])("%j is refused: %s", async (body, field, allowed) => {
  const { status, answer } = await ask("POST", body);
  expect(status).toBe(400);
  expect(answer.problems).toContainEqual(
    expect.objectContaining({ field, allowed: expect.stringContaining(allowed) }),
  );
  expect(answer.error).toContain(field);
  expect((await ask("GET")).answer.faults).toEqual([]);
});

test("other methods, and a lab that audits nothing", async () => {
  expect((await ask("PUT", {})).status).toBe(404);
  expect((await ask("POST", {}, "/fault-1")).status).toBe(404);
  expect((await fetch(`${lab.endpoint}/_lab/iam/audit`)).status).toBe(409);
});
