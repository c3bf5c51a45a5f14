import { describe, expect, test } from "vitest";
import type { TargetAddress } from "../../../lab/dataplane/model.ts";
import { slowShare } from "../../../lab/dataplane/slowStart.ts";
import { backend, shares, tally, World } from "./world.ts";

const SLOW_MS = 100_000;

test.each([
  [0, 0],
  [25_000, 0.25],
  [50_000, 0.5],
  [99_999, 0.99999],
  [100_000, 1],
  [200_000, 1],
])("after %d of 100,000 ms the share is %d", (elapsedMs, share) => {
  expect(slowShare(1000, 1000 + elapsedMs, SLOW_MS)).toBeCloseTo(share, 9);
});

class Story {
  readonly world = new World();
  readonly sick = new Set<string>();
  readonly addresses = new Map<string, TargetAddress>();

  async target(name: string): Promise<TargetAddress> {
    const address = await backend((req, res) => {
      res.writeHead(req.url === "/health" && this.sick.has(name) ? 500 : 200).end(name);
    });
    this.addresses.set(name, address);
    return address;
  }

  async open(...names: readonly string[]): Promise<void> {
    this.world.balancer();
    const targets = await Promise.all(names.map((name) => this.target(name)));
    this.world.group("blue", targets, { slowStartMs: SLOW_MS });
    await this.world.open(shares({ blue: 1 }));
  }

  /** The percentage of requests that `name` gets just now. */
  async share(name: string): Promise<number> {
    const n = 400;
    return ((await tally(this.world.url, n))[name] ?? 0) / (n / 100);
  }
}

describe("a target that joins a group that serves already", () => {
  test("gets a share that grows linearly up to its full one", async () => {
    const story = new Story();
    await story.open("old");
    story.world.plane.register("blue", [await story.target("new")]);
    await story.world.clock.advance(0);
    expect(story.world.states("blue")).toEqual(["healthy", "healthy"]);
    expect(await story.share("new")).toBe(0);
    // Half of a full share beside a full one is a third; ±10 is four standard deviations.
    await story.world.clock.advance(SLOW_MS / 2);
    expect(Math.abs((await story.share("new")) - 100 / 3)).toBeLessThan(10);
    await story.world.clock.advance(SLOW_MS / 2);
    // From here on the targets take turns: exactly half.
    await story.share("new");
    expect(await story.share("new")).toBe(50);
  });

  test("starts slowly again when it fell ill and healed", async () => {
    const story = new Story();
    await story.open("old", "other");
    story.sick.add("other");
    await story.world.clock.advance(20_000);
    expect(story.world.states("blue")).toEqual(["healthy", "unhealthy"]);
    story.sick.delete("other");
    await story.world.clock.advance(20_000);
    expect(story.world.states("blue")).toEqual(["healthy", "healthy"]);
    expect(await story.share("other")).toBe(0);
  });

  test("leaves slow start when it falls ill: with nobody healthy, all share alike", async () => {
    const story = new Story();
    await story.open("old");
    story.world.plane.register("blue", [await story.target("new")]);
    await story.world.clock.advance(0);
    story.sick.add("old").add("new");
    await story.world.clock.advance(20_000);
    expect(story.world.states("blue")).toEqual(["unhealthy", "unhealthy"]);
    expect(await story.share("new")).toBe(50);
  });

  test("is at full share at once when it is all that is left", async () => {
    const story = new Story();
    await story.open("old");
    story.world.plane.register("blue", [await story.target("new")]);
    await story.world.clock.advance(0);
    const old = story.addresses.get("old");
    story.world.plane.deregister("blue", old ? [old] : []);
    expect(await story.share("new")).toBe(100);
  });
});

describe("nobody starts slowly", () => {
  test("in a group that was empty", async () => {
    const story = new Story();
    await story.open("a", "b");
    expect(await story.share("a")).toBe(50);
  });

  test("of the targets that were healthy when slow start was switched on", async () => {
    const story = new Story();
    story.world.balancer();
    const targets = [await story.target("a"), await story.target("b")];
    story.world.group("blue", targets);
    await story.world.open(shares({ blue: 1 }));
    story.world.group("blue", targets, { slowStartMs: SLOW_MS });
    expect(await story.share("a")).toBe(50);
  });

  test("once slow start is switched off", async () => {
    const story = new Story();
    await story.open("old");
    story.world.plane.register("blue", [await story.target("new")]);
    await story.world.clock.advance(0);
    story.world.group("blue", []);
    expect(await story.share("new")).toBe(50);
  });
});
