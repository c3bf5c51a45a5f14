/** What becomes of a reversion afterwards: looked at every minute, shown, and told to people once. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListTopicsCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoFaultStore } from "../../drills/faultStore.ts";
import { environmentNames } from "../../guard/names.ts";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is 1.2 s. */
const SPEED = 50;

interface Check {
  readonly name: string;
  readonly outcome: string;
  readonly says: string;
}

interface Shown {
  readonly latch: { readonly slot: string } | null;
  readonly wayBack: { readonly home: string; readonly fitness: string } | null;
  readonly lastReversion: {
    readonly id: string;
    readonly kind: string;
    readonly verification: {
      readonly outcome: string;
      readonly final: boolean;
      readonly checks: readonly Check[];
    } | null;
  } | null;
}

describe("a reversion", { timeout: 120_000 }, () => {
  let shop: Server;
  let shopStatus = 200;
  const told: { subject: string; summary: string }[] = [];
  let lab: RolloutLab;
  const shown = () => lab.json<Shown>("env", "status");
  const aws = () => ({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

  /** What the smoke check asks, and where people are told. */
  async function answer(request: IncomingMessage): Promise<number> {
    if (request.url !== "/people") return shopStatus;
    const message = JSON.parse(await text(request)) as Record<string, string>;
    if (message["SubscribeURL"]) await fetch(message["SubscribeURL"]);
    const subject = message["Subject"] ?? "";
    if (subject.includes("verified")) {
      const { summary } = JSON.parse(message["Message"] ?? "") as { summary: string };
      told.push({ subject, summary });
    }
    return 200;
  }

  beforeAll(async () => {
    shop = createServer((request, response) => {
      void answer(request).then((status) => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => {
      shop.listen(0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const checks = (name: string) => JSON.stringify([{ name, url: `${url}/${name}` }]);
    lab = new RolloutLab([
      "minimumRequestsPerMinute=5",
      "minimumRequests=20",
      `smokeChecks=${checks("shop")}`,
      `wayBackChecks=${checks("schema")}`,
    ]);
    await lab.start(SPEED);
    await lab.up("shop/good:2");
    await lab.load(60);
    const sns = new SNSClient(aws());
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    const TopicArn = Topics?.[0]?.TopicArn;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint: `${url}/people` }));
  }, 120_000);
  afterAll(async () => {
    await lab.stop();
    shop.close();
  });

  async function revert(release: string): Promise<void> {
    await lab.deploy(release);
    told.length = 0;
    await lab.passes("rollout", "start", "--steps=50:5h");
    await lab.until("it was reverted", async () => (await shown()).latch !== null);
  }

  /** As it is once no look follows. */
  async function settled(): Promise<NonNullable<Shown["lastReversion"]>["verification"]> {
    await lab.until("its verification was final", async () => {
      return (await shown()).lastReversion?.verification?.final === true;
    });
    return (await shown()).lastReversion?.verification ?? null;
  }

  test("by a person is checked before, and refused while the way back is known to be bad", async () => {
    await lab.deploy("shop/good:2");
    await lab.passes("rollout", "start", "--steps=50:5h");
    const seen = (fitness: string): Promise<void> =>
      lab.until(`the way back was seen, ${fitness}`, async () => {
        return (await shown()).wayBack?.fitness === fitness;
      });
    await seen("fit");
    shopStatus = 503;
    await seen("unfit");
    const refused = await lab.box.run("env", "rollback");
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toMatch(
      /not fit: schema: answered 503[^]*env rollback checkout --force/,
    );
    expect((await lab.status()).weights).toEqual({ blue: 50, green: 50 });
    const forced = await lab.passes("env", "rollback", "--force");
    expect(forced.stderr).toMatch(/gets the traffic all the same/);
    expect((await lab.status()).weights).toEqual({ blue: 100, green: 0 });
    shopStatus = 200;
  });

  test("that did what it was for is verified, check by check", async () => {
    await revert("shop/broken:1");
    expect(await settled()).toMatchObject({
      outcome: "good",
      checks: [
        { name: "weights", outcome: "good", says: "all traffic is on slot blue" },
        { name: "targets", outcome: "good" },
        { name: "alarm", outcome: "good" },
        { name: "trigger" },
        {
          name: "error rate",
          outcome: "good",
          says: expect.stringMatching(/^0 % of \d+ requests/),
        },
        { name: "smoke check shop", outcome: "good", says: "answered 200" },
      ],
    });
    await lab.until("people were told", async () => told.length > 0);
    expect(told).toEqual([
      {
        subject: "Backout: checkout reversion verified",
        summary: expect.stringContaining("verified: the reversion from slot green to slot blue"),
      },
    ]);
    const { stdout } = await lab.passes("env", "status");
    expect(stdout).toMatch(
      /last reversion: slot green to slot blue[^]*verified \(seen[^]*weights +good/,
    );
  });

  test("onto a side that turns bad is told of once, with what is wrong", async () => {
    // Nothing is good enough until the stable side fails too.
    shopStatus = 503;
    await revert("shop/broken:2");
    const client = new DynamoDBClient(aws());
    const leases = dynamoFaultStore(client, environmentNames("checkout").faultTable, Date.now);
    await leases.putLease({
      schemaVersion: 1,
      slot: "blue",
      leaseId: "l1",
      holder: "test",
      fault: { kind: "errors", share: 0.5, status: 500 },
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    await lab.until("the errors were seen", async () => {
      const checks = (await shown()).lastReversion?.verification?.checks ?? [];
      return checks.some(({ name, outcome }) => name === "error rate" && outcome === "bad");
    });
    shopStatus = 200;
    const verification = await settled();
    expect(verification).toMatchObject({ outcome: "bad" });
    const bad = verification?.checks.filter(({ outcome }) => outcome === "bad");
    expect(bad?.map(({ name }) => name)).toEqual(["alarm", "error rate"]);
    // Looks go on every 1.2 s: two of them must not tell again.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(told).toEqual([
      {
        subject: "Backout: checkout reversion NOT verified",
        summary: expect.stringMatching(
          /^NOT verified after 15 m.*error rate: [3-6]\d.*Asked of you: see what is wrong with slot blue/,
        ),
      },
    ]);
    client.destroy();
  });
});
