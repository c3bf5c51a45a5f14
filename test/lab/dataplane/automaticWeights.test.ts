import { describe, expect, test } from "vitest";
import { judge, mitigatedShare } from "../../../lab/dataplane/anomaly.ts";
import type { GroupSettings } from "../../../lab/dataplane/model.ts";
import { backend, BALANCER, shares, tally, World } from "./world.ts";

const TG = { TargetGroup: "targetgroup/blue/0123456789abcdef", LoadBalancer: BALANCER };

describe("which targets are anomalous, by [requests, errors]", () => {
  test.each<[string, readonly (readonly [number, number])[], string]>([
    [
      "one of three fails",
      [
        [100, 50],
        [100, 0],
        [100, 0],
      ],
      "X00",
    ],
    [
      "one of three fails a little",
      [
        [100, 5],
        [100, 0],
        [100, 0],
      ],
      "000",
    ],
    [
      "one fails more than that",
      [
        [100, 6],
        [100, 0],
        [100, 0],
      ],
      "X00",
    ],
    [
      "all fail alike",
      [
        [100, 100],
        [100, 100],
        [100, 100],
      ],
      "000",
    ],
    [
      "all fail, one three times as often",
      [
        [100, 40],
        [100, 10],
        [100, 10],
      ],
      "X00",
    ],
    [
      "one of two fails: too few targets to compare",
      [
        [100, 100],
        [100, 0],
      ],
      "00",
    ],
    [
      "the failing one had too few requests",
      [
        [9, 9],
        [100, 0],
        [100, 0],
      ],
      "?00",
    ],
    [
      "its peers had too few requests",
      [
        [100, 90],
        [4, 0],
        [5, 0],
      ],
      "???",
    ],
  ])("%s", (_what, samples, expected) => {
    const verdicts = judge(samples.map(([requests, errors]) => ({ requests, errors })));
    const letters = verdicts.map((anomalous) =>
      anomalous === undefined ? "?" : anomalous ? "X" : "0",
    );
    expect(letters.join("")).toBe(expected);
  });

  test("mitigation halves a share down to 1 %, and gives it back in steps", () => {
    const down = [1];
    for (let i = 0; i < 9; i++) down.push(mitigatedShare(down.at(-1) ?? 1, true));
    expect(down.slice(0, 4)).toEqual([1, 0.5, 0.25, 0.125]);
    expect(down.at(-1)).toBe(0.01);
    expect(mitigatedShare(0.01, false)).toBe(0.02);
    expect(mitigatedShare(0.75, false)).toBe(1);
  });
});

/** Three targets, of which those in `failing` answer 500 (the health check apart). */
async function three(
  settings: Partial<GroupSettings>,
): Promise<{ world: World; failing: Set<string>; minute: () => Promise<readonly string[]> }> {
  const failing = new Set(["a"]);
  const world = new World();
  world.balancer();
  const targets = await Promise.all(
    ["a", "b", "c"].map((name) =>
      backend((req, res) => {
        const bad = req.url !== "/health" && failing.has(name);
        res.writeHead(bad ? 500 : 200).end(name);
      }),
    ),
  );
  world.group("blue", targets, settings);
  await world.open(shares({ blue: 1 }));
  /** Traffic, then the next judgement, and what it says of each target. */
  const minute = async (): Promise<readonly string[]> => {
    await tally(world.url, 300);
    await world.clock.advance(10_000);
    return world.plane
      .health("blue")
      .map(({ anomalous, mitigated }) => `${anomalous ? "X" : "0"}${mitigated ? "-" : ""}`);
  };
  return { world, failing, minute };
}

describe("a target that passes its checks and fails its requests", () => {
  test("is told apart in any group, and keeps its share without mitigation", async () => {
    const { world, minute } = await three({});
    expect(await minute()).toEqual(["X", "0", "0"]);
    expect(world.states("blue")).toEqual(["healthy", "healthy", "healthy"]);
    expect(await tally(world.url, 30)).toEqual({ 500: 10, b: 10, c: 10 });
    await world.clock.advance(50_000);
    expect(world.metric("AnomalousHostCount", TG)).toEqual([[0, [1], [1]]]);
    expect(world.metric("MitigatedHostCount", TG)).toEqual([[0, [0], [1]]]);
  });

  test("gets less and less under mitigation, and its share back when it recovers", async () => {
    const { world, failing, minute } = await three({
      algorithm: "weighted_random",
      anomalyMitigation: true,
    });
    expect(await minute()).toEqual(["X-", "0", "0"]);
    expect(await minute()).toEqual(["X-", "0", "0"]);
    // A quarter of a share beside two full ones is a ninth of 300, 33; far from the 100 of a third.
    const errors = (await tally(world.url, 300))["500"] ?? 0;
    expect(errors).toBeGreaterThan(10);
    expect(errors).toBeLessThan(60);

    failing.clear();
    // The failures of that last look are still in its record.
    await minute();
    for (let i = 0; i < 6; i++) await minute();
    expect(await minute()).toEqual(["0", "0", "0"]);
    const { a = 0 } = await tally(world.url, 300);
    expect(a).toBeGreaterThan(60);
  });

  test("is no anomaly when all its peers fail too", async () => {
    const { failing, minute } = await three({
      algorithm: "weighted_random",
      anomalyMitigation: true,
    });
    for (const name of ["b", "c"]) failing.add(name);
    expect(await minute()).toEqual(["0", "0", "0"]);
  });

  test("is full again as soon as mitigation is switched off", async () => {
    const { world, minute } = await three({
      algorithm: "weighted_random",
      anomalyMitigation: true,
    });
    expect(await minute()).toEqual(["X-", "0", "0"]);
    world.group("blue", [], { algorithm: "round_robin" });
    expect(world.plane.health("blue")[0]).toMatchObject({ anomalous: true, mitigated: false });
    expect(await tally(world.url, 30)).toEqual({ 500: 10, b: 10, c: 10 });
  });
});
