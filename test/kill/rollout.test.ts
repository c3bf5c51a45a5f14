/** A rollout whose command and whose guard are killed, wherever they are: it goes on, or comes home. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

/** A nominal minute is 2 s. */
const SPEED = 30;

/** The processes that run the guard's function in the lab at `endpoint`. */
function guardsOf(endpoint: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      const guard = environment.includes("AWS_LAMBDA_FUNCTION_NAME=checkout-guard");
      return guard && environment.includes(endpoint) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

describe("a rollout", { timeout: 180_000 }, () => {
  const lab = new RolloutLab(["minimumRequestsPerMinute=5", "minimumRequests=5"]);
  beforeAll(async () => {
    await lab.start(SPEED);
    await lab.up("shop/good:2");
    await lab.load(60);
  }, 120_000);
  afterAll(() => lab.stop());

  /** Starts it as often as it takes until a record says so, each command killed after its time. */
  async function startKilled(afterMs: readonly number[], ...options: string[]): Promise<void> {
    for (const wallMs of afterMs) {
      const running = lab.box.start("rollout", "start", "--wait", ...options);
      await new Promise((resolve) => setTimeout(resolve, wallMs));
      running.kill("SIGKILL");
      await running.finished;
    }
    const { rollout } = await lab.rollout();
    if (!rollout) await lab.passes("rollout", "start", ...options);
  }

  const ended = async (): Promise<string | undefined> => {
    await lab.until("it ended", async () => (await lab.rollout()).rollout === null);
    return (await lab.rollout()).last?.ended;
  };

  test.each([[[900]], [[1_000, 600]], [[1_100, 1_300]], [[1_500, 200, 1_200]], [[2_500]]])(
    "of a good release is promoted, its commands killed after %j ms",
    async (afterMs) => {
      await lab.deploy("shop/good:2");
      await startKilled(afterMs, "--steps", "50:5m");
      expect(await ended()).toBe("promoted");
      expect((await lab.rollout()).weights).toEqual({ blue: 0, green: 100 });
    },
  );

  test.each([
    ["at once", 0],
    ["a moment later", 400],
  ])(
    "of a bad release comes home, its command killed and its guard killed %s when called",
    async (_when, delayMs) => {
      await lab.deploy("shop/broken:1");
      await startKilled([1_500], "--steps", "50:5h");
      let killed = 0;
      const killer = setInterval(() => {
        // Its first two calls end like this; it is invoked again by Lambda and by the schedule.
        for (const pid of killed < 2 ? guardsOf(lab.endpoint) : []) {
          killed++;
          setTimeout(() => {
            try {
              process.kill(pid, "SIGKILL");
            } catch {
              // It had ended by itself.
            }
          }, delayMs);
        }
      }, 50);
      expect(await ended()).toBe("reverted");
      clearInterval(killer);
      expect(killed).toBeGreaterThan(0);
      expect(await lab.status()).toMatchObject({
        weights: { blue: 100, green: 0 },
        latch: { slot: "green" },
      });
    },
  );
});
