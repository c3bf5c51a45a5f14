/** What reaches which slot: the rules that the component writes, tried as the load balancer does. */
import { describe, expect, test } from "vitest";
import { type RouteCondition, renderConditions, renderHint } from "../../components/testRoutes.ts";
import { SLOTS } from "../../guard/slot.ts";
import { PublicRoutes, type TestRoutes } from "../../guard/testRoutes.ts";
import { compileConditions } from "../../lab/dataplane/conditions.ts";
import { checkConditions, planeCondition } from "../../lab/elbv2/conditions.ts";

const routes: TestRoutes = {
  header: "x-backout-slot",
  cookie: "backout-slot",
  publicRoutes: PublicRoutes.Open,
  testPort: 9000,
};
const SECRET = "0123456789abcdef";

/** The first rule that a request meets; undefined for the default action. */
function reached(headers: Record<string, string>, secret?: string): string | undefined {
  const request = { method: "GET", path: "/", query: "", headers, clientAddress: "10.0.0.1" };
  const rules = SLOTS.flatMap((slot) => renderConditions(slot, routes, secret));
  return rules.find((rule) => compileConditions(accepted(rule).map(planeCondition))(request))?.slot;
}

/** As the load balancer takes it, with every limit of its own. */
function accepted({ httpHeader: { httpHeaderName, values } }: RouteCondition) {
  const HttpHeaderConfig = { HttpHeaderName: httpHeaderName, Values: values };
  return checkConditions([{ Field: "http-header", HttpHeaderConfig }]);
}

describe("a request", () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ["names a slot by header", { "x-backout-slot": "green" }, "green"],
    ["names the other one", { "x-backout-slot": "blue" }, "blue"],
    ["in capitals", { "x-backout-slot": "GREEN" }, "green"],
    ["names no slot", { "x-backout-slot": "purple" }, undefined],
    ["says more than a slot", { "x-backout-slot": "green, blue" }, undefined],
    ["says nothing", {}, undefined],
    ["names a slot by its only cookie", { cookie: "backout-slot=green" }, "green"],
    ["by its first cookie", { cookie: "backout-slot=green; a=1" }, "green"],
    ["by its last cookie", { cookie: "a=1; backout-slot=green" }, "green"],
    ["by one in the middle", { cookie: "a=1; backout-slot=blue; b=2" }, "blue"],
    ["has a cookie that ends alike", { cookie: "not-backout-slot=green" }, undefined],
    ["has another cookie", { cookie: "slot=green" }, undefined],
    ["has the name as a value", { cookie: "a=backout-slot; b=green" }, undefined],
  ])("that %s", (_story, headers, slot) => {
    expect(reached(headers)).toBe(slot);
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ["slot and secret", { "x-backout-slot": `green.${SECRET}` }, "green"],
    ["both in a cookie", { cookie: `a=1; backout-slot=blue.${SECRET}` }, "blue"],
    ["the slot alone", { "x-backout-slot": "green" }, undefined],
    ["the slot alone in a cookie", { cookie: "backout-slot=green" }, undefined],
    ["a wildcard for the secret", { "x-backout-slot": "green.*" }, undefined],
    ["half of the secret", { cookie: `backout-slot=green.${SECRET.slice(0, 8)}` }, undefined],
  ])("with %s, where there is one", (_story, headers, slot) => {
    expect(reached(headers, SECRET)).toBe(slot);
  });
});

test("the longest names and secret still fit the load balancer's 128 characters", () => {
  const longest = { ...routes, header: "h".repeat(40), cookie: "c".repeat(40) };
  for (const rule of renderConditions("green", longest, "s".repeat(64))) {
    expect(() => accepted(rule)).not.toThrow();
  }
  expect(renderHint(longest).length).toBeLessThanOrEqual(1_024);
});

test("the hint of the test listener says what to send", () => {
  expect(renderHint(routes)).toContain('header "x-backout-slot: SLOT"');
  expect(renderHint(routes)).toContain("blue or green");
});
