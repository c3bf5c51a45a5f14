import { describe, expect, test } from "vitest";
import { ratioExpression, slowestExpression } from "../../components/latencyAlarms.ts";
import { evaluate } from "../../lab/cloudwatch/math/evaluate.ts";
import { parseExpression } from "../../lab/cloudwatch/math/syntax.ts";

/** One minute of metrics; what is left out was not reported. */
type Minute = Readonly<Record<string, number | undefined>>;

function valueOf(expression: string, minute: Minute): number | undefined {
  const value = evaluate(parseExpression(expression), (id) => ({
    kind: "series",
    periodSeconds: 60,
    points: [minute[id]],
  }));
  if (value.kind !== "series") throw new Error(`${expression} is no series`);
  return value.points[0];
}

describe("what the p99 alarm judges (a minimum of 20 requests a minute)", () => {
  test.each<[string, Minute, number | undefined]>([
    ["p99, from 100 requests on", { requests: 100, p99: 1.4, p90: 0.2 }, 1.4],
    [
      "p90 below, so that one slow response decides nothing",
      { requests: 99, p99: 9, p90: 0.2 },
      0.2,
    ],
    ["p90 sees a release that is slow as a whole", { requests: 20, p99: 2, p90: 1.6 }, 1.6],
    ["nothing below the minimum", { requests: 19, p99: 9, p90: 9 }, undefined],
    ["nothing without traffic", {}, undefined],
    ["no latency where no target answered", { requests: 500 }, 0],
  ])("%s", (_story, minute, expected) => {
    expect(valueOf(slowestExpression(20), minute)).toBe(expected);
  });

  test.each<[string, Minute, number | undefined]>([
    ["40 probes and 19 users: nothing", { requests: 59, probes: 40, p99: 9, p90: 9 }, undefined],
    ["40 probes and nobody else: nothing", { requests: 40, probes: 40, p99: 9, p90: 9 }, undefined],
    ["40 probes and 20 users", { requests: 60, probes: 40, p99: 2, p90: 1.6 }, 1.6],
    ["20 users, and no round of probes in that minute", { requests: 20, p99: 2, p90: 1.6 }, 1.6],
    ["probes announced, their requests not yet counted", { probes: 40 }, undefined],
  ])("beside a watchdog, %s", (_story, minute, expected) => {
    expect(valueOf(slowestExpression(20, true), minute)).toBe(expected);
  });

  test("a higher minimum holds for p99 too", () => {
    expect(slowestExpression(500)).toBe("IF(requests >= 500, p99, IF(requests >= 500, p90))");
  });
});

describe("what the comparison with the other slot judges (a limit of 1 s)", () => {
  const split = { requests: 100, otherRequests: 900, p99: 0.75, otherP99: 0.25 };
  test.each<[string, Minute, number | undefined]>([
    ["three times as slow while traffic is split", split, 3],
    ["nothing after a full shift: the other slot is silent", { requests: 1000, p99: 9 }, undefined],
    ["nothing for the slot without traffic", { otherRequests: 1000, otherP99: 9 }, undefined],
    ["nothing while the candidate has few requests", { ...split, requests: 99 }, undefined],
    ["nothing while the other slot has few", { ...split, otherRequests: 99 }, undefined],
    ["nothing far below the limit", { ...split, p99: 0.09, otherP99: 0.001 }, undefined],
    ["nothing at all", {}, undefined],
  ])("%s", (_story, minute, expected) => {
    expect(valueOf(ratioExpression(20, 1), minute)).toBe(expected);
  });

  test("the watchdog's probes make neither side's traffic enough", () => {
    const expression = ratioExpression(20, 1, true);
    expect(valueOf(expression, split)).toBe(3);
    expect(valueOf(expression, { ...split, probes: 1 })).toBeUndefined();
    expect(valueOf(expression, { ...split, otherProbes: 801 })).toBeUndefined();
  });
});
