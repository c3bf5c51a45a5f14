/**
 * A Chaos Toolkit journal (`chaos run --journal-path journal.json`), as chaoslib/run.py of chaostoolkit-lib
 * writes it. It has no id of its own: title, node and start tell one run from another.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Verdict } from "../verdict/record.ts";
import { type IngestedRecord, instantOf, SourceTool, UNKNOWN } from "./ingested.ts";

const activity = z.looseObject({
  activity: z.looseObject({ name: z.string(), type: z.string().optional() }),
  status: z.string().optional(),
  start: z.unknown().optional(),
  end: z.unknown().optional(),
});
const steadyState = z.looseObject({ steady_state_met: z.boolean().nullish() }).nullish();

export const chaosToolkitSchema = z.looseObject({
  "chaoslib-version": z.string().optional(),
  node: z.string().optional(),
  experiment: z.looseObject({ title: z.string(), dry: z.unknown().optional() }),
  start: z.string().refine((text) => instantOf(text) !== null, { error: "an ISO 8601 time" }),
  end: z.unknown().optional(),
  status: z.enum(["completed", "failed", "aborted", "interrupted"]),
  deviated: z.boolean().default(false),
  steady_states: z.looseObject({ before: steadyState, after: steadyState }).nullish(),
  run: z.array(activity).default([]),
  rollbacks: z.array(activity).default([]),
});
type ChaosJournal = z.infer<typeof chaosToolkitSchema>;

export function isChaosToolkit(document: unknown): boolean {
  return z.looseObject({ experiment: z.looseObject({ title: z.unknown() }) }).safeParse(document)
    .success;
}

export function chaosToolkitRecord(
  journal: ChaosJournal,
  file: IngestedRecord["source"]["file"],
  sha256: string,
): IngestedRecord {
  const { experiment, start, end, node = "", run, rollbacks } = journal;
  const digest = createHash("sha256").update(JSON.stringify([experiment.title, node, start]));
  const residue = rollbacks.filter(({ status }) => status !== "succeeded").map(nameOf);
  return {
    schemaVersion: 1,
    id: `ctk-${digest.digest("hex").slice(0, 16)}`,
    source: {
      tool: SourceTool.ChaosToolkit,
      version: journal["chaoslib-version"] ?? null,
      file,
      sha256,
    },
    drill: experiment.title,
    environment: null,
    startedAt: instantOf(start),
    endedAt: instantOf(end),
    actions: run.map((one) => ({
      name: nameOf(one),
      status: one.status ?? null,
      startedAt: instantOf(one.start),
      endedAt: instantOf(one.end),
    })),
    ...judge(journal, residue),
    ...UNKNOWN,
    residue: rollbacks.length === 0 ? null : residue,
  };
}

function nameOf(one: z.infer<typeof activity>): string {
  return one.activity.name;
}

type Judged = Pick<IngestedRecord, "verdict" | "reason">;

/** The first that fits: what was left behind outweighs everything, and nothing is ever a pass. */
function judge(journal: ChaosJournal, residue: readonly string[]): Judged {
  const { status, deviated, steady_states: states, run, experiment } = journal;
  const broken = run.filter((one) => one.status !== undefined && one.status !== "succeeded");
  if (experiment.dry !== undefined && experiment.dry !== false && experiment.dry !== null) {
    return { verdict: Verdict.NotRun, reason: "it was a dry run" };
  }
  if (residue.length > 0) {
    const reason = `its rollback did not succeed: ${residue.join(", ")}`;
    return { verdict: Verdict.StuckOnRemoval, reason };
  }
  if (status === "interrupted") {
    return { verdict: Verdict.Interrupted, reason: "it was interrupted" };
  }
  if (states?.before?.steady_state_met === false) {
    return { verdict: Verdict.NotRun, reason: "its steady state was not met before the method" };
  }
  if (deviated || states?.after?.steady_state_met === false) {
    return { verdict: Verdict.Failed, reason: "its steady state was not met after the method" };
  }
  if (status !== "completed") return { verdict: Verdict.Error, reason: `it ended as ${status}` };
  if (broken.length > 0) {
    const reason = `not all of its method succeeded: ${broken.map(nameOf).join(", ")}`;
    return { verdict: Verdict.Error, reason };
  }
  return {
    verdict: Verdict.Inconclusive,
    reason:
      states?.after?.steady_state_met === true
        ? "its steady state was met afterwards; whether a reversion brought it back is not known"
        : "it had no steady state to come back to",
  };
}
