import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sandbox, sandbox } from "./command.ts";

describe("backout drill next", { timeout: 60_000 }, () => {
  let box: Sandbox;
  let file: string;
  beforeAll(() => {
    box = sandbox();
    mkdirSync(box.directory, { recursive: true });
    file = join(box.directory, "nightly.yaml");
    writeFileSync(
      file,
      "version: 1\nschedules:\n  - name: nightly\n    environments: [checkout]\n" +
        "    drills: [bad-release-errors]\n    cron: 30 2 * * *\n    zone: America/New_York\n" +
        "    blockedDates: [2025-03-10]\n",
    );
  });
  afterAll(() => box.remove());

  const next = (...args: string[]) => box.run("drill", "next", ...args);
  const ny = ["--cron", "30 2 * * *", "--zone", "America/New_York"];

  test("answers an expression with one document, skipped times beside it", async () => {
    const policies = ["--gap", "skip", "--overlap", "once", "--count", "3", "--json"];
    const from = ["--from", "2025-03-08T00:00:00Z"];
    const { code, stdout, stderr } = await next(...ny, ...from, ...policies);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      fires: [
        { utc: "2025-03-08T07:30:00Z", local: "2025-03-08T02:30:00-05:00" },
        { utc: "2025-03-10T06:30:00Z", local: "2025-03-10T02:30:00-04:00" },
        { utc: "2025-03-11T06:30:00Z", local: "2025-03-11T02:30:00-04:00" },
      ],
    });
    expect(stderr).toMatch(/skipped {2}2025-03-09T02:30:00/);
  });

  test("a fire on --from itself is not after it", async () => {
    const { stdout } = await next(...ny, "--from", "2025-03-08T02:30:00-05:00", "--count", "1");
    expect(stdout).toMatch(/^skipped.*\n2025-03-10T02:30:00-04:00 {2}2025-03-10T06:30:00Z\n$/);
  });

  test("a file's fires, and why others are skipped", async () => {
    const from = ["--from", "2025-03-08T00:00:00Z", "--count", "2"];
    const { code, stdout } = await next(file, ...from);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toEqual([
      "2025-03-08T02:30:00-05:00  2025-03-08T07:30:00Z  nightly  checkout: bad-release-errors",
      "2025-03-09T02:30:00  skipped  nightly: the clocks of America/New_York skip 2025-03-09T02:30:00 (gap: skip)",
      "2025-03-10T02:30:00-04:00  skipped  nightly: blocked date 2025-03-10",
      "2025-03-11T02:30:00-04:00  2025-03-11T06:30:00Z  nightly  checkout: bad-release-errors",
    ]);
    const asJson = await next(file, ...from, "--json");
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      schemaVersion: 1,
      fires: [{ schedule: "nightly" }, { schedule: "nightly" }],
      skipped: [{ reason: "gap" }, { reason: "date" }],
    });
  });

  test.each([
    [["--cron", "0 0 30 2 *"], /never fires/],
    [["--cron", "30 2 * 3 SUN#2", "--zone", "America/New_York"], /never fires.*--gap next/s],
    [["--cron", "* * * *"], /five fields/],
    [["--cron", "0 0 * * * *"], /leave out seconds/],
    [[...ny.slice(0, 2), "--zone", "Mars/Olympus"], /--zone: "Mars\/Olympus".*IANA/],
    [[...ny, "--count", "0"], /--count: "0".*1 to 1000/],
    [[...ny, "--count", "1001"], /--count: "1001"/],
    [[...ny, "--count", "1.5"], /--count: "1.5"/],
    [[...ny, "--from", "2025-03-08T00:00:00"], /--from: .*Z or an offset/],
    [[...ny, "--from", "2025-02-30T00:00:00Z"], /--from/],
    [
      [...ny, "--from", "tomorrow", "--gap", "leap", "--overlap", "thrice"],
      /--from.*--gap.*--overlap/s,
    ],
    [[], /neither FILE nor --cron/],
    [["/nowhere.yaml"], /cannot be read \(ENOENT\)/],
    [["FILE", "--zone", "UTC"], /--zone: "UTC".*the file says it/],
  ])("%j is exit code 2", async (args, message) => {
    const given = args.map((arg) => (arg === "FILE" ? file : arg));
    const plain = await next(...given);
    expect(plain.code).toBe(2);
    expect(plain.stderr).toMatch(message);
    const asJson = await next(...given, "--json");
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ schemaVersion: 1, error: {} });
  });

  test("a systemd unit for the daemon", async () => {
    const { code, stdout } = await box.run("drill", "schedule", file, "--print-systemd");
    expect(code).toBe(0);
    expect(stdout).toContain(`"drill" "schedule" "${file}" "--state"`);
    expect(stdout).toContain("TimeoutStopSec=20min");
  });
});
