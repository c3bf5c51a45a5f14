/**
 * After a real reversion somebody asks what happened: the record tells it by the release that was left,
 * the load balancer's metrics say how many requests it hurt, and a later drill does not blur it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RolloutLab } from "../e2e/rolloutLab.ts";

const lab = new RolloutLab([]);

beforeAll(async () => {
  await lab.start(20);
  const { code, stdout } = await lab.up("shop/broken:2");
  if (code !== 0) throw new Error(stdout);
}, 120_000);
afterAll(() => lab.stop(), 60_000);

test("a real reversion, by the release that it left", { timeout: 180_000 }, async () => {
  await lab.load(30);
  await lab.deploy("shop/broken:2");
  await lab.rollout("start");
  await lab.until("the guard reverted", async () => (await lab.status()).latch?.slot === "green");
  await lab.until("the homecoming is verified", async () => {
    const status = await lab.json<{
      lastReversion: { verification: { final: boolean } | null } | null;
    }>("env", "status");
    return status.lastReversion?.verification?.final === true;
  });
  await lab.load(0);

  const runbook = join(lab.box.directory, "runbook.md");
  const draft = join(lab.box.directory, "draft.md");
  writeFileSync(runbook, "# Runbook\n");
  const args = [
    "shop/broken:2",
    "--environment=checkout",
    `--out=${draft}`,
    `--runbook=${runbook}`,
  ];
  const { stdout } = await lab.passes("report", "postmortem", ...args);
  expect(stdout).toContain("+<!-- backout:begin checkout/reversion -->");
  const text = readFileSync(draft, "utf8");
  expect(text).toContain("slot green, release shop/broken:2");
  expect(text).toMatch(/Of [1-9]\d* requests [1-9]\d* failed; how many were slow is not known/);
  expect(text).toMatch(/^\| Verified \| good \|$/m);
  expect(text).toMatch(/what in release shop\/broken:2 made these signals bad/);

  const id = /^\| Reversion \| (\S+) \|$/m.exec(text)?.[1] ?? "";
  const { incident } = await lab.json<{ incident: { id: string; detection: { actual: unknown } } }>(
    "report",
    "postmortem",
    id,
    "--environment=checkout",
  );
  expect(incident.id).toBe(id);
  expect(incident.detection.actual).not.toBeNull();

  const wrong = await lab.box.run("report", "postmortem", `${id}x`, "--environment=checkout");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(`the nearest: ${id}`);
});
