import { describe, expect, it } from "vitest";
import type { RunReport } from "../../../../drills/report/model.ts";
import { reportModel } from "../../../../drills/report/model.ts";
import { held } from "../../../../drills/report/picture/held.ts";
import { layoutOf, NARROW, WIDE } from "../../../../drills/report/picture/layout.ts";
import { areaPath, linePath } from "../../../../drills/report/picture/paths.ts";
import { picture } from "../../../../drills/report/picture/picture.ts";
import { roundUp, timeTicks } from "../../../../drills/report/picture/scale.ts";
import { TIMELINE_EVENTS } from "../../../../drills/verdict/record.ts";
import { onlyRun, simulated } from "../journals.ts";

describe("scales", () => {
  it.each([
    [0, 1],
    [0.31, 0.4],
    [1, 1],
    [52, 60],
    [101, 150],
    [0.3 * 100, 30],
  ])("a scale for up to %d ends at %d", (value, end) => {
    expect(roundUp(value)).toBeCloseTo(end, 9);
  });

  it.each([
    [-30_000, 240_000, 5, ["0", "+1 m", "+2 m", "+3 m", "+4 m"]],
    [-1_000, 9_000, 5, ["0", "+2 s", "+4 s", "+6 s", "+8 s"]],
    [60_000, 150_000, 4, ["+1 m", "+1 m 30 s", "+2 m", "+2 m 30 s"]],
    [-7_200_000, 7_200_000, 4, ["-2 h", "0", "+2 h"]],
    [5, 5, 4, []],
  ])("ticks from %d to %d ms", (from, to, most, texts) => {
    const ticks = timeTicks(from, to, most).map((tick) => tick.text);
    expect(ticks.filter((text) => texts.length === 0 || texts.includes(text))).toEqual(texts);
    expect(ticks.length).toBeLessThanOrEqual(most + 1);
  });
});

describe("paths of steps", () => {
  const steps = [
    { x0: 0, x1: 10, high: 5, low: 9 },
    { x0: 10, x1: 20, high: 3, low: 9 },
    { x0: 30, x1: 40, high: 4, low: 9 },
  ];
  it("joins what touches and leaves gaps", () => {
    expect(linePath(steps)).toBe("M0,5L10,5L10,3L20,3M30,4L40,4");
    expect(areaPath(steps.slice(0, 1))).toBe("M0,5L10,5L10,9L0,9Z");
    expect(areaPath([])).toBe("");
  });
});

/** A run of which only what a picture needs is there. */
function runWith(run: Partial<RunReport>): RunReport {
  return {
    id: "r",
    startedAt: "",
    startedWallAt: "",
    drill: "d",
    environment: "e",
    parameters: {},
    speed: 1,
    candidate: "green",
    record: null,
    swept: false,
    timeline: [],
    zeroMs: 0,
    samples: [],
    claims: [],
    ...run,
  };
}

const none = { requests: 0, errors: 0, p99Ms: null };
const iso = (ms: number): string => new Date(ms).toISOString();
const sampleAt = (ms: number, alarmState: string | null): RunReport["samples"][number] => ({
  at: iso(ms),
  spanMs: 1_000,
  spanWallMs: 1_000,
  step: "observe",
  weights: null,
  alarmState,
  faultActive: null,
  slots: { blue: none, green: none, unknown: none },
  bad: 0,
  notSent: 0,
});
const eventAt = (event: (typeof TIMELINE_EVENTS)[number], ms: number) =>
  ({ event, at: iso(ms), wallAt: iso(ms), source: "runner", resolutionMs: 1 }) as const;

function alarm(sample: RunReport["samples"][number]): string | null {
  return sample.alarmState;
}

describe("states between looks", () => {
  const samples = [sampleAt(1_000, "OK"), sampleAt(2_000, "OK"), sampleAt(3_000, "ALARM")];

  it("change where the event is stamped", () => {
    const run = runWith({ samples, timeline: [eventAt("alarm.transitioned", 2_400)] });
    expect(held(run, alarm, ["alarm.transitioned"])).toEqual([
      { fromMs: 0, toMs: 2_400, value: "OK" },
      { fromMs: 2_400, toMs: 3_000, value: "ALARM" },
    ]);
  });

  it("change at the later look without a stamp between the two", () => {
    const run = runWith({ samples, timeline: [eventAt("alarm.transitioned", 900)] });
    expect(held(run, alarm, ["alarm.transitioned"])[0]).toMatchObject({ toMs: 3_000 });
  });
});

describe("the layout", () => {
  it.each([WIDE, NARROW])("$name: all labels inside, with events 0.1 s apart", (form) => {
    const timeline = TIMELINE_EVENTS.map((event, index) => eventAt(event, 200_000 + index * 100));
    const samples = [1_000, 100_000, 201_000].map((ms) => sampleAt(ms, "OK"));
    const layout = layoutOf(runWith({ timeline, samples }), form);
    for (const { x, width, side } of layout?.markers ?? []) {
      expect(side === "right" ? x : x - width).toBeGreaterThanOrEqual(form.left);
      expect(side === "right" ? x + width : x).toBeLessThanOrEqual(form.width);
    }
    expect(layout?.lanes).toBe(TIMELINE_EVENTS.length);
  });

  it("there is none without samples", () => {
    expect(picture(runWith({ timeline: [eventAt("fault.injected", 0)] }), "k")).toBeNull();
  });
});

describe("the picture of a drill", () => {
  it("has every panel, every event, and says to those who cannot see it what there is", async () => {
    const run = onlyRun(reportModel(await simulated()));
    const svg = picture(run, "key")?.text ?? "";
    for (const title of [
      "Recovery",
      "Responses per second",
      "Bad responses",
      "p99 latency",
      "Weights",
      "Guard alarm of slot green",
      "Fault, as the sidecars report it",
    ]) {
      expect(svg).toContain(`>${title}</text`);
    }
    for (const { event } of run.timeline) expect(svg).toContain(` ${event} `);
    expect(svg).toMatch(/role="img"\s+aria-labelledby="key-wide-title key-wide-desc"/);
    expect(svg).toContain("The timeline and the table of samples hold the same figures.");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
