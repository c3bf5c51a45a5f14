import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BackoutError } from "../../../base/errors.ts";
import { parseSchedules } from "../../../drills/schedule/file.ts";
import { publishedSchema } from "../../../drills/schedule/fileSchema.ts";

const NOW = Date.parse("2026-03-02T00:00:00Z");

const GOOD = `version: 1
defaults:
  zone: America/New_York
  blocked: ["09:00-17:00"]
schedules:
  - name: nightly
    environments: [checkout, billing]
    drills: [bad-release-errors, { name: bad-release-latency, set: { addedMs: 800 } }]
    cron: 30 2 * * *
    jitter: 10m
    blockedDates: [2026-12-24/2027-01-02]
  - name: weekly
    environments: [checkout]
    drills: [bad-release-crash]
    cron: 0 23 * * FRI
    zone: UTC
    gap: next
    overlap: twice
    allowed: [{ days: fri-sun, time: 22:00-04:00 }]
    startDeadline: 2h
    concurrency: replace
    minimumRest: 6h
    lowTraffic: { namespace: AWS/ApplicationELB, metric: RequestCount, below: 600 }
    blockingAlarms: [pager]
`;

const BAD = `version: 2
extra: 1
defaults:
  zone: Mars/Olympus
  gap: leap
schedules:
  - name: "-bad name"
    environments: []
    drills: [meteor, { name: bad-release-errors, set: { share: 7 } }]
    cron: "61 24 * * *"
    zone: Nowhere
    jitter: -5m
    allowed: ["25:00-26:00"]
    blockedDates: ["2026-02-30"]
    colour: red
  - name: two
    environments: [checkout, checkout]
    drills: [bad-release-errors]
    cron: "*/5 * * * *"
    startDeadline: 1h
    allowed: ["01:00-02:00"]
    blocked: ["03:00-04:00"]
    paused: maybe
  - name: two
    cron: "0 0 30 2 *"
    environments: [a]
    drills: [bad-release-errors]
    lowTraffic: { namespace: X, below: much }
    rate: 0
    concurrency: queue
    minimumRest: soon
  - name: three
    cron: "0 12 * * *"
    environments: [a]
    drills: [bad-release-errors]
    allowed: [{ days: funday, time: 22:00-04:00 }]
    jitter: 1d
`;

function problemsOf(text: string): string[] {
  try {
    parseSchedules(text, "f.yaml", NOW);
    return [];
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    return error.problems.map(({ field }) => field);
  }
}

/** Ten to the power of nine values. */
function aliasBomb(): string {
  const lines = ["l0: &l0 [x]"];
  for (let level = 1; level < 10; level++) {
    lines.push(
      `l${level}: &l${level} [${Array(10)
        .fill(`*l${level - 1}`)
        .join()}]`,
    );
  }
  return lines.join("\n");
}

describe("a schedule file", () => {
  test("is read with its defaults, and a schedule's own windows stand for all of them", () => {
    const [nightly, weekly] = parseSchedules(GOOD, "f.yaml", NOW);
    expect(nightly).toMatchObject({
      environments: ["checkout", "billing"],
      drills: [
        { name: "bad-release-errors", parameters: {} },
        { name: "bad-release-latency", parameters: { addedMs: 800 } },
      ],
      timing: { zone: "America/New_York", gap: "skip", overlap: "once" },
      windows: { kind: "blocked" },
      jitterMs: 600_000,
      startDeadlineMs: 600_000,
      concurrency: "forbid",
      requestsPerSecond: undefined,
    });
    expect(weekly).toMatchObject({
      timing: { zone: "UTC", gap: "next", overlap: "twice" },
      windows: { kind: "allowed", list: [{ fromMinute: 1_320, toMinute: 240 }] },
      startDeadlineMs: 7_200_000,
      minimumRestMs: 21_600_000,
      lowTraffic: { statistic: "Sum", periodSeconds: 300, below: 600, noData: "block" },
    });
  });

  test("names every mistake at once, with line and column", () => {
    expect(problemsOf(BAD)).toEqual([
      "f.yaml:1:10: version",
      "f.yaml:2:1: extra",
      "f.yaml:4:9: defaults.zone",
      "f.yaml:5:8: defaults.gap",
      "f.yaml:7:11: schedules[0].name",
      "f.yaml:8:19: schedules[0].environments",
      "f.yaml:9:14: schedules[0].drills[0]",
      "f.yaml:9:64: schedules[0].drills[1].set.share",
      "f.yaml:10:11: schedules[0].cron",
      "f.yaml:10:11: schedules[0].cron",
      "f.yaml:11:11: schedules[0].zone",
      "f.yaml:12:13: schedules[0].jitter",
      "f.yaml:13:15: schedules[0].allowed[0]",
      "f.yaml:14:20: schedules[0].blockedDates[0]",
      "f.yaml:15:5: schedules[0].colour",
      "f.yaml:17:30: schedules[1].environments[1]",
      "f.yaml:20:20: schedules[1].startDeadline",
      "f.yaml:22:14: schedules[1].blocked",
      "f.yaml:23:13: schedules[1].paused",
      "f.yaml:24:11: schedules[2].name",
      "f.yaml:25:11: schedules[2].cron",
      "f.yaml:28:17: schedules[2].lowTraffic.metric",
      "f.yaml:28:40: schedules[2].lowTraffic.below",
      "f.yaml:29:11: schedules[2].rate",
      "f.yaml:30:18: schedules[2].concurrency",
      "f.yaml:31:18: schedules[2].minimumRest",
      "f.yaml:36:23: schedules[3].allowed[0].days",
      "f.yaml:37:13: schedules[3].jitter",
    ]);
  });

  test.each([
    ["nothing", "", ["f.yaml:1:1"]],
    ["a list", "- a\n", ["f.yaml:1:1"]],
    ["no YAML", "a: [1\nb: 2\n", ["f.yaml:2:1"]],
    [
      "a key twice",
      GOOD.replace("    jitter: 10m\n", "    jitter: 10m\n    jitter: 5m\n"),
      ["f.yaml:11:5"],
    ],
    [
      "windows that let nothing through",
      GOOD.replace("0 23 * * FRI", "0 12 * * FRI"),
      ["f.yaml:15:11: schedules[1].cron"],
    ],
    [
      "a window that is empty",
      GOOD.replace("09:00-17:00", "09:00-09:00"),
      ["f.yaml:4:13: defaults.blocked[0]"],
    ],
    ["an alias of nothing", "version: 1\nschedules: *none\n", ["f.yaml:2:12"]],
    ["an alias of what it is in", "version: 1\nschedules: &all\n  - *all\n", ["f.yaml:3:5"]],
    ["aliases that would fill the memory", aliasBomb(), ["f.yaml:1:1"]],
  ])("%s", (_what, text, expected) => {
    const found = problemsOf(text);
    expect(found.slice(0, expected.length)).toEqual(expected);
  });

  // Written anew: JSON.stringify(publishedSchema()) into that file, then oxfmt.
  test("the published schema is the one that is checked", () => {
    const path = join(import.meta.dirname, "../../../docs/drill-schedule.schema.json");
    const published: unknown = JSON.parse(readFileSync(path, "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(publishedSchema())));
  });
});
