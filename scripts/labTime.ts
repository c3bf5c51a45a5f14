/** The options that set up a lab's time. */
import { InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../base/duration.ts";
import type { Problem } from "../base/errors.ts";

export function manualClockOption(): Option {
  return new Option(
    "--manual-clock",
    "time stands still and passes by `lab clock advance` or POST /_lab/clock alone",
  ).conflicts("speed");
}

export function startAtOption(): Option {
  return new Option(
    "--start-at <time>",
    "with --manual-clock: the time that it shows first, such as 2026-01-05T00:00:00Z",
  ).argParser((text) => {
    // Without a zone it would be another time on another machine.
    const ms = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    throw new InvalidArgumentError(
      "allowed: an ISO 8601 time with its zone, such as 2026-01-05T00:00:00Z.",
    );
  });
}

export function metricDelayOption(): Option {
  return new Option(
    "--metric-delay <duration>",
    "nominal time until custom metrics are seen, at most 3h",
  )
    .default(0, "at once")
    .argParser((text) => {
      const ms = parseDuration(text);
      if (ms !== undefined) return ms;
      throw new InvalidArgumentError("allowed: a number and ms, s, m or h, such as 90s.");
    });
}

const OPTION_OF: Readonly<Record<string, string>> = {
  startAtMs: "--start-at",
  customMetricDelayMs: "--metric-delay",
};

/** A problem of the lab's time in the words of the command line. */
export function inOptions(problem: Problem): Problem {
  const { field, value, allowed } = problem;
  return {
    field: OPTION_OF[field] ?? field,
    value: field === "startAtMs" ? new Date(Number(value)).toISOString() : `${String(value)}ms`,
    allowed: allowed.replace("manualClock", "--manual-clock"),
  };
}
