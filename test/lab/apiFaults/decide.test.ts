/** Which calls a fault is about, when it strikes, and which faults are refused. */
import { describe, expect, test } from "vitest";
import type { CallFacts } from "../../../lab/apiFaults/decide.ts";
import { seededDraw, striking } from "../../../lab/apiFaults/decide.ts";
import type { ApiFault } from "../../../lab/apiFaults/fault.ts";
import { parseFault } from "../../../lab/apiFaults/fault.ts";
import { ServiceName } from "../../../lab/service.ts";

const call: CallFacts = {
  service: ServiceName.Elbv2,
  operation: "DescribeListeners",
  roleName: "checkout-guard",
  eventuallyConsistent: true,
};

function fault(request: object): ApiFault {
  const parsed = parseFault({ kind: "throttle", ...request });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const seconds = parsed.fault.durationSeconds;
  return {
    ...parsed.fault,
    id: "fault-1",
    addedAtMs: 0,
    endsAtMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

describe("a fault is about", () => {
  test.each([
    ["every call", {}, {}, 0, true],
    ["a service", { service: "elasticloadbalancing" }, {}, 0, true],
    ["another service", { service: "ecs" }, {}, 0, false],
    [
      "a service by its IAM prefix",
      { service: "cloudwatch" },
      { service: ServiceName.CloudWatch },
      0,
      true,
    ],
    ["an operation", { operation: "DescribeListeners" }, {}, 0, true],
    ["another operation", { operation: "DescribeRules" }, {}, 0, false],
    ["a pattern of operations", { operation: "Describe*" }, {}, 0, true],
    ["a role", { role: "checkout-guard" }, {}, 0, true],
    ["another role", { role: "checkout-task" }, {}, 0, false],
    ["a role, when the lab's user calls", { role: "guard" }, { roleName: undefined }, 0, false],
    ["a time, before its end", { durationSeconds: 60 }, {}, 59_999, true],
    ["a time, at its end", { durationSeconds: 60 }, {}, 60_000, false],
    ["stale reads", { kind: "stale-read", lagSeconds: 1 }, {}, 0, true],
    [
      "stale reads, but this one is consistent",
      { kind: "stale-read", lagSeconds: 1 },
      { eventuallyConsistent: false },
      0,
      false,
    ],
  ])("%s: %j, call %j at %i: %s", (_what, request, facts, nowMs, expected) => {
    const struck = striking([fault(request)], { ...call, ...facts }, nowMs, () => 0);
    expect(struck.length === 1).toBe(expected);
  });

  test("a share of calls, and only those that it is about use up its draws", () => {
    const half = fault({ probability: 0.5, service: "ecs" });
    const draws = [0.1, 0.6, 0.4999, 0.5];
    const strike = (service: ServiceName) =>
      striking([half], { ...call, service }, 0, () => draws.shift() ?? 1).length;
    expect(strike(ServiceName.Ecs)).toBe(1);
    expect(strike(ServiceName.Sns)).toBe(0);
    expect([strike(ServiceName.Ecs), strike(ServiceName.Ecs), strike(ServiceName.Ecs)]).toEqual([
      0, 1, 0,
    ]);
    expect(draws).toEqual([]);
  });
});

const take = (seed: number) => Array.from({ length: 4000 }, seededDraw(seed));

test("draws repeat with their seed, and fill [0, 1) evenly", () => {
  expect(take(7)).toEqual(take(7));
  expect(take(7).slice(0, 3)).not.toEqual(take(8).slice(0, 3));
  const low = take(7).filter((draw) => draw < 0.3).length;
  // 1,200 expected; six standard deviations are 174.
  expect(low).toBeGreaterThan(1026);
  expect(low).toBeLessThan(1374);
  expect(take(7).every((draw) => draw >= 0 && draw < 1)).toBe(true);
});

describe("faults that are refused", () => {
  test.each([
    [undefined, ["fault"]],
    ["throttle", ["fault"]],
    [{}, ["kind"]],
    [{ kind: "fire" }, ["kind"]],
    [{ kind: "throttle", service: "sqs" }, ["service"]],
    [{ kind: "throttle", operation: "Describe Listeners" }, ["operation"]],
    [{ kind: "throttle", role: "arn:aws:iam::000000000000:role/guard" }, ["role"]],
    [{ kind: "throttle", probability: 0 }, ["probability"]],
    [{ kind: "throttle", probability: 1.01 }, ["probability"]],
    [{ kind: "throttle", probability: "0.5" }, ["probability"]],
    [{ kind: "throttle", durationSeconds: 0 }, ["durationSeconds"]],
    [{ kind: "throttle", seed: 1.5 }, ["seed"]],
    [{ kind: "throttle", phase: "after" }, ["phase"]],
    [{ kind: "internal-error", phase: "during" }, ["phase"]],
    [{ kind: "latency" }, ["latencyMs"]],
    [{ kind: "latency", latencyMs: 0 }, ["latencyMs"]],
    [{ kind: "stale-read", lagSeconds: 3601 }, ["lagSeconds"]],
    [{ kind: "stale-read", latencyMs: 5 }, ["lagSeconds", "latencyMs"]],
    [
      { kind: "latency", service: "sqs", probability: 2, seed: "x", every: 3 },
      ["every", "latencyMs", "probability", "seed", "service"],
    ],
  ])("%j: every problem at once, %j", (input, fields) => {
    const parsed = parseFault(input);
    const problems = "problems" in parsed ? parsed.problems : [];
    expect(problems.map((problem) => problem.field).sort()).toEqual(fields);
    for (const problem of problems) expect(problem.allowed).not.toMatch(/Invalid|expected/);
  });

  test("defaults: every service and operation, everybody, always, before the operation", () => {
    expect(parseFault({ kind: "disconnect" })).toEqual({
      fault: {
        kind: "disconnect",
        service: "*",
        operation: "*",
        probability: 1,
        seed: 1,
        phase: "before",
      },
    });
  });
});
