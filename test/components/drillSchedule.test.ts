/** A drill schedule's arguments and file: every mistake at once; and what its tasks are told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDrillSchedule } from "../../components/drillScheduleArgs.ts";
import { shortened } from "../../components/longName.ts";
import { renderDrillContainers, renderFire } from "../../components/drillTask.ts";
import { parseSchedules } from "../../drills/schedule/file.ts";
import { readConfig } from "../../infra/config.ts";

const NOW = Date.parse("2026-03-02T00:00:00Z");
const NIGHTLY = `version: 1
defaults: {zone: America/New_York, blockedDates: [2026-12-24]}
schedules:
  - {name: nightly, environments: [checkout, search], drills: [kill-tasks], cron: "30 3 * * *"}
  - {name: weekly, environments: [checkout], drills: [bad-release-errors], cron: "0 4 * * MON"}
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "drill-schedule-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string, more: object = {}) {
  const file = join(directory, "drills.yaml");
  writeFileSync(file, text);
  return readDrillSchedule(
    { file, image: "team/drill:1.4.0", journal: "s3://drills/runs", ...more },
    NOW,
  );
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a file", () => {
  test("gives each schedule a task in each of its environments, with its own text and the defaults", () => {
    const { lanes, problems, notes } = read(NIGHTLY);
    expect([problems, notes.filter((note) => !note.includes("blocked dates"))]).toEqual([[], []]);
    expect(lanes.map(({ name }) => name)).toEqual([
      "nightly/checkout",
      "nightly/search",
      "weekly/checkout",
    ]);
    for (const { text, schedule } of lanes) {
      const [own, ...others] = parseSchedules(text, "env", NOW);
      expect(others).toEqual([]);
      expect(plain(own)).toEqual(plain(schedule));
    }
  });

  test("changes no task when another schedule beside it is changed", () => {
    const before = read(NIGHTLY).lanes[0]?.text;
    expect(read(NIGHTLY.replace("0 4 * * MON", "0 5 * * MON")).lanes[0]?.text).toBe(before);
  });

  test("that is wrong is refused with all that is wrong with it, beside the other arguments", () => {
    const { problems } = read(
      NIGHTLY.replace("30 3 * * *", "61 3 * * *").replace("kill-tasks", "kill-all"),
      { image: "", journal: "runs", cpu: 100 },
    );
    expect(problems.map(({ field }) => field.replace(/^.*drills\.yaml/, "FILE"))).toEqual([
      "image",
      "journal",
      "cpu",
      expect.stringMatching(/^FILE:4:\d+: schedules\[0\]\.drills/),
      expect.stringMatching(/^FILE:4:\d+: schedules\[0\]\.cron/),
    ]);
  });

  test("with what EventBridge cannot do is refused by schedule and member", () => {
    const text = NIGHTLY.replace("30 3 * * *", "30 2 * * *").replace("{zone", "{gap: next, zone");
    expect(read(text).problems.map(({ field }) => field.replace(/^.*yaml/, "FILE"))).toEqual([
      "FILE: gap of schedule nightly",
    ]);
  });

  test("that is missing is named", () => {
    const args = { file: "/nowhere/drills.yaml", image: "drill", journal: "s3://drills" };
    expect(readDrillSchedule(args, NOW).problems).toMatchObject([
      { field: "file", value: "/nowhere/drills.yaml" },
    ]);
  });

  test("with more tasks than a role can name is refused", () => {
    const names = Array.from({ length: 36 }, (_, index) => `e${index}`).join(", ");
    const { problems } = read(NIGHTLY.replace("checkout, search", names));
    expect(problems).toMatchObject([{ value: "37 pairs of a schedule and an environment" }]);
  });
});

test.each([
  ["s3://UPPER/x", ["journal"]],
  ["s3://b", ["journal"]],
  ["s3://drills/a//b", ["journal"]],
  ["journal", ["journal"]],
  ["/journal", []],
  ["s3://drills/runs/", []],
])("a journal in %s: %j", (journal, fields) => {
  expect(read(NIGHTLY, { journal }).problems.map(({ field }) => field)).toEqual(fields);
});

test("a directory goes with its task, and preview says so", () => {
  expect(read(NIGHTLY, { journal: "/journal" }).notes.join()).toContain(
    "/journal goes with its task",
  );
});

test("the container runs this lane at the time that Scheduler puts in", () => {
  const [lane] = read(NIGHTLY).lanes;
  if (!lane) throw new Error("no lane");
  const [container] = renderDrillContainers({
    lane,
    image: "team/drill:1.4.0",
    region: "eu-west-1",
    logGroup: "/backout/drills/checkout-drills",
  });
  expect(container).toMatchObject({
    name: "drill",
    image: "team/drill:1.4.0",
    environment: [{ name: "BACKOUT_DRILL_SCHEDULE", value: lane.text }],
  });
  expect(
    renderFire(lane, "s3://drills/runs", { accountId: "123456789012", region: "eu-west-1" }),
  ).toEqual({
    containerOverrides: [
      {
        name: "drill",
        command: [
          "drill",
          "run",
          "--schedule=env:BACKOUT_DRILL_SCHEDULE",
          "--lane=nightly/checkout",
          "--fire=<aws.scheduler.scheduled-time>",
          "--journal=s3://drills/runs",
          "--live",
          "--account=123456789012",
          "--region=eu-west-1",
        ],
      },
    ],
  });
});

test("a name that AWS would refuse is cut, and two that differ at their ends still differ", () => {
  const [a, b] = ["a", "b"].map((end) => shortened(`${"x".repeat(70)}${end}`, 64));
  expect(shortened("checkout-drills", 64)).toBe("checkout-drills");
  expect(a).toHaveLength(64);
  expect(a).not.toBe(b);
});

describe("a stack", () => {
  const stack = { "backout:blueRelease": "shop:1", "backout:greenRelease": "shop:2" };
  const drills = {
    "backout:drillSchedule": "drills.yaml",
    "backout:drillImage": "drill:1",
    "backout:drillJournal": "s3://drills",
  };

  test("names the file, the image and the journal", () => {
    const found = readConfig({ ...stack, ...drills });
    expect("config" in found && found.config.drills).toEqual({
      file: "drills.yaml",
      image: "drill:1",
      journal: "s3://drills",
    });
    const without = readConfig(stack);
    expect("config" in without && without.config.drills).toBeUndefined();
  });

  test.each(Object.keys(drills))("that leaves out %s alone is told so", (key) => {
    const { [key]: _, ...rest } = { ...stack, ...drills } as Record<string, string>;
    const found = readConfig(rest);
    expect("problems" in found && found.problems.map(({ field }) => field)).toEqual([key]);
  });
});
