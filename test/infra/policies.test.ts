/** Policies and thresholds per environment: a strict production and a loose staging, as stacks say them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readPolicy } from "../../components/signalPolicy.ts";
import { readConfig } from "../../infra/config.ts";

const EXAMPLES = join(import.meta.dirname, "..", "..", "examples", "policies");

function stack(name: string) {
  const text = readFileSync(join(EXAMPLES, `Pulumi.${name}.yaml`), "utf8");
  const { config } = parse(text) as { config: Record<string, string> };
  const read = readConfig(config);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  const { guard = {}, rollout } = read.config.args;
  const fastSignals = guard.fastSignals ?? false;
  return { guard, rollout, ...readPolicy(guard.policy, { fastSignals }) };
}

test("the example of production is stricter than that of staging in every threshold", () => {
  const production = stack("production");
  const staging = stack("staging");
  for (const limit of ["errorRatePercent", "latencyP99Seconds", "latencyRatio"] as const) {
    expect(production.guard[limit]).toBeLessThan(staging.guard[limit] ?? 0);
  }
  expect(production.policy.roles.errors.role).toBe("immediate");
  expect(staging.policy.roles).toMatchObject({
    errors: { role: "vote", votes: 2 },
    latency: { role: "vote", votes: 1 },
    latencyRatio: { role: "investigate" },
  });
  expect([production.rollout?.onDeadline, staging.rollout?.onDeadline]).toEqual([
    "abort",
    "proceed",
  ]);
});

test("every problem of a policy is told, beside those of other keys, under the one key", () => {
  const read = readConfig({
    "backout:blueRelease": "shop:1",
    "backout:greenRelease": "shop:2",
    "backout:errorRatePercent": "0",
    "backout:signalPolicy": "sentiment=vote errors=perhaps votesNeeded=0",
  });
  expect("problems" in read && read.problems).toMatchObject([
    { field: "backout:errorRatePercent", value: "0" },
    {
      field: "backout:signalPolicy.sentiment",
      value: "vote",
      allowed: expect.stringContaining("errors, unhealthy, latency, latencyRatio"),
    },
    { field: "backout:signalPolicy.errors", value: "perhaps" },
    { field: "backout:signalPolicy.votesNeeded", value: "0" },
  ]);
});
