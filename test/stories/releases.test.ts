/** The last stable releases come back by name, also when the command is killed in the middle. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is a wall second. */
const SPEED = 60;

interface Releases {
  readonly releases: readonly { release: string; slot: string; comeback: string }[];
}

const CONFIG = ["strategy=blue-green", "steps=100:5m", "minimumRequests=0"];

describe("the last stable releases", { timeout: 120_000 }, () => {
  const lab = new RolloutLab(CONFIG);
  const config = { blueRelease: "shop/good:1", greenRelease: "shop/good:2" };

  async function up(changed: Partial<typeof config>, verb = "up") {
    Object.assign(config, changed);
    const own = Object.entries(config).map(([key, value]) => `${key}=${value}`);
    return lab.box.run(verb, ...[...CONFIG, ...own].map((entry) => `--config=${entry}`));
  }

  /** Into the idle slot, and to all traffic. */
  async function promote(slot: "blue" | "green", release: string) {
    expect(await up({ [`${slot}Release`]: release })).toMatchObject({ code: 0 });
    await lab.until(`${release} is ready`, async () => {
      const { slots } = await lab.status();
      return Object.values(slots).every((one) => one.healthyTargets === 1 && one.alarm === "OK");
    });
    await lab.passes("rollout", "start", "--wait");
    expect((await lab.status()).weights[slot]).toBe(100);
  }

  /** Which releases the listener answers with, over some requests. */
  async function answers(): Promise<string[]> {
    const { url } = await lab.status();
    const seen = new Set<string>();
    for (let request = 0; request < 20; request++) {
      seen.add(await (await fetch(url)).text());
    }
    return [...seen];
  }

  beforeAll(async () => {
    await lab.start(SPEED);
    await promote("green", "shop/good:2");
    await promote("blue", "shop/good:3");
  }, 120_000);
  afterAll(() => lab.stop());

  test("are listed with how each would come back", async () => {
    const { releases } = await lab.json<Releases>("env", "releases");
    expect(releases).toMatchObject([
      { release: "shop/good:3", slot: "blue", comeback: "stable" },
      { release: "shop/good:2", slot: "green", comeback: "warm" },
      { release: "shop/good:1", slot: "blue", comeback: "deploy" },
    ]);
  });

  test("an unknown one is refused, with those that are known", async () => {
    const end = await lab.box.run("env", "rollback", "--to", "shop/good:9");
    expect(end).toMatchObject({ code: 2 });
    expect(end.stderr).toContain("shop/good:3, shop/good:2, shop/good:1");
  });

  test("the oldest comes back through the idle slot, though the command was killed", async () => {
    const killed = lab.box.start("env", "rollback", "--to", "shop/good:1");
    await killed.saw(/is being deployed into slot green/);
    killed.kill("SIGKILL");
    await killed.finished;
    expect(await lab.status()).toMatchObject({ weights: { blue: 100, green: 0 } });

    const refused = await lab.box.run("rollout", "start");
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain("--to shop/good:1");

    const { stdout } = await lab.passes("env", "rollback", "--to", "shop/good:1");
    expect(stdout).toContain("goes on coming into slot green");
    expect(stdout).toContain("pulumi config set backout:greenRelease shop/good:1");
    expect(await answers()).toEqual(["shop/good:1"]);
    expect(await lab.status()).toMatchObject({
      weights: { blue: 0, green: 100 },
      slots: { green: { release: "shop/good:1", role: "stable" } },
      latch: null,
    });
    // What was left is bad: the quick way back does not lead there.
    expect(await lab.box.run("env", "rollback")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("was left at"),
    });
    const { releases } = await lab.json<Releases>("env", "releases");
    expect(releases.map(({ release, comeback }) => [release, comeback])).toEqual([
      ["shop/good:1", "stable"],
      ["shop/good:3", "bad"],
      ["shop/good:2", "deploy"],
    ]);
  });

  test("the next preview says that the slot runs another release than the config", async () => {
    const preview = await up({}, "preview");
    expect(preview).toMatchObject({ code: 0 });
    expect(preview.stderr).toContain("pulumi config set backout:greenRelease shop/good:1");

    // The next change of the service would put it back.
    const refused = await lab.box.run(
      "preview",
      ...[...CONFIG, "desiredCount=2", ...Object.entries(config).map((one) => one.join("="))].map(
        (entry) => `--config=${entry}`,
      ),
    );
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("Until then this update is refused");

    expect(await up({ greenRelease: "shop/good:1" })).toMatchObject({ code: 0 });
    expect(await answers()).toEqual(["shop/good:1"]);
  });
});
