/**
 * A drill's draft, byte for byte, and what each thing in a record makes of it. After a change that was
 * meant, look at what `npx vitest run --project default -u` on this file writes.
 */
import { describe, expect, it } from "vitest";
import type { Rehearsed } from "../../../../drills/report/postmortem/incident.ts";
import { runIncident } from "../../../../drills/report/postmortem/ofRun.ts";
import { renderPostmortem } from "../../../../drills/report/postmortem/render.ts";
import { updatedRunbook } from "../../../../drills/report/postmortem/runbook.ts";
import { unifiedDiff } from "../../../../drills/report/postmortem/unifiedDiff.ts";
import type { ReportModel, RunReport } from "../../../../drills/report/model.ts";
import { reportModel } from "../../../../drills/report/model.ts";
import type { DrillRecord } from "../../../../drills/verdict/record.ts";
import { handWritten, onlyRun, startOf } from "../journals.ts";
import { nightsReading } from "../nights.ts";

const UNTIL = "2026-03-15T03:00:00.000Z";
const OBJECTIVE = {
  percent: 99.9,
  windowMs: 30 * 86_400_000,
  assumed: ["--slo", "--window"],
} as const;
const NEVER: Rehearsed = { secondWay: null };
const ONCE: Rehearsed = { secondWay: { id: "night-00001", wallAt: "2026-03-01T03:00:00.000Z" } };

function night(seed: number): ReportModel {
  return reportModel(nightsReading({ runs: 1, seed, until: UNTIL, sampled: 1 }));
}

function draft(model: ReportModel, rehearsed = NEVER): string {
  const incident = runIncident(onlyRun(model), model.journal, rehearsed);
  const before = "# Runbook\n\nCall whoever is on duty.\n";
  const diff = incident.runbook
    ? unifiedDiff("runbook.md", before, updatedRunbook(before, incident.runbook))
    : undefined;
  return renderPostmortem({ incident, objective: OBJECTIVE }, diff);
}

/** A night that passed, its record changed. */
function changed(part: Partial<DrillRecord>, run: Partial<RunReport> = {}): RunReport {
  const passed = onlyRun(night(2));
  if (!passed.record) throw new Error("a night has a record");
  const record = { ...passed.record, ...part };
  return { ...passed, record, timeline: record.timeline, ...run };
}

function incidentOf(run: RunReport, rehearsed = NEVER) {
  return runIncident(run, night(2).journal, rehearsed);
}

const texts = (found: readonly { readonly text: string }[]): string =>
  found.map(({ text }) => text).join("\n");

describe("the draft of a drill", () => {
  it("that passed", async () => {
    await expect(draft(night(2))).toMatchFileSnapshot("golden/passed.md");
  });

  it("that nobody finished", async () => {
    const model = handWritten([startOf("a")]);
    await expect(
      draft({ ...model, journal: { ...model.journal, head: null } }),
    ).toMatchFileSnapshot("golden/unfinished.md");
  });

  it("is the same bytes for the same journal", () => {
    expect(draft(night(2))).toBe(draft(night(2)));
    expect(draft(night(2))).not.toBe(draft(night(3)));
  });

  it("of a journal that was changed says so first", () => {
    const model = night(2);
    const problems = [{ kind: "changed", seq: 1, detail: "line 1 is not what was written" }];
    const text = draft({ ...model, journal: { ...model.journal, problems } });
    expect(text).toMatch(/^# .*\n\n> \[!CAUTION\]\n> This journal is not as it was written/);
  });

  it("escapes what is not ours, and stays one table", () => {
    const run = changed({ environment: "x | <b>\n# y" }, { environment: "x | <b>\n# y" });
    const text = renderPostmortem({ incident: incidentOf(run), objective: OBJECTIVE });
    // In a code span, and one word of the shell.
    expect(text).toContain("--environment 'x | <b> # y'`");
    expect(text.replaceAll(/`[^`]*`/g, "")).not.toContain("<b>");
    expect(text).not.toContain("\n# y");
    expect(text).toContain("x \\| &lt;b&gt;");
  });

  it("names nobody who stopped it", () => {
    const reason =
      "interrupted: drills are stopped since 2026-03-14T09:00:00.000Z by alice@laptop: bob did it";
    const run = changed({ verdict: "interrupted", reason, recovery: null });
    const text = renderPostmortem({ incident: incidentOf(run), objective: OBJECTIVE });
    expect(text).toContain("Interrupted: drills were stopped by hand");
    expect(text).not.toMatch(/alice|bob/);
  });
});

describe("luck", () => {
  const parts = { detect: 62_000, decide: 400, revert: 100, recover: 500, total: 63_000 };
  const objective = { total: 180_000, met: true };
  it.each([
    [
      "detection near its best case",
      { durations: parts, floors: { detect: 55_000, detectWorst: 150_000 }, objective },
      /7\.0 s above its best case.*still within the objective/,
    ],
    [
      "an objective that the worst case misses",
      { durations: parts, floors: { detect: 10_000, detectWorst: 200_000 }, objective },
      /have taken 3 m 21\.0 s, which misses the objective of 3 m 0\.0 s/,
    ],
    [
      "the fault ended by itself",
      { recovery: "fault-ended" },
      /fault ended by itself at .*owed to that/,
    ],
    ["it healed by itself", { recovery: "self-healed" }, /what made them good is not known/],
    ["the second way was not needed", {}, /second way home was not needed.*no run of this journal/],
    ["the second way was needed", { path: "watchdog" }, /Nothing but the second way home/],
    [
      "the minute's look was needed",
      { path: "reconcile" },
      /look of every minute came to its help/,
    ],
    ["the sentinel was first", { path: "sentinel" }, /sentinel called first/],
  ] as const)("%s", (_, record, says) => {
    expect(texts(incidentOf(changed(record)).luck)).toMatch(says);
  });

  it.each([
    [
      "detection well above its best case",
      { durations: parts, floors: { detect: 10_000, detectWorst: 120_000 }, objective },
    ],
    [
      "nobody knows the floors",
      { durations: parts, floors: { detect: null, detectWorst: null }, objective },
    ],
  ] as const)("none in detection: %s", (_, record) => {
    expect(texts(incidentOf(changed(record)).luck)).not.toContain("Detection took");
  });

  it("the floors of alarms say nothing of probes", () => {
    const { record } = changed({});
    const timeline = (record?.timeline ?? []).map((one) =>
      one.event === "alarm.transitioned" ? { ...one, source: "watchdog" as const } : one,
    );
    const floors = { detect: 61_000, detectWorst: 500_000 };
    const run = changed({ timeline, floors, durations: parts, objective, path: "watchdog" });
    expect(texts(incidentOf(run).luck)).not.toContain("Detection took");
    expect(texts(incidentOf(run).actions)).not.toContain("Make detection surer");
  });
});

describe("each action follows from one thing, which it names", () => {
  const slow = { detect: 1_000, decide: 400, revert: 100, recover: 298_500, total: 300_000 };
  it.each([
    ["residue", { residue: ["lease green"] }, "Remove what the drill left", "residue: lease green"],
    [
      "a broken link",
      { brokenLink: "permission" },
      "Let CloudWatch alarms invoke",
      "brokenLink = permission",
    ],
    ["not run", { verdict: "not-run", reason: "no traffic" }, "Put right what kept", "no traffic"],
    [
      "another way acted",
      { path: "watchdog" },
      "Find out why the first way home",
      "path = watchdog",
    ],
    [
      "the fault ended first",
      { recovery: "fault-ended" },
      "Run it again with a fault that outlasts",
      "fault-ended",
    ],
    [
      "recovery was slow",
      { durations: slow, objective: { total: 180_000, met: false } },
      "Shorten what follows the reversion",
      "99.5 % of 5 m 0.0 s; the objective of 3 m 0.0 s was missed",
    ],
    [
      "a margin that hangs on luck",
      { floors: { detect: 1, detectWorst: 400_000 } },
      "Make detection surer",
      "worst case of detection, 6 m 40.0 s",
    ],
    ["no second way was rehearsed", {}, "Rehearse the second way home", "no run of this journal"],
  ] as const)("%s", (_, record, text, evidence) => {
    const residue = "residue" in record ? [...record.residue] : [];
    const found = incidentOf(changed({ ...record, residue })).actions.find((one) =>
      one.text.startsWith(text),
    );
    expect(found?.evidence).toContain(evidence);
  });

  it("a guard that was broken on purpose is nothing to find out", () => {
    const run = changed({ path: "watchdog", fidelity: "guard" });
    expect(texts(incidentOf(run).actions)).not.toContain("Find out why the first way");
  });

  it("a second way that was rehearsed needs no action", () => {
    expect(texts(incidentOf(changed({}), ONCE).actions)).not.toContain("Rehearse the second way");
  });

  it("stamps that are out of order are a matter of clocks, and no figure is believed", () => {
    const { record } = changed({});
    const timeline = (record?.timeline ?? []).map((one) =>
      one.event === "reversion.decided" ? { ...one, at: "2026-03-15T02:59:00.000Z" } : one,
    );
    const nothing = { detect: null, decide: null, revert: null, recover: null, total: null };
    const incident = incidentOf(changed({ timeline, durations: nothing }));
    expect(texts(incident.actions)).toContain("Compare the clocks");
    expect(texts(incident.unknown)).toContain("disagree about what came first");
  });
});

describe("what is not known is said", () => {
  it("without samples nobody knows the rate", () => {
    const incident = incidentOf(changed({}, { samples: [] }));
    expect(incident.impact).toMatchObject({ spanMs: null });
    const text = renderPostmortem({ incident, objective: OBJECTIVE });
    expect(text).toContain("What it took of the budget in requests is not known");
  });

  it("a run without a record has no impact and no floors", () => {
    const incident = incidentOf(changed({}, { record: null, claims: [] }));
    expect(incident.impact).toHaveProperty("unknown");
    expect(incident.detection.actual).toBeNull();
    expect(incident.runbook).toBeNull();
  });

  it("a run that rehearsed nothing is no ground for a runbook", () => {
    expect(incidentOf(changed({ recovery: null })).runbook).toBeNull();
  });
});
