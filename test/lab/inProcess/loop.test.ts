import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, expect, test } from "vitest";
import type { AppHandler } from "../../../lab/inProcess/app.ts";
import { openShop, type Shop, type ShopOptions } from "./shop.ts";

const shops: Shop[] = [];
afterEach(async () => {
  await Promise.all(shops.splice(0).map(({ lab }) => lab.stop()));
});

async function open(options: ShopOptions = {}): Promise<Shop> {
  const shop = await openShop(options);
  shops.push(shop);
  return shop;
}

/** `requests` to the listener in one nominal minute; what answered each, as one string. */
async function minute({ lab, listener }: Shop, requests: number): Promise<string> {
  let answers = "";
  for (let sent = 0; sent < requests; sent++) {
    const { status, body } = await lab.request(listener, { path: "/cart" });
    answers += status === 200 ? String(body).charAt(0) : "!";
    await lab.advance(60 / requests);
  }
  return answers;
}

const count = (answers: string, one: string): number => answers.split(one).length - 1;

/** Green answers 500 from its 30th request on. */
function goesBad(): AppHandler {
  let requests = 0;
  return ({ url }, env) => {
    if (url === "/cart") requests += 1;
    return requests > 30 && url === "/cart"
      ? { status: 500, body: "out of order" }
      : { status: 200, body: env["SLOT"] ?? "" };
  };
}

describe("the whole loop in one process", () => {
  test("an alarm invokes the guard, which moves the weights; no request reaches green then", async () => {
    const shop = await open({ green: goesBad() });
    const minutes: string[] = [];
    for (let at = 0; at < 6; at++) minutes.push(await minute(shop, 60));
    expect(count(minutes[0] ?? "", "g")).toBeGreaterThan(15);
    expect(count(minutes.join(""), "!")).toBeGreaterThan(20);
    expect(minutes.at(-1)).toBe("b".repeat(60));
    await shop.lab.advance(300);
    expect(await shop.history()).toEqual([
      expect.stringContaining('Alarm "green-errors" created'),
      expect.stringContaining("Alarm updated from INSUFFICIENT_DATA to OK"),
      expect.stringContaining("Alarm updated from OK to ALARM"),
      expect.stringContaining("Successfully executed action"),
      expect.stringContaining("Alarm updated from ALARM to OK"),
    ]);
  });

  test("a throttled guard fails, and Lambda's retry a minute later moves the weights", async () => {
    const shop = await open({ green: goesBad() });
    shop.lab.faults.add({
      kind: "throttle",
      service: "*",
      operation: "ModifyListener",
      role: "guard",
      probability: 1,
      durationSeconds: 260,
      seed: 1,
    });
    const minutes: string[] = [];
    for (let at = 0; at < 8; at++) minutes.push(await minute(shop, 60));
    const plain = await open({ green: goesBad() });
    const unhindered: string[] = [];
    for (let at = 0; at < 8; at++) unhindered.push(await minute(plain, 60));
    expect(count(minutes.join(""), "!")).toBeGreaterThan(count(unhindered.join(""), "!"));
    expect(minutes.at(-1)).toBe("b".repeat(60));
  });

  test("opens no socket and starts no process", async () => {
    const opened: string[] = [];
    const channels = [
      "net.client.socket",
      "net.server.socket",
      "tracing:net.server.listen:asyncStart",
      "child_process",
    ];
    const listen = (_message: unknown, name: string | symbol): void => {
      opened.push(String(name));
    };
    for (const channel of channels) subscribe(channel, listen);
    try {
      const before = sockets();
      const shop = await open({ green: goesBad() });
      for (let at = 0; at < 5; at++) await minute(shop, 60);
      expect((await shop.history()).join("\n")).toContain("Successfully executed action");
      expect(sockets()).toEqual(before);
    } finally {
      for (const channel of channels) unsubscribe(channel, listen);
    }
    expect(opened).toEqual([]);
  });

  test("takes the same course under the same seed, and another under another", async () => {
    const courses = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const shop = await open({ green: goesBad(), seed });
        const minutes: string[] = [];
        for (let at = 0; at < 5; at++) minutes.push(await minute(shop, 60));
        return { minutes, history: await shop.history() };
      }),
    );
    expect(courses[0]).toEqual(courses[1]);
    expect(courses[0]?.minutes).not.toEqual(courses[2]?.minutes);
  });
});

/** Handles of this process that a connection, a server or a child would be among. */
function sockets(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|UDP|Process|Connect|Listen/.test(name))
    .toSorted();
}
