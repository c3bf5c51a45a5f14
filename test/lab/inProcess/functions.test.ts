import { DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ConfirmSubscriptionCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterEach, describe, expect, test } from "vitest";
import { sleep } from "../../../base/clock.ts";
import { startInProcessLab } from "../../../lab/inProcess/lab.ts";
import type { Receiver } from "../../../lab/inProcess/receivers.ts";
import { openShop, type Shop, type ShopOptions } from "./shop.ts";

const shops: Shop[] = [];
afterEach(async () => {
  await Promise.all(shops.splice(0).map(({ lab }) => lab.stop()));
});

async function open(options: ShopOptions): Promise<Shop> {
  const shop = await openShop(options);
  shops.push(shop);
  return shop;
}

async function invoke({ lambda }: Shop, type: "Event" | "RequestResponse" = "RequestResponse") {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: "guard", InvocationType: type }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  return { FunctionError, answer: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

describe("a function in the lab's own process", () => {
  test("sees its settings and its event, and answers with a value", async () => {
    const shop = await open({
      guard: (event, { env, functionName }) => ({ event, functionName, group: env["BLUE"] }),
    });
    expect(await invoke(shop)).toEqual({
      FunctionError: undefined,
      answer: { event: {}, functionName: "guard", group: shop.groups.blue },
    });
  });

  test("may do what its role may do, and nothing else", async () => {
    const shop = await open({
      guard: async (_event, { clientConfig }) => {
        const client = new ElasticLoadBalancingV2Client(clientConfig);
        await client.send(new DescribeTargetGroupsCommand({}));
      },
    });
    const { FunctionError, answer } = await invoke(shop);
    expect(FunctionError).toBe("Unhandled");
    expect(answer).toMatchObject({
      errorType: expect.stringMatching(/^AccessDenied/),
      errorMessage: expect.stringContaining(
        "not authorized to perform: elasticloadbalancing:DescribeTargetGroups",
      ),
    });
  });

  test("times out in nominal time, and what it still sends then reaches nothing", async () => {
    let late: unknown;
    const shop = await open({
      allowed: ["elasticloadbalancing:*"],
      guard: async (_event, { clientConfig }) => {
        await sleep(shop.lab.clock, 11_000);
        const client = new ElasticLoadBalancingV2Client(clientConfig);
        late = await client.send(new DescribeTargetGroupsCommand({})).catch(String);
      },
    });
    const invoked = invoke(shop);
    await shop.lab.advance(9.999);
    await shop.lab.advance(0.001);
    expect(await invoked).toEqual({
      FunctionError: "Unhandled",
      answer: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(/Task timed out after 10\.00 seconds$/),
      },
    });
    await shop.lab.advance(5);
    expect(late).toContain("has ended");
  });

  test("is tried again after one and two nominal minutes when it fails", async () => {
    const tries: number[] = [];
    const shop = await open({
      guard: (_event, { now }) => {
        tries.push(now());
        throw new Error("no luck");
      },
    });
    await invoke(shop, "Event");
    await shop.lab.advance(600);
    expect(tries.map((at) => at - (tries[0] ?? 0))).toEqual([0, 60_000, 180_000]);
  });

  test("that nobody gave fails as a module that cannot be loaded", async () => {
    const shop = await open({ functions: {} });
    expect((await invoke(shop)).answer).toMatchObject({ errorType: "Runtime.ImportModuleError" });
  });
});

test("a topic's HTTP subscriber is a function, asked to confirm first, and tried again", async () => {
  const url = "http://127.0.0.1:9000/hook";
  const bodies: { Type: string; Token?: string; Message?: string }[] = [];
  const receiver: Receiver = ({ body, url: path }) => {
    expect(path).toBe("/hook");
    bodies.push(JSON.parse(String(body)) as (typeof bodies)[number]);
    return { status: bodies.length === 2 ? 503 : 200 };
  };
  const lab = await startInProcessLab({ receivers: { [url]: receiver } });
  try {
    const sns = new SNSClient(lab.clientConfig);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alarms" }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint: url }));
    await lab.advance(0);
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: bodies[0]?.Token }));
    await sns.send(new PublishCommand({ TopicArn, Message: "green is on fire" }));
    await lab.advance(60);
    expect(bodies.map(({ Type }) => Type)).toEqual([
      "SubscriptionConfirmation",
      "Notification",
      "Notification",
    ]);
    expect(bodies.at(-1)?.Message).toBe("green is on fire");
  } finally {
    await lab.stop();
  }
});
