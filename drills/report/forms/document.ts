/** The report as one JSON document, and its published shape (docs/report.schema.json). */
import { z } from "zod";
import { ReversionPath } from "../../../guard/reversion.ts";
import { Fidelity } from "../../faults/fault.ts";
import { ingestedRecordSchema } from "../../ingest/ingested.ts";
import { BrokenLink, drillRecordSchema, Verdict } from "../../verdict/record.ts";
import type { ReportModel } from "../model.ts";
import type { GateResult } from "../summary/gate.ts";
import { Coverage, type SummaryModel } from "../summary/model.ts";

const ms = z.number().nullable().describe("nominal milliseconds");
const count = z.int().min(0);
const stamp = z.iso.datetime();
const path = z.enum(ReversionPath);
const ids = z.array(z.string()).describe("run ids, oldest first");
const direction = z.enum(["slower", "faster", "none-shown", "too-few"]);
const pValue = z.number().min(0).max(1).nullable();
const share = z.number().min(0).max(1);

const interval = z.object({
  confidence: share,
  lowMs: ms,
  highMs: ms,
  method: z.enum(["order-statistics", "kaplan-meier-log-log"]).nullable(),
  whyNot: z.string().nullable().describe("why there is none, or no upper end"),
});

const power = z.object({
  detectableShare: z.number().nullable(),
  says: z.string().describe("such as: n = 8 each cannot show a 10 % change"),
});

const groupSchema = z.object({
  drill: z.string(),
  fault: z.string(),
  environment: z.string(),
  release: z.string().nullable(),
  speed: z.number().describe("nominal seconds per wall second"),
  runs: ids,
  recovery: z.object({
    n: count,
    censored: count.describe("did not recover while watched: Kaplan-Meier, never dropped"),
    notMeasured: count,
    minMs: ms,
    maxMs: ms,
    p50Ms: ms,
    p90Ms: ms,
    p50Interval: interval,
    p90Interval: interval,
    curve: z.array(
      z.object({
        atMs: z.number(),
        share,
        low: share,
        high: share,
        recovered: count,
        censored: count,
      }),
    ),
  }),
  objective: z.object({
    n: count,
    missed: count,
    missRateAtMost: share.nullable(),
    confidence: share,
    says: z.string(),
  }),
  paths: z.array(z.object({ path, runs: count })),
});

const seriesSchema = z.object({
  drill: z.string(),
  environment: z.string(),
  speed: z.number(),
  runs: ids,
  groups: z.array(count).describe("indices into groups"),
  trend: z.object({
    n: count,
    direction,
    tau: z.number().min(-1).max(1).nullable(),
    pValue,
    slopeMsPerDay: z.number().nullable(),
    power,
  }),
  regressions: z.array(
    z.object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      nFrom: count,
      nTo: count,
      direction,
      pValue,
      shiftMs: ms,
      power,
    }),
  ),
});

const coverageSchema = z.object({
  environment: z.string(),
  paths: z.array(path),
  faults: z.array(
    z.object({
      fault: z.string(),
      fidelity: z.enum(Fidelity).nullable(),
      breaksLink: z.enum(BrokenLink).nullable(),
      isHole: z.boolean(),
    }),
  ),
  cells: z
    .array(
      z.array(
        z.object({
          state: z.enum(Coverage),
          runId: z.string().nullable(),
          verdict: z.enum(Verdict).nullable(),
          totalMs: ms,
          ageMs: ms,
        }),
      ),
    )
    .describe("one row per path, one cell per fault"),
  holes: z.array(z.string()),
});

const last = { runId: z.string(), at: stamp, ageMs: z.number() };

const summarySchema = z.object({
  question: z.object({
    now: stamp.describe("what ages are counted from"),
    maxAgeMs: z.number(),
    objectiveMs: ms,
    drill: z.string().nullable(),
    environment: z.string().nullable(),
    since: stamp.nullable(),
    paths: z.array(path),
  }),
  totals: z.object({
    runs: count,
    verdicts: z.record(z.enum(Verdict), count),
    unfinished: count,
    clockErrors: count,
    first: stamp.nullable(),
    last: stamp.nullable(),
  }),
  groups: z.array(groupSchema),
  series: z.array(seriesSchema),
  coverage: z.array(coverageSchema),
  freshness: z.array(
    z.object({
      environment: z.string(),
      path,
      isFresh: z.boolean(),
      lastPass: z.object({ ...last, drill: z.string(), totalMs: ms }).nullable(),
      last: z.object({ ...last, verdict: z.enum(Verdict) }).nullable(),
      whyNot: z.string().nullable(),
    }),
  ),
  clockErrors: z.array(
    z.object({
      runId: z.string(),
      drill: z.string(),
      environment: z.string(),
      detail: z.string(),
    }),
  ),
});

export const reportDocumentSchema = z
  .object({
    schemaVersion: z.literal(1),
    journal: z.object({
      entries: count,
      head: z.string().nullable(),
      problems: z.array(z.object({ kind: z.string(), seq: z.int(), detail: z.string() })),
      tornBytes: count,
    }),
    summary: summarySchema,
    gate: z
      .object({ passed: z.boolean(), missing: z.array(z.string()) })
      .nullable()
      .describe("null unless --max-age or --objective asked for it"),
    unfinished: z.array(z.string()).describe("runs without a record, newest first"),
    ingested: z
      .array(ingestedRecordSchema)
      .describe("drills that other tools ran, newest first: in no figure"),
    runs: z.array(drillRecordSchema).describe("newest first"),
  })
  .meta({ title: "Backout report" });

/** Everything but the runs, which may be too many to hold. */
export function reportDocument(
  { journal }: Pick<ReportModel, "journal">,
  { runs, groups, series, unfinished, ingested, ...rest }: SummaryModel,
  gate: GateResult | null,
) {
  const idsOf = (indices: readonly number[]): string[] =>
    indices.flatMap((index) => runs[index]?.id ?? []);
  const byId = <T extends { readonly runs: readonly number[] }>(one: T) =>
    Object.assign({}, one, { runs: idsOf(one.runs) });
  return {
    schemaVersion: 1,
    journal,
    summary: { ...rest, groups: groups.map(byId), series: series.map(byId) },
    gate,
    unfinished: unfinished.map(({ id }) => id).toReversed(),
    ingested,
  };
}

/** The document's text, indented by two, piece by piece: `runs` come last, one at a time. */
export function* documentText(
  document: ReturnType<typeof reportDocument>,
  runs: Iterable<object>,
): Generator<string> {
  yield `${JSON.stringify(document, null, 2).slice(0, -2)},\n  "runs": [`;
  let isFirst = true;
  for (const run of runs) {
    const text = JSON.stringify(run, null, 2).replaceAll("\n", "\n    ");
    yield `${isFirst ? "" : ","}\n    ${text}`;
    isFirst = false;
  }
  yield isFirst ? "]\n}\n" : "\n  ]\n}\n";
}
