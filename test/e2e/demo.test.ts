import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drillRecordSchema, TIMELINE_EVENTS } from "../../drills/verdict/record.ts";
import { eventually, processesOf, type Sandbox, sandbox } from "./command.ts";

/** Fast, so that the story fits a test; the figures are nominal and nobody asserts them. */
const SPEED = "40";

describe("backout demo", { timeout: 120_000 }, () => {
  let box: Sandbox;
  beforeEach(() => {
    box = sandbox();
  });
  afterEach(() => box.remove());

  test("a bad release reverts by itself, and the record proves it", async () => {
    const out = join(box.directory, "a demo with spaces");
    const { code, stdout, stderr } = await box.run(
      "demo",
      "--json",
      "--speed",
      SPEED,
      "--out",
      out,
    );
    expect(stderr).toBe("");
    const record = drillRecordSchema.parse(JSON.parse(stdout));
    expect(record).toMatchObject({
      drill: "bad-release-errors",
      environment: "checkout",
      verdict: "passed",
      recovery: "reverted",
      path: "primary",
      brokenLink: null,
      residue: [],
      traffic: { weightsBefore: { blue: 0, green: 100 }, weightsAfter: { blue: 100, green: 0 } },
      objective: { met: true },
    });
    expect(code).toBe(0);
    expect(record.traffic.requests).toBeGreaterThan(100);
    expect(record.traffic.errors).toBeGreaterThan(0);
    const { detect, decide, revert, recover, total } = record.durations;
    expect([detect, decide, revert, recover].every((part) => Number.isInteger(part))).toBe(true);
    expect((detect ?? 0) + (decide ?? 0) + (revert ?? 0) + (recover ?? 0)).toBe(total);
    expect(record.timeline.map((event) => event.event)).toEqual(TIMELINE_EVENTS);

    expect(JSON.parse(readFileSync(join(out, "record.json"), "utf8"))).toEqual(record);
    const journal = join(out, "journal");
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);

    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("No response from green after the weights were verified");
    const rebuilt = join(out, "rebuilt.html");
    expect((await box.run("report", "--journal", journal, "--html", rebuilt)).code).toBe(0);
    expect(readFileSync(rebuilt, "utf8")).toBe(page);
  });

  test("the same drill fails, and names the link, when the alarms may not invoke the guard", async () => {
    const args = [
      "demo",
      "--json",
      "--speed",
      SPEED,
      "--break",
      "permission",
      "--without-second-way",
    ];
    const { code, stdout } = await box.run(...args);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "failed",
      recovery: "not-recovered",
      brokenLink: "permission",
      traffic: { weightsAfter: { blue: 0, green: 100 } },
      residue: [],
    });
    expect(code).toBe(1);
  });

  test.each([
    ["while it provisions", /lab at (\S+),/],
    ["while the fault acts", /impact\.first/],
  ])("Ctrl-C %s undoes everything and leaves nothing", async (_when, moment) => {
    const demo = box.start("demo", "--speed", SPEED);
    const [, endpoint] = /lab at (\S+),/.exec(await demo.saw(/lab at \S+,/)) ?? [];
    await demo.saw(moment);
    demo.kill("SIGINT");
    expect((await demo.finished).code).toBe(130);
    expect(processesOf(endpoint ?? "?")).toEqual([]);
    expect(await box.run("lab", "status")).toMatchObject({ code: 3 });
  });

  test("a reader that goes away is an interrupt: everything is undone", async () => {
    const out = join(box.directory, "demo");
    const demo = box.start("demo", "--speed", SPEED, "--out", out);
    const [, endpoint = "?"] = /lab at (\S+),/.exec(await demo.saw(/lab at \S+,/)) ?? [];
    await demo.saw(/fault\.injected/);
    demo.closeOutput();
    expect(await demo.finished).toMatchObject({ code: 130, stderr: "" });
    expect(processesOf(endpoint)).toEqual([]);
    const journal = join(out, "journal");
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);
    const record: unknown = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));
    expect(record).toMatchObject({ verdict: "interrupted", residue: [] });
  });

  test("killed with kill -9 it leaves no process and no file, and the next one works", async () => {
    const out = join(box.directory, "demo");
    const demo = box.start("demo", "--speed", SPEED, "--out", out);
    const [, endpoint = "?"] = /lab at (\S+),/.exec(await demo.saw(/lab at \S+,/)) ?? [];
    await demo.saw(/impact\.first/);
    expect(processesOf(endpoint).length).toBeGreaterThan(0);
    demo.kill("SIGKILL");
    expect((await demo.finished).signal).toBe("SIGKILL");
    expect(await eventually(() => processesOf(endpoint).length === 0)).toBe(true);
    await expect(fetch(endpoint)).rejects.toThrow("fetch failed");
    const journal = join(out, "journal");
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);
    const next = await box.run("demo", "--json", "--speed", SPEED, "--out", out);
    expect(JSON.parse(next.stdout)).toMatchObject({ verdict: "passed" });
    expect((await box.run("report", "verify", "--journal", journal)).code).toBe(0);
  });
});
