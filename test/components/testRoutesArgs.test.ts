import { describe, expect, test } from "vitest";
import {
  type TestRoutesArgs,
  testRoutesOf,
  testRoutesProblems,
} from "../../components/testRoutesArgs.ts";

const SECRET = "0123456789abcdef";
const problemsOf = (args: TestRoutesArgs) => testRoutesProblems(args, 80);

describe("what a load balancer could not do, or nobody can mean", () => {
  test.each<[string, TestRoutesArgs]>([
    ["listenerPort", { listenerPort: 0 }],
    ["listenerPort", { listenerPort: 70_000 }],
    ["listenerPort", { listenerPort: 8080.5 }],
    ["listenerPort", { listenerPort: 80 }],
    ["allowedCidrs", { listenerPort: 9000, allowedCidrs: ["10.0.0.0"] }],
    ["allowedCidrs", { listenerPort: 9000, allowedCidrs: ["10.0.0.0/33"] }],
    ["allowedCidrs", { listenerPort: 9000, allowedCidrs: ["10.0.0.256/32"] }],
    ["allowedCidrs", { listenerPort: 9000, allowedCidrs: ["2001:db8::/32"] }],
    ["allowedCidrs", { listenerPort: 9000, allowedCidrs: ["10.0.0.1/8"] }],
    ["allowedCidrs", { allowedCidrs: ["10.0.0.0/8"] }],
    ["secret", { onPublicListener: "secret" }],
    ["secret", { onPublicListener: "secret", secret: "short" }],
    ["secret", { onPublicListener: "secret", secret: "UPPER-CASE-IS-NOT-TOLD-APART" }],
    ["secret", { onPublicListener: "secret", secret: "*****************" }],
    ["secret", { onPublicListener: "secret", secret: "s".repeat(65) }],
    ["secret", { onPublicListener: "open", secret: SECRET }],
    ["secret", { listenerPort: 9000, secret: SECRET }],
    ["header", { listenerPort: 9000, header: "" }],
    ["header", { listenerPort: 9000, header: "Host" }],
    ["header", { listenerPort: 9000, header: "Cookie" }],
    ["header", { listenerPort: 9000, header: "connection" }],
    ["header", { listenerPort: 9000, header: "Transfer-Encoding" }],
    ["header", { listenerPort: 9000, header: "X-Forwarded-For" }],
    ["header", { listenerPort: 9000, header: "x-*" }],
    ["header", { listenerPort: 9000, header: "two words" }],
    ["header", { listenerPort: 9000, header: "x".repeat(41) }],
    ["cookie", { listenerPort: 9000, cookie: "AWSALB" }],
    ["cookie", { listenerPort: 9000, cookie: "a=b" }],
  ])("%s is checked: %j", (field, args) => {
    expect(problemsOf(args).map((problem) => problem.field)).toEqual([`testRoutes.${field}`]);
  });

  test("is told all at once", () => {
    const fields = problemsOf({
      listenerPort: 80,
      allowedCidrs: ["anywhere"],
      onPublicListener: "secret",
      header: "Host",
      cookie: "",
    }).map(({ field }) => field.replace("testRoutes.", ""));
    expect(fields).toEqual(["listenerPort", "allowedCidrs", "secret", "header", "cookie"]);
  });

  test("every block that cannot be used is named, with what to write in its place", () => {
    const allowedCidrs = ["10.1.2.3/8", "192.168.0.0/16", "203.0.113.77/29", "0.0.0.0/0", "x"];
    const [problem] = problemsOf({ listenerPort: 9000, allowedCidrs });
    expect(problem?.fix).toBe(
      'in place of "10.1.2.3/8" write "10.0.0.0/8"; ' +
        'in place of "203.0.113.77/29" write "203.0.113.72/29"; "x" is no IPv4 block',
    );
  });

  test("a secret is not repeated where errors are logged", () => {
    const problems = problemsOf({ onPublicListener: "open", secret: "not so SECRET" });
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain("not so SECRET");
  });
});

test.each<[TestRoutesArgs, object | null]>([
  [{}, null],
  [{ onPublicListener: "off", header: "x-slot" }, null],
  [
    { listenerPort: 9000, allowedCidrs: ["10.0.0.0/8", "203.0.113.7/32"] },
    { header: "x-backout-slot", cookie: "backout-slot", publicRoutes: "off", testPort: 9000 },
  ],
  [
    { onPublicListener: "secret", secret: SECRET, header: "x-slot", cookie: "slot" },
    { header: "x-slot", cookie: "slot", publicRoutes: "secret", testPort: null },
  ],
])("%j is fine", (args, routes) => {
  expect(problemsOf(args)).toEqual([]);
  expect(testRoutesOf(args)).toEqual(routes);
});
