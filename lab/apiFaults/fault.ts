/** A fault of AWS's API itself: what it does to which calls, how often and for how long. */
import { z } from "zod";
import type { Problem } from "../../base/errors.ts";
import { ServiceName } from "../service.ts";
import { factsOf } from "../wire/services.ts";

export const ApiFaultKind = {
  Throttle: "throttle",
  InternalError: "internal-error",
  Unavailable: "unavailable",
  Latency: "latency",
  Disconnect: "disconnect",
  StaleRead: "stale-read",
} as const;
export type ApiFaultKind = (typeof ApiFaultKind)[keyof typeof ApiFaultKind];

/**
 * When a fault strikes: `before` the operation is done, or `after` it, so that the work stands and
 * only its answer is late or lost.
 */
export const Phase = { Before: "before", After: "after" } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A day; longer is what a fault without an end is for. */
const LONGEST_SECONDS = 86_400;
/** AWS gives no bound for "eventually"; an hour is beyond anything it has reported. */
const LONGEST_LAG_SECONDS = 3600;
/** Every client has given up by then. */
const LONGEST_LATENCY_MS = 600_000;

const SERVICES: readonly string[] = [
  ...new Set(Object.values(ServiceName).flatMap((name) => [name, factsOf(name).iamPrefix])),
].sort();

const common = {
  service: z
    .string({ error: `* or one of ${SERVICES.join(", ")}` })
    .refine((name) => name === "*" || SERVICES.includes(name), {
      error: `* or one of ${SERVICES.join(", ")}`,
    })
    .transform(serviceNamed)
    .default("*"),
  operation: z
    .string()
    .regex(/^[A-Za-z*?]+$/, { error: "an operation such as ModifyListener; * and ? stand for any" })
    .default("*"),
  role: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/, { error: "the name of a role, not its ARN" })
    .exactOptional(),
  probability: between(0, 1, "a number above 0, up to 1", { exclusive: true }).default(1),
  durationSeconds: between(
    0,
    LONGEST_SECONDS,
    `above 0, up to ${LONGEST_SECONDS} nominal seconds`,
    {
      exclusive: true,
    },
  ).exactOptional(),
  seed: z.int({ error: "a whole number" }).default(1),
};
const phase = z
  .enum([Phase.Before, Phase.After], { error: "before or after" })
  .default(Phase.Before);

const requestSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal(ApiFaultKind.Throttle), ...common }),
    z.strictObject({ kind: z.literal(ApiFaultKind.InternalError), phase, ...common }),
    z.strictObject({ kind: z.literal(ApiFaultKind.Unavailable), phase, ...common }),
    z.strictObject({ kind: z.literal(ApiFaultKind.Disconnect), phase, ...common }),
    z.strictObject({
      kind: z.literal(ApiFaultKind.Latency),
      latencyMs: between(1, LONGEST_LATENCY_MS, `1 to ${LONGEST_LATENCY_MS} wall milliseconds`),
      phase,
      ...common,
    }),
    z.strictObject({
      kind: z.literal(ApiFaultKind.StaleRead),
      lagSeconds: between(0, LONGEST_LAG_SECONDS, `above 0, up to ${LONGEST_LAG_SECONDS}`, {
        exclusive: true,
      }),
      ...common,
    }),
  ],
  { error: `one of ${Object.values(ApiFaultKind).join(", ")}` },
);

/** A fault as it is asked for, with its defaults filled in. */
export type ApiFaultRequest = z.infer<typeof requestSchema>;

export type ApiFault = ApiFaultRequest & {
  readonly id: string;
  /** Nominal. */
  readonly addedAtMs: number;
  /** Nominal; undefined for a fault that lasts until it is cleared. */
  readonly endsAtMs: number | undefined;
};

/** The fault that `input` asks for, or everything that is wrong with it. */
export function parseFault(
  input: unknown,
): { readonly fault: ApiFaultRequest } | { readonly problems: readonly Problem[] } {
  const parsed = requestSchema.safeParse(input);
  if (parsed.success) return { fault: parsed.data };
  return { problems: parsed.error.issues.map((issue) => problemOf(issue, input)) };
}

function problemOf(issue: z.core.$ZodIssue, input: unknown): Problem {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return { field: issue.keys.join(", "), value: valueAt(input, key), allowed: "nothing here" };
  }
  const field = issue.path.join(".");
  return { field: field || "fault", value: valueAt(input, field), allowed: issue.message };
}

function valueAt(input: unknown, field: string): unknown {
  if (typeof input !== "object" || input === null) return input;
  return Object.entries(input).find(([name]) => name === field)?.[1];
}

function between(
  min: number,
  max: number,
  allowed: string,
  { exclusive = false }: { readonly exclusive?: boolean } = {},
): z.ZodNumber {
  const number = z.number({ error: allowed }).max(max, { error: allowed });
  return exclusive ? number.gt(min, { error: allowed }) : number.min(min, { error: allowed });
}

/** People say `cloudwatch`, as IAM does, where the signature says `monitoring`. */
function serviceNamed(text: string): ServiceName | "*" {
  const found = Object.values(ServiceName).find(
    (name) => name === text || factsOf(name).iamPrefix === text,
  );
  return found ?? "*";
}
