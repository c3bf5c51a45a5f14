/** What files of schedules and of drills are made of, member by member, in words for a person. */
import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import { parseDays, parseWindow, WINDOW_PATTERN } from "../schedule/windows.ts";

const WINDOW = "HH:MM-HH:MM, 00:00 to 24:00, begin and end different";
const DAYS = 'weekdays such as "mon-fri,sun"';
export const DATES = "a date 2026-12-24, or two dates in order: 2026-12-24/2027-01-02";
const DURATION_PATTERN = /^\d+(?:\.\d+)?(?:s|m|h|d)$/;

/** A duration between two bounds in milliseconds, as text. */
export const duration = (leastMs: number, mostMs: number, allowed: string) =>
  z
    .string({ error: allowed })
    .regex(DURATION_PATTERN, { error: allowed, abort: true })
    .refine((text) => between(parseDuration(text) ?? -1, leastMs, mostMs), { error: allowed });
export const matching = (
  pattern: RegExp,
  allowed: string,
  also: (text: string) => boolean = () => true,
) =>
  z
    .string({ error: allowed })
    .regex(pattern, { error: allowed, abort: true })
    .refine(also, { error: allowed });
export const oneOf = <const T extends Readonly<Record<string, string>>>(values: T) =>
  z.enum(values, { error: `one of ${Object.values(values).join(", ")}` });
export const listOf = <T extends z.ZodType>(item: T, what: string, least = 0) => {
  const error = `a list of ${what}, ${least} to 200 of them`;
  return z.array(item, { error }).min(least, { error }).max(200, { error });
};
/** A mapping that says which keys there are when it is given another. */
export const mapping = <T extends z.core.$ZodShape>(shape: T) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys"
        ? `only the keys ${Object.keys(shape).join(", ")}`
        : `a mapping with the keys ${Object.keys(shape).join(", ")}`,
  });

function between(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

export const window = z.union(
  [
    matching(WINDOW_PATTERN, WINDOW, (time) => parseWindow(time) !== undefined),
    mapping({
      time: matching(WINDOW_PATTERN, WINDOW, (time) => parseWindow(time) !== undefined),
      days: z
        .string({ error: DAYS })
        .refine((text) => parseDays(text) !== undefined, { error: DAYS })
        .optional()
        .describe("weekdays on which the window begins; default every day"),
    }),
  ],
  { error: `${WINDOW}, or a mapping of time and days` },
);

/** Zod's issues carry a problem's fix, and what its field adds to the path, in `params`. */
export interface IssueDetails {
  readonly at?: string;
  readonly value?: unknown;
  readonly fix?: string;
}

export function addProblems(
  context: z.RefinementCtx,
  problems: readonly Problem[],
  path: readonly string[] = [],
): void {
  for (const { field, value, allowed, fix } of problems) {
    const params: IssueDetails = { at: field, value, ...(fix === undefined ? {} : { fix }) };
    context.addIssue({ code: "custom", message: allowed, path: [...path], params: { ...params } });
  }
}
