import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, processesOf, type Sandbox, sandbox } from "./command.ts";

describe("a lab that stays", { timeout: 120_000 }, () => {
  let box: Sandbox;
  beforeEach(() => {
    box = sandbox();
  });
  afterEach(async () => {
    await box.run("lab", "stop");
    box.remove();
  });

  const json = async (...args: string[]) => {
    const { code, stdout } = await box.run(...args, "--json");
    return { code, document: JSON.parse(stdout) as Record<string, never> };
  };

  async function startLab(): Promise<string> {
    const { code } = await box.run("lab", "start", "--detach", "--port=0", "--speed=20");
    expect(code).toBe(0);
    return (await json("lab", "status")).document["endpoint"] ?? "";
  }

  test("`up` provisions, moves no traffic ever after, and refuses to change a live slot", async () => {
    const endpoint = await startLab();
    const preview = await json("preview");
    expect(preview).toMatchObject({ code: 0, document: { changes: { update: 0, delete: 0 } } });
    expect((await json("env", "list")).document).toEqual({ schemaVersion: 1, environments: [] });

    const up = await json("up");
    expect(up).toMatchObject({ code: 0, document: { ok: true } });
    expect(up.document["changes"]).toEqual(preview.document["changes"]);
    const before = (await json("env", "status")).document;
    expect(before).toMatchObject({ weights: { blue: 100, green: 0 }, latch: null });
    // Tasks start as slowly as on AWS; until one is healthy the load balancer answers 503.
    const answer = async (): Promise<Response> => fetch(before["url"] ?? "");
    expect(await eventually(async () => (await answer()).ok)).toBe(true);
    expect(await (await answer()).json()).toMatchObject({ release: "backout/checkout:1.4.0" });

    await moveByHand(endpoint, 37, 63);
    const again = await json("up");
    expect(again).toMatchObject({
      code: 0,
      document: { changes: { create: 0, update: 0, replace: 0, delete: 0 } },
    });
    const shifted = (await json("env", "status", "checkout")).document;
    expect(shifted["weights"]).toEqual({ blue: 37, green: 63 });
    const url = String(shifted["url"]);
    const slots = await Promise.all(Array.from({ length: 400 }, () => slotThatAnswers(url)));
    // 63 % of 400 is 252; six standard deviations are 58.
    expect(slots.filter((slot) => slot === "green").length).toBeGreaterThan(194);
    expect(slots.filter((slot) => slot === "green").length).toBeLessThan(310);

    for (const command of ["preview", "up"]) {
      const refused = await json(command, "--config", "greenRelease=shop:3");
      expect(refused.code).toBe(2);
      expect(JSON.stringify(refused.document["errors"])).toMatch(
        /green carries traffic .*blueRelease/,
      );
    }
    expect((await json("env", "status")).document["weights"]).toEqual(shifted["weights"]);

    expect(await json("env", "rollback")).toMatchObject({
      code: 0,
      document: { weights: { blue: 100, green: 0 } },
    });
    const newRelease = await json("up", "--config", "greenRelease=backout/checkout:1.6.0");
    expect(newRelease).toMatchObject({ code: 0, document: { ok: true } });
    expect((await json("env", "status")).document).toMatchObject({
      slots: { green: { release: "backout/checkout:1.6.0" } },
    });

    expect(await json("destroy")).toMatchObject({ code: 0, document: { ok: true } });
    expect((await json("lab", "status")).document["loadBalancers"]).toEqual([]);
    expect((await json("env", "status")).code).toBe(3);
    expect((await box.run("lab", "stop")).code).toBe(0);
    expect(processesOf(endpoint)).toEqual([]);
  });

  test("a second lab, and a taken port, are refused with the way out", async () => {
    await startLab();
    const second = await box.run("lab", "start");
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/already running at http.*backout lab stop/s);
    await box.run("lab", "stop");

    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = String((other.address() as AddressInfo).port);
    for (const how of [[], ["--detach"]]) {
      const taken = await box.run("lab", "start", "--port", port, ...how);
      expect(taken.code).toBe(3);
      expect(taken.stderr).toContain(port);
    }
    other.close();
  });

  test("a lab that was killed is not found again, and what it ran is gone", async () => {
    const endpoint = await startLab();
    await box.run("up");
    expect(await eventually(() => processesOf(endpoint).length > 0)).toBe(true);
    const { pid } = JSON.parse(readFileSync(join(box.directory, "lab.json"), "utf8")) as {
      pid: number;
    };
    process.kill(pid, "SIGKILL");
    expect(await eventually(() => processesOf(endpoint).length === 0)).toBe(true);
    expect((await box.run("up")).code).toBe(3);
    const fresh = await startLab();
    expect(fresh).not.toBe("");
    expect((await box.run("up")).stdout).toContain("starts from nothing");
  });
});

async function slotThatAnswers(url: string): Promise<string | null> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.headers.get("x-backout-slot");
}

/** What a person does with the AWS console: other weights on the live listener. */
async function moveByHand(endpoint: string, blue: number, green: number): Promise<void> {
  const client = new ElasticLoadBalancingV2Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({}));
  const arnOf = (name: string): string =>
    TargetGroups?.find((group) => group.TargetGroupName === name)?.TargetGroupArn ?? "";
  const LoadBalancerArn = TargetGroups?.[0]?.LoadBalancerArns?.[0] ?? "";
  const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
  await client.send(
    new ModifyListenerCommand({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      DefaultActions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: arnOf("checkout-blue"), Weight: blue },
              { TargetGroupArn: arnOf("checkout-green"), Weight: green },
            ],
          },
        },
      ],
    }),
  );
}
