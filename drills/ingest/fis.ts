/**
 * Experiments of AWS FIS, as `aws fis get-experiment` and `list-experiments` print them. A list has no
 * actions and no times but its creation's.
 *
 * https://docs.aws.amazon.com/fis/latest/APIReference/API_Experiment.html
 */
import { z } from "zod";
import { Verdict } from "../verdict/record.ts";
import { type IngestedRecord, instantOf, SourceTool, UNKNOWN } from "./ingested.ts";

const ENDED = ["completed", "stopped", "failed", "cancelled"] as const;
const state = z.looseObject({ status: z.string().nullish(), reason: z.string().nullish() });

export const fisExperimentSchema = z.looseObject({
  id: z.string().regex(/^[!-~]{1,64}$/, {
    error: "1 to 64 characters, none of them a space or a control character",
  }),
  experimentTemplateId: z.string().nullish(),
  state: z.looseObject({
    status: z.enum(ENDED, { error: `${ENDED.join(", ")}: an experiment that has ended` }),
    reason: z.string().nullish(),
  }),
  creationTime: z.unknown().optional(),
  startTime: z.unknown().optional(),
  endTime: z.unknown().optional(),
  tags: z.record(z.string(), z.string()).nullish(),
  actions: z
    .record(
      z.string(),
      z.looseObject({
        actionId: z.string().nullish(),
        state: state.nullish(),
        startTime: z.unknown().optional(),
        endTime: z.unknown().optional(),
      }),
    )
    .nullish(),
});
type Experiment = z.infer<typeof fisExperimentSchema>;

/** The experiments in what a call printed; undefined when it is none of FIS's. */
export function fisExperimentsIn(document: unknown): readonly unknown[] | undefined {
  const one = z.looseObject({ experiment: z.looseObject({ id: z.string() }) });
  const several = z.looseObject({ experiments: z.array(z.unknown()) });
  const bare = z.looseObject({ id: z.string(), experimentTemplateId: z.string() });
  const found = several.safeParse(document).data?.experiments;
  if (found) return found;
  const single = one.safeParse(document);
  if (single.success) return [single.data.experiment];
  return bare.safeParse(document).success ? [document] : undefined;
}

export function fisRecord(experiment: Experiment, file: string, sha256: string): IngestedRecord {
  const { id, experimentTemplateId, tags, creationTime, startTime, endTime } = experiment;
  const actions = Object.entries(experiment.actions ?? {});
  return {
    schemaVersion: 1,
    id,
    source: { tool: SourceTool.AwsFis, version: null, file, sha256 },
    drill: tags?.["Name"] ?? experimentTemplateId ?? id,
    environment: tags?.["backout:environment"] ?? null,
    startedAt: instantOf(startTime) ?? instantOf(creationTime),
    endedAt: instantOf(endTime),
    actions: actions.map(([name, action]) => ({
      name: action.actionId ? `${name} (${action.actionId})` : name,
      status: action.state?.status ?? null,
      startedAt: instantOf(action.startTime),
      endedAt: instantOf(action.endTime),
    })),
    ...judge(experiment),
    ...UNKNOWN,
    residue: null,
  };
}

/** FIS knows of its faults only; of recovery it says nothing, whatever its state. */
function judge({ state: { status, reason }, actions }: Experiment): {
  readonly verdict: IngestedRecord["verdict"];
  readonly reason: string;
} {
  const why = reason ? `: ${reason}` : "";
  const failed = Object.entries(actions ?? {}).filter(([, one]) => one.state?.status === "failed");
  switch (status) {
    case "stopped":
      return { verdict: Verdict.Interrupted, reason: `FIS stopped it before its end${why}` };
    case "cancelled":
      return { verdict: Verdict.NotRun, reason: `FIS cancelled it before it began${why}` };
    case "failed":
      return { verdict: Verdict.Error, reason: `FIS could not carry it out${why}` };
    case "completed":
    default:
      return failed.length > 0
        ? {
            verdict: Verdict.Error,
            reason: `not all of its actions succeeded: ${failed.map(([name]) => name).join(", ")}`,
          }
        : {
            verdict: Verdict.Inconclusive,
            reason:
              "its faults ended as planned; whether anything recovered, and by what, is not known",
          };
  }
}
