/** The testers' routes as a stack's configuration says them. */
import { expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";

const good = { "backout:blueRelease": "shop:1", "backout:greenRelease": "shop:2" };

test("every key finds its argument", () => {
  const read = readConfig({
    ...good,
    "backout:testListenerPort": "9000",
    "backout:testAllowedCidrs": '["10.0.0.0/8"]',
    "backout:testPublicRoutes": "secret",
    "backout:testSecret": "0123456789abcdef",
    "backout:testHeader": "x-slot",
    "backout:testCookie": "slot",
  });
  expect("config" in read && read.config.args.testRoutes).toEqual({
    listenerPort: 9000,
    allowedCidrs: ["10.0.0.0/8"],
    onPublicListener: "secret",
    secret: "0123456789abcdef",
    header: "x-slot",
    cookie: "slot",
  });
});

test("every problem is reported at once, under the user's own keys", () => {
  const read = readConfig({
    ...good,
    "backout:listenerPort": "8080",
    "backout:testListenerPort": "8080",
    "backout:testAllowedCidrs": '["10.0.0.1/8"]',
    "backout:testPublicRoutes": "sometimes",
    "backout:testSecret": "hush",
    "backout:testHeader": "Host",
    "backout:testCookie": "AWSALB",
  });
  const problems = "problems" in read ? read.problems : [];
  expect([...new Set(problems.map(({ field }) => field))].sort()).toEqual([
    "backout:testAllowedCidrs",
    "backout:testCookie",
    "backout:testHeader",
    "backout:testListenerPort",
    "backout:testPublicRoutes",
    "backout:testSecret",
  ]);
  expect(problems.find(({ field }) => field === "backout:testListenerPort")).toMatchObject({
    value: "8080",
    allowed: "an integer from 1 to 65535, and not 8080, the port of the public listener",
  });
  expect(JSON.stringify(problems)).not.toContain("hush");
});
