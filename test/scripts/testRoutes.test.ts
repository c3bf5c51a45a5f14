/** What `env status` and the rollout's verbs tell testers. */
import { describe, expect, test } from "vitest";
import { type EnvironmentRecord, initialRecord, shiftBegun } from "../../guard/record.ts";
import { NO_HOOKS } from "../../guard/rollout/hooks.ts";
import { completed } from "../../guard/rollout/rollout.ts";
import { DEFAULT_SETTINGS } from "../../guard/rollout/settings.ts";
import { PublicRoutes } from "../../guard/testRoutes.ts";
import { renderTestRoutes, testRoutesOf } from "../../scripts/testRoutes.ts";

const target = {
  urlOf: async ({ listenerPort }: { listenerPort: number }) => `http://lb:${listenerPort}`,
};
const environment = { dnsName: "lb", listenerArn: "public", listenerPort: 80 };
const names = { header: "x-backout-slot", cookie: "backout-slot" };

const routes = (publicRoutes: PublicRoutes, testPort: number | null) =>
  testRoutesOf(target, {
    ...environment,
    testRoutes: { ...names, publicRoutes, testPort },
    testListener: testPort === null ? null : { listenerArn: "own", listenerPort: testPort },
  });

/** A rollout of green that begins at `weight` percent. */
function rolling(weight: number): EnvironmentRecord {
  return shiftBegun(initialRecord("checkout"), "green", {
    openWriteUntil: null,
    armedAt: null,
    rollout: {
      ...DEFAULT_SETTINGS,
      id: "r1",
      release: "shop:2",
      steps: completed([{ weight, bakeMs: 60_000, gate: false }]),
      startedAt: "2026-01-01T00:00:00.000Z",
      step: 0,
      stepAt: null,
      paused: null,
      approved: false,
      hooks: NO_HOOKS,
    },
  });
}

describe("testers are told", () => {
  test("where the candidate is, on each listener that leads there", async () => {
    const found = await routes(PublicRoutes.Open, 9000);
    const say = 'with the header "x-backout-slot: green" or the cookie "backout-slot=green"';
    expect(renderTestRoutes(found, rolling(0))).toEqual([
      `  testers   slot green (the candidate) at http://lb:9000 ${say}`,
      `  testers   slot green (the candidate) at http://lb:80 ${say}`,
    ]);
  });

  test("of the idle slot, where nothing rolls", async () => {
    const found = await routes(PublicRoutes.Off, 9000);
    const lines = renderTestRoutes(found, initialRecord("checkout", "green"));
    expect(lines).toEqual([expect.stringContaining("slot blue (idle) at http://lb:9000")]);
  });

  test("that a secret is needed, and not what it is", async () => {
    const found = await routes(PublicRoutes.Secret, null);
    expect(found.map(({ needsSecret, header }) => [needsSecret, header.value])).toEqual([
      [true, "blue.SECRET"],
      [true, "green.SECRET"],
    ]);
    expect(renderTestRoutes(found, rolling(5)).join("")).toContain("backout:testSecret");
  });

  test("what is missing, where a candidate waits at 0 % and nobody can reach it", async () => {
    const none = await testRoutesOf(target, {
      ...environment,
      testRoutes: null,
      testListener: null,
    });
    expect(none).toEqual([]);
    expect(renderTestRoutes(none, rolling(0)).join("")).toContain("backout:testListenerPort");
    expect(renderTestRoutes(none, rolling(5))).toEqual([]);
    expect(renderTestRoutes(none, initialRecord("checkout"))).toEqual([]);
  });
});
