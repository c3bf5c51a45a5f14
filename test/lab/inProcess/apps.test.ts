import {
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterEach, describe, expect, test } from "vitest";
import { sleep } from "../../../base/clock.ts";
import { openShop, type Shop, type ShopOptions } from "./shop.ts";

const shops: Shop[] = [];
afterEach(async () => {
  await Promise.all(shops.splice(0).map(({ lab }) => lab.stop()));
});

/** All traffic goes to green. */
async function open(options: ShopOptions): Promise<Shop> {
  const shop = await openShop(options);
  shops.push(shop);
  const { elbv2, listener, groups } = shop;
  await elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: listener,
      DefaultActions: [{ Type: "forward", TargetGroupArn: groups.green }],
    }),
  );
  return shop;
}

async function statesOf({ elbv2, groups }: Shop): Promise<(string | undefined)[]> {
  const { TargetHealthDescriptions = [] } = await elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: groups.green }),
  );
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
}

describe("an app in place of a container", () => {
  test("gets the request as a target gets it, and its answer comes back", async () => {
    const shop = await open({
      green: ({ method, url, headers, body }, env) => ({
        status: 201,
        headers: { "x-slot": env["SLOT"] ?? "" },
        body: JSON.stringify({ method, url, forwarded: headers["x-forwarded-for"], body }),
      }),
    });
    await shop.lab.advance(30);
    const { status, headers, body } = await shop.lab.request(shop.listener, {
      method: "POST",
      path: "/cart?id=7",
      headers: { "X-Forwarded-For": "10.0.0.7" },
      body: "one",
    });
    expect([status, headers["x-slot"]]).toEqual([201, "green"]);
    expect(JSON.parse(String(body))).toEqual({
      method: "POST",
      url: "/cart?id=7",
      forwarded: "10.0.0.7, 127.0.0.1",
      body: "one",
    });
  });

  test("is found under its listener's URL, by DNS name or loopback", async () => {
    const { lab } = await open({});
    const [balancer] = lab.status().loadBalancers;
    const [listener] = balancer?.listeners ?? [];
    expect(listener?.url).toBe("http://127.0.0.1:80");
    expect((await lab.request(`${listener?.url}/cart`)).body).toBe("green");
    await expect(lab.request("http://127.0.0.1:81")).rejects.toThrow("names 0 listeners");
  });

  test("that throws ends its task: 502 for this request, another task soon", async () => {
    const shop = await open({
      green: ({ url }) => {
        if (url === "/crash") throw new Error("out of memory");
        return { status: 200, body: "fine" };
      },
    });
    const crashed = await shop.lab.request(shop.listener, { path: "/crash" });
    expect([crashed.status, crashed.headers["server"]]).toEqual([502, "awselb/2.0"]);
    expect(await statesOf(shop)).not.toEqual(["healthy", "healthy"]);
    await shop.lab.advance(60);
    expect((await statesOf(shop)).filter((state) => state === "healthy")).toHaveLength(2);
    expect((await shop.lab.request(shop.listener)).body).toBe("fine");
  });

  test("may end its own container: the request under way is cut off", async () => {
    const shop = await open({
      green: ({ url }, _env, task) => {
        if (url === "/exit") task.exit(3);
        return { status: 200 };
      },
    });
    expect((await shop.lab.request(shop.listener, { path: "/exit" })).status).toBe(502);
  });

  test("that answers later does so in nominal time; past the idle timeout it is a 504", async () => {
    const shop = await open({
      green: async ({ url }) => {
        if (url !== "/") await sleep(shop.lab.clock, Number(url.slice(1)) * 1000);
        return { status: 200, body: "at last" };
      },
    });
    const slow = shop.lab.request(shop.listener, { path: "/59" });
    const tooSlow = shop.lab.request(shop.listener, { path: "/61" });
    await shop.lab.advance(60);
    expect((await slow).body).toBe("at last");
    expect((await tooSlow).status).toBe(504);
  });

  test("that is not ready refuses connections until it is", async () => {
    const shop = await open({
      apps: {
        "shop/blue": () => ({ status: 200 }),
        "shop/green": { handle: () => ({ status: 200 }), readyAfterMs: 180_000 },
      },
    });
    // Two minutes have passed: none of its tasks took a health check yet.
    expect(await statesOf(shop)).not.toContain("healthy");
    expect((await shop.lab.request(shop.listener)).status).toBeGreaterThanOrEqual(502);
  });
});
