/** The shape of a schedule file, member by member; what members say of each other is in fileChecks.ts. */
import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import { isZone } from "../../base/zone.ts";
import { BackoutError } from "../../base/errors.ts";
import { chooseFault, FAULT_NAMES } from "../faults/registry.ts";
import { parseCron } from "./cron.ts";
import { CRON_ALLOWED } from "./cronFields.ts";
import { Gap, Overlap } from "./occurrences.ts";
import { Concurrency } from "./schedule.ts";
import { DATES_PATTERN, parseDates } from "./windows.ts";
import {
  addProblems,
  DATES,
  duration,
  listOf,
  mapping,
  matching,
  oneOf,
  window,
} from "../yaml/members.ts";

export const ZONE_ALLOWED = "an IANA time zone such as America/New_York or UTC";
const NAME = "letters, digits and hyphens, at most 64, the first no hyphen";
const YES_NO = "true or false";

const DAY_MS = 86_400_000;
const name = matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, NAME);

const bound = "a number";
const lowTraffic = mapping({
  namespace: z.string({ error: "a CloudWatch namespace" }).min(1).max(255),
  metric: z.string({ error: "a metric's name" }).min(1).max(255),
  dimensions: z
    .record(z.string(), z.string({ error: "text" }), { error: "a mapping of names to text" })
    .default({}),
  statistic: z
    .enum(["Sum", "Average", "Maximum", "Minimum", "SampleCount"], {
      error: "one of Sum, Average, Maximum, Minimum, SampleCount",
    })
    .default("Sum"),
  period: duration(60_000, DAY_MS, "whole minutes from 1m to 1d")
    .refine((text) => (parseDuration(text) ?? 1) % 60_000 === 0, {
      error: "whole minutes from 1m to 1d",
    })
    .default("5m")
    .describe("the newest whole period of this length is looked at"),
  below: z.number({ error: bound }).describe("a drill may start while the metric is below"),
  noData: z
    .enum(["block", "allow"], { error: "block or allow" })
    .default("block")
    .describe("what a period without datapoints does"),
}).describe("a drill starts only while this metric is below its bound");

/** Every member that may stand in `defaults` as well as in a schedule. */
const policies = {
  zone: z
    .string({ error: ZONE_ALLOWED })
    .refine(isZone, { error: ZONE_ALLOWED })
    .optional()
    .describe("IANA time zone of cron, windows and dates; default UTC"),
  gap: oneOf(Gap)
    .optional()
    .describe(
      "a local time that the clocks skip: skip leaves it out, next fires at the first instant after; default skip",
    ),
  overlap: oneOf(Overlap)
    .optional()
    .describe(
      "a local time that the clocks repeat: once fires at its first instant, twice at both; default once",
    ),
  allowed: listOf(window, "windows", 1)
    .optional()
    .describe("a drill starts only inside these; not together with blocked"),
  blocked: listOf(window, "windows", 1)
    .optional()
    .describe("no drill starts inside these; not together with allowed"),
  blockedDates: listOf(
    matching(DATES_PATTERN, DATES, (text) => parseDates(text) !== undefined),
    "dates",
  )
    .optional()
    .describe("no drill starts on these local dates"),
  jitter: duration(0, DAY_MS, "a duration from 0s to 1d such as 10m, shorter than the interval")
    .optional()
    .describe("a start is later by up to this, by the schedule's name and the instant; default 0s"),
  startDeadline: duration(1000, 7 * DAY_MS, "a duration from 1s to 7d such as 10m")
    .optional()
    .describe(
      "how much later a fire may still start; default 10m, or the interval less the jitter where that is shorter",
    ),
  concurrency: oneOf(Concurrency)
    .optional()
    .describe(
      "while a drill runs in the environment: forbid waits for its end, replace interrupts it, allow starts beside it; default forbid",
    ),
  paused: z.boolean({ error: YES_NO }).optional().describe("true: nothing starts; default false"),
  minimumRest: duration(0, 30 * DAY_MS, "a duration from 0s to 30d such as 6h")
    .optional()
    .describe("between two drills in one environment; default 0s"),
  lowTraffic: lowTraffic.optional(),
  blockingAlarms: listOf(z.string({ error: "an alarm's name" }).min(1).max(255), "alarm names")
    .optional()
    .describe("a drill starts only while each of these alarms is OK"),
  rate: z
    .number({ error: "a number from 1 to 10000" })
    .min(1, { error: "a number from 1 to 10000" })
    .max(10_000, { error: "a number from 1 to 10000" })
    .optional()
    .describe("requests per second that a drill sends; default 50, and none with --live"),
};

const DRILLS = `one of ${FAULT_NAMES.join(", ")}`;
const drillName = z
  .string({ error: DRILLS })
  .refine((text) => FAULT_NAMES.includes(text), { error: DRILLS });
const drillWithParameters = mapping({
  name: drillName,
  set: z
    .record(z.string(), z.unknown(), { error: "a mapping of parameters to values" })
    .describe("parameters of the fault (see `backout drill list`)"),
}).superRefine((drill, context) => {
  try {
    chooseFault(drill.name, drill.set);
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    for (const problem of error.problems) {
      const key = problem.field.split(".")[0] ?? "";
      addProblems(context, [{ ...problem, field: "" }], key in drill.set ? ["set", key] : ["set"]);
    }
  }
});

export const scheduleSchema = mapping({
  name: name.describe("unique in the file; the jitter is drawn by it"),
  environments: listOf(name, "environments", 1).describe("each has fires of its own"),
  drills: listOf(
    z.union([drillName, drillWithParameters], {
      error: `${DRILLS}, or a mapping of name and set`,
    }),
    "drills",
    1,
  ).describe("run one after the other at each fire"),
  cron: z
    .string({ error: CRON_ALLOWED })
    .superRefine((text, context) => addProblems(context, parseCron(text, "").problems))
    .describe(
      "five fields: minute, hour, day of month, month, day of week; of the last two either is enough unless one is *",
    ),
  ...policies,
});
export type RawSchedule = z.infer<typeof scheduleSchema>;

export const defaultsSchema = mapping(policies).describe(
  "for every schedule that does not say otherwise",
);
export type RawDefaults = z.infer<typeof defaultsSchema>;

export const fileSchema = mapping({
  $schema: z.string({ error: "the schema's address" }).optional(),
  version: z.literal(1, { error: "1" }).describe("of this format"),
  defaults: defaultsSchema.optional(),
  schedules: listOf(scheduleSchema, "schedules", 1),
}).describe(
  "Schedules of Backout's drills: `backout drill schedule FILE`, `backout drill next FILE`",
);

/** JSON Schema (2020-12) of the file, for editors; it cannot say all that the command checks. */
export function publishedSchema(): object {
  return { title: "Backout drill schedules", ...z.toJSONSchema(fileSchema, { io: "input" }) };
}
