/** Drills of other tools: what becomes of them, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { ingest, readIngested } from "../../../drills/ingest/ingest.ts";
import { ingestedRecords } from "../../../drills/ingest/ingested.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import { verifyJournal } from "../../../drills/journal/journalVerify.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backout-ingest-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function written(name: string, document: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document));
  return path;
}

const activity = (name: string, status = "succeeded") => ({
  activity: { type: "action", name },
  status,
  start: "2026-03-14T09:00:01.5",
  end: "2026-03-14T09:00:02",
});

/** As chaostoolkit-lib 1.4x writes it. */
const chaos = (changed: object = {}) => ({
  "chaoslib-version": "1.43.0",
  platform: "Linux",
  node: "runner-1",
  experiment: { version: "1.0.0", title: "Checkout survives a lost pod", method: [] },
  start: "2026-03-14T09:00:00.123456",
  status: "completed",
  deviated: false,
  steady_states: {
    before: { steady_state_met: true, probes: [] },
    after: { steady_state_met: true, probes: [] },
    during: [],
  },
  run: [activity("terminate-pod")],
  rollbacks: [],
  end: "2026-03-14T09:01:00",
  duration: 59.9,
  ...changed,
});

const met = (steady_state_met: boolean | null) => ({ steady_state_met });

const fis = (changed: object = {}) => ({
  id: "EXPhjAXCGY78HV2a4A",
  experimentTemplateId: "EXT1u95pCGXaXU1zz",
  roleArn: "arn:aws:iam::123456789012:role/fis",
  state: { status: "completed", reason: "Experiment completed" },
  actions: {
    stop: {
      actionId: "aws:ecs:stop-task",
      state: { status: "completed" },
      startTime: "2026-03-14T09:00:05.100000+01:00",
      endTime: "2026-03-14T09:00:35+01:00",
    },
  },
  creationTime: 1_773_475_200,
  startTime: 1_773_475_203.5,
  endTime: 1_773_475_300,
  tags: { Name: "stop half", "backout:environment": "checkout" },
  ...changed,
});

describe("what becomes of a Chaos Toolkit journal", () => {
  test("everything that it tells, and null for what it cannot know", () => {
    const [record] = readIngested([written("journal.json", chaos())], "staging");
    expect(record).toMatchObject({
      id: expect.stringMatching(/^ctk-[0-9a-f]{16}$/),
      source: { tool: "chaos-toolkit", version: "1.43.0", file: "journal.json" },
      drill: "Checkout survives a lost pod",
      environment: "staging",
      startedAt: "2026-03-14T09:00:00.123Z",
      endedAt: "2026-03-14T09:01:00.000Z",
      actions: [
        { name: "terminate-pod", status: "succeeded", startedAt: "2026-03-14T09:00:01.500Z" },
      ],
      recovery: null,
      path: null,
      durations: null,
      residue: null,
    });
  });

  test.each<[string, object, string]>([
    ["met again, by what nobody knows", {}, "inconclusive"],
    ["no hypothesis", { steady_states: null }, "inconclusive"],
    ["deviated", { deviated: true, status: "failed" }, "failed"],
    ["not met after", { steady_states: { before: met(true), after: met(false) } }, "failed"],
    ["not met before", { status: "failed", steady_states: { before: met(false) } }, "not-run"],
    ["failed for another reason", { status: "failed", steady_states: null }, "error"],
    ["aborted", { status: "aborted" }, "error"],
    ["interrupted", { status: "interrupted" }, "interrupted"],
    ["an action that failed", { run: [activity("x", "failed")] }, "error"],
    ["a rollback that failed", { rollbacks: [activity("y", "failed")] }, "stuck-on-removal"],
    [
      "that and interrupted",
      { status: "interrupted", rollbacks: [activity("y", "failed")] },
      "stuck-on-removal",
    ],
    ["a dry run", { experiment: { title: "t", dry: "actions" } }, "not-run"],
  ])("%s: never a pass", (_what, changed, verdict) => {
    const [record] = readIngested([written("journal.json", chaos(changed))], undefined);
    expect(record).toMatchObject({ verdict, environment: null });
  });
});

describe("what becomes of an experiment of FIS", () => {
  test("everything that it tells, with times in seconds or with a zone", () => {
    const [record] = readIngested([written("e.json", { experiment: fis() })], "other");
    expect(record).toMatchObject({
      id: "EXPhjAXCGY78HV2a4A",
      source: { tool: "aws-fis" },
      drill: "stop half",
      environment: "checkout",
      startedAt: "2026-03-14T08:00:03.500Z",
      actions: [{ name: "stop (aws:ecs:stop-task)", startedAt: "2026-03-14T08:00:05.100Z" }],
      verdict: "inconclusive",
    });
  });

  test.each<[string, object, string]>([
    ["stopped", { state: { status: "stopped", reason: "Stop condition" } }, "interrupted"],
    ["failed", { state: { status: "failed" } }, "error"],
    ["cancelled", { state: { status: "cancelled" } }, "not-run"],
    ["an action failed", { actions: { a: { state: { status: "failed" } } } }, "error"],
  ])("%s", (_what, changed, verdict) => {
    expect(readIngested([written("e.json", fis(changed))], undefined)).toMatchObject([{ verdict }]);
  });

  test("a list has several, without actions", () => {
    const { actions: _, startTime: __, endTime: ___, ...summary } = fis();
    const list = { experiments: [summary, { ...summary, id: "EXP2", tags: {} }] };
    expect(readIngested([written("l.json", list)], undefined)).toMatchObject([
      { id: "EXPhjAXCGY78HV2a4A", actions: [] },
      { id: "EXP2", drill: "EXT1u95pCGXaXU1zz", environment: null },
    ]);
  });
});

test("every problem of every file at once", () => {
  const files = [
    written("running.json", { experiments: [fis({ state: { status: "running" } }), fis()] }),
    written("half.json", '{"experiment":'),
    written("other.json", { hello: 1 }),
    written("bad.json", chaos({ status: "odd", start: "yesterday" })),
    written("good.json", fis({ id: "EXP3" })),
    written("again.json", fis({ id: "EXP3" })),
    written("none.json", { experiments: [] }),
    written("colour.json", fis({ id: "\u001b[31mEXP4" })),
    join(directory, "nowhere.json"),
  ];
  let found: readonly { readonly field: string }[] = [];
  try {
    readIngested(files, " ");
  } catch (error) {
    found = (error as { problems: typeof found }).problems;
  }
  expect(found.map(({ field }) => field.replace(`${directory}/`, ""))).toEqual([
    "--environment",
    "running.json: experiments[0]: state.status",
    "half.json",
    "other.json",
    "bad.json: start",
    "bad.json: status",
    "none.json: experiments",
    "colour.json: id",
    "nowhere.json",
    "again.json",
  ]);
});

test("goes into the chain once: the second time nothing is written", async () => {
  const journal = openJournal(join(directory, "journal"), new ManualClock(0));
  const one = readIngested([written("journal.json", chaos())], undefined);
  await ingest(one, journal);
  const both = [...readIngested([written("e.json", fis())], undefined), ...one];
  await expect(ingest(both, journal)).rejects.toMatchObject({
    code: "bad-input",
    problems: [{ field: "journal.json", value: one[0]?.id }],
  });
  journal.close();
  const { entries, problems } = verifyJournal(join(directory, "journal"));
  expect(problems).toEqual([]);
  expect(ingestedRecords(entries)).toEqual(one);
});
