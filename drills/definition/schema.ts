/** The shape of a drill's definition, member by member, in a YAML file or as a TypeScript module's default. */
import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import { BackoutError, type Problem } from "../../base/errors.ts";
import { isZone } from "../../base/zone.ts";
import { chooseFault, FAULT_NAMES } from "../faults/registry.ts";
import { chooseProbe, PROBE_NAMES } from "../probes/registry.ts";
import { ZONE_ALLOWED } from "../schedule/fileSchema.ts";
import { DATES_PATTERN, parseDates } from "../schedule/windows.ts";
import { DATES, duration, listOf, mapping, matching, window } from "../yaml/members.ts";

const NAME = "letters, digits and hyphens, at most 64, the first no hyphen";
const HOUR_MS = 3_600_000;
const MODULE = "a path to a module such as ./faults/mine.ts, from this definition's directory";

const name = matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, NAME);
const modulePath = matching(/^(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs)$/, MODULE);
const set = z
  .record(z.string(), z.unknown(), { error: "a mapping of parameters to values" })
  .optional();
const FAULTS = `one of ${FAULT_NAMES.join(", ")}`;
const PROBES = `one of ${PROBE_NAMES.join(", ")}`;

const fault = mapping({
  name: z
    .string({ error: FAULTS })
    .refine((text) => FAULT_NAMES.includes(text), { error: FAULTS })
    .optional()
    .describe("a fault of the catalogue: `backout drill list`"),
  module: modulePath
    .optional()
    .describe("in its place, a module whose default export is a fault of your own"),
  set: set.describe("parameters of the fault"),
});

const WHEN = "one of before, during, after";
const expectation = mapping({
  name: z
    .string({ error: "1 to 100 characters" })
    .min(1, { error: "1 to 100 characters" })
    .max(100, { error: "1 to 100 characters" })
    .optional()
    .describe("what the record calls it, each name once; default the probe's"),
  probe: z
    .string({ error: PROBES })
    .refine((text) => PROBE_NAMES.includes(text), { error: PROBES })
    .optional()
    .describe("what is looked at"),
  module: modulePath
    .optional()
    .describe("in its place, a module whose default export is a probe of your own"),
  set: set.describe("parameters of the probe"),
  when: listOf(z.enum(["before", "during", "after"], { error: WHEN }), WHEN, 1)
    .optional()
    .describe("when it must hold; default before and after"),
});

const RATE = "a number from 1 to 10000";
const SHARE = "a fraction above 0, up to 1";
const TASKS = "a whole number from 1 to 1000";
const span = (least: number, most: number, allowed: string) => duration(least, most, allowed);

export const definitionSchema = mapping({
  $schema: z.string({ error: "the schema's address" }).optional(),
  version: z.literal(1, { error: "1" }).describe("of this format"),
  name: name.describe("what records and reports call this drill"),
  description: z
    .string({ error: "text" })
    .max(2_000, { error: "at most 2000 characters" })
    .optional(),
  environment: name.optional().describe("where it runs; default the only environment there is"),
  fault: fault.describe("what is broken in the slot that is not stable"),
  hypothesis: listOf(expectation, "expectations")
    .optional()
    .describe("the steady state; without it before, nothing is broken"),
  load: z
    .union(
      [
        z.literal("off").describe("none: users' requests are the measure, minute by minute"),
        mapping({
          rate: z
            .number({ error: RATE })
            .min(1, { error: RATE })
            .max(10_000, { error: RATE })
            .describe("requests per second of wall time"),
        }),
      ],
      { error: "off, or a mapping with the key rate" },
    )
    .optional()
    .describe(
      "what the drill sends by itself; default 50 requests per second, and off with --live",
    ),
  blastRadius: mapping({
    share: z
      .number({ error: SHARE })
      .gt(0, { error: SHARE })
      .max(1, { error: SHARE })
      .optional()
      .describe("fraction of all requests that may go bad; default all"),
    tasks: z
      .int({ error: TASKS })
      .min(1, { error: TASKS })
      .max(1_000, { error: TASKS })
      .optional()
      .describe("tasks of the slot that may be touched; default all"),
  })
    .optional()
    .describe("how far it may reach; never to the slot that the traffic is to come back to"),
  abortAlarm: z
    .string({ error: "an alarm's name" })
    .min(1, { error: "an alarm's name" })
    .max(255, { error: "an alarm's name" })
    .optional()
    .describe(
      "the drill is undone and ends when this alarm is not OK; none of the environment's own",
    ),
  objective: span(1_000, 24 * HOUR_MS, "a duration from 1s to 24h such as 5m")
    .optional()
    .describe("what recovery may take; default 5m, or a minute beyond the worst detection"),
  hold: span(1_000, 24 * HOUR_MS, "a duration from 1s to 24h such as 4m")
    .optional()
    .describe("how long a reversion is waited for; default a minute beyond the worst detection"),
  sustain: span(1_000, HOUR_MS, "a duration from 1s to 1h such as 1m")
    .optional()
    .describe("how long recovery must last to count; default 1m"),
  ttl: span(1_000, 48 * HOUR_MS, "a duration from 1s to 48h such as 15m")
    .optional()
    .describe("when the fault ends by itself, whatever happens; default after the hold"),
  zone: z
    .string({ error: ZONE_ALLOWED })
    .refine(isZone, { error: ZONE_ALLOWED })
    .optional()
    .describe("IANA time zone of windows and dates; default UTC"),
  allowed: listOf(window, "windows", 1)
    .optional()
    .describe("it begins only inside these; not together with blocked"),
  blocked: listOf(window, "windows", 1)
    .optional()
    .describe("it does not begin inside these; not together with allowed"),
  blockedDates: listOf(
    matching(DATES_PATTERN, DATES, (text) => parseDates(text) !== undefined),
    "dates",
  )
    .optional()
    .describe("it does not begin on these local dates"),
}).describe("A drill of Backout: `backout drill run FILE`");

/** As it is written, every member right by itself. Durations are text such as `90s` or `5m`. */
export type RawDefinition = z.infer<typeof definitionSchema>;
/** What a TypeScript module's default export is checked to be. */
export type DrillDefinition = z.input<typeof definitionSchema>;

interface Placed extends Omit<Problem, "field"> {
  readonly path: (string | number)[];
}

/** What sound members say against each other. */
export function crossProblems(raw: unknown): Placed[] {
  const sound = soundMembers(raw);
  const problems: Placed[] = choiceProblems(raw);
  const add = (path: (string | number)[], value: unknown, allowed: string, fix: string): void => {
    problems.push({ path, value, allowed, fix });
  };
  const { allowed, blocked, hold, ttl, sustain, hypothesis = [] } = sound;
  if (allowed && blocked) {
    const fix = "leave one of them out";
    add(["blocked"], blocked, "either allowed or blocked windows, not both", fix);
  }
  const [holdMs, ttlMs] = [hold, ttl].map((text) => (text ? parseDuration(text) : undefined));
  if (holdMs !== undefined && ttlMs !== undefined && ttlMs < holdMs) {
    const fix = "with a shorter one nothing is proven: the fault ends before the hold does";
    add(["ttl"], ttl, `at least the hold, ${hold}`, fix);
  }
  const sustainMs = sustain ? parseDuration(sustain) : undefined;
  if (holdMs !== undefined && sustainMs !== undefined && holdMs < sustainMs) {
    add(["hold"], hold, `at least sustain, ${sustain}`, "give a longer hold");
  }
  const names = hypothesis.map((one) => one.name ?? one.probe ?? one.module);
  names.forEach((one, index) => {
    if (names.indexOf(one) === index) return;
    const fix = "give each expectation a name of its own";
    add(["hypothesis", index], one, "each name once", fix);
  });
  return problems;
}

const record = z.record(z.string(), z.unknown());
const choices = z.object({
  fault: record.optional().catch(undefined),
  hypothesis: z.array(record.catch({})).catch([]),
});

/**
 * Which fault and which probes, and the parameters of built-in ones; a module's are checked once it is
 * loaded. Here and not in the schema, which looks no further once a member is wrong.
 */
function choiceProblems(raw: unknown): Placed[] {
  const found = choices.safeParse(raw).data;
  if (!found) return [];
  return [
    ...(found.fault === undefined ? [] : choice(["fault"], found.fault, "name", chooseFault)),
    ...found.hypothesis.flatMap((one, index) =>
      choice(["hypothesis", index], one, "probe", chooseProbe),
    ),
  ];
}

function choice(
  path: (string | number)[],
  given: Readonly<Record<string, unknown>>,
  named: "name" | "probe",
  choose: (name: string, set: Readonly<Record<string, unknown>>) => unknown,
): Placed[] {
  const { module } = given;
  const chosen = given[named];
  if ((chosen === undefined) === (module === undefined)) {
    return [{ path, value: given, allowed: `either a ${named} or a module` }];
  }
  const parameters = record.safeParse(given["set"] ?? {}).data;
  if (typeof chosen !== "string" || !parameters) return [];
  try {
    choose(chosen, parameters);
    return [];
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    return error.problems.map(({ field, value, allowed, fix }) => {
      const key = field.split(".")[0] ?? "";
      const where = [...path, "set", ...(key in parameters ? [key] : [])];
      return { path: where, value, allowed, ...(fix === undefined ? {} : { fix }) };
    });
  }
}

function soundMembers(raw: unknown): Partial<RawDefinition> {
  if (typeof raw !== "object" || raw === null) return {};
  const sound = Object.entries(raw).flatMap(([key, value]) => {
    const schema = Object.entries(definitionSchema.shape).find(([member]) => member === key)?.[1];
    const parsed = schema?.safeParse(value);
    return parsed?.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(sound);
}

/** JSON Schema (2020-12) of a definition, for editors; it cannot say all that the command checks. */
export function publishedSchema(): object {
  return { title: "Backout drill", ...z.toJSONSchema(definitionSchema, { io: "input" }) };
}
