import { expect, test } from "vitest";
import { fastErrorExpression } from "../../components/fastAlarms.ts";
import { evaluate } from "../../lab/cloudwatch/math/evaluate.ts";
import { parseExpression } from "../../lab/cloudwatch/math/syntax.ts";

test.each<[string, Readonly<Record<string, number | undefined>>, number | undefined]>([
  ["the share of failures", { requests: 40, errors: 12 }, 30],
  ["a slot without failures", { requests: 40, errors: 0 }, 0],
  ["nothing below the minimum, whatever failed", { requests: 19, errors: 19 }, undefined],
  ["nothing without traffic", {}, undefined],
])("ten seconds of a slot's own metrics: %s", (_story, period, expected) => {
  const value = evaluate(parseExpression(fastErrorExpression(20)), (id) => ({
    kind: "series",
    periodSeconds: 10,
    points: [period[id]],
  }));
  expect(value).toMatchObject({ kind: "series", points: [expected] });
});
