/** `GET` and `POST /_lab/clock`: what time it is in the lab, and moving that time by hand. */
import { type Problem, renderProblem } from "../base/errors.ts";
import type { LabClock } from "./clock.ts";
import type { ExtraAnswer } from "./server.ts";

export const CLOCK_PATH = "/_lab/clock";
/** One move; a week, as no alarm looks further back. */
export const LONGEST_MOVE_SECONDS = 604_800;

const ALLOWED = `a number from 0 to ${LONGEST_MOVE_SECONDS}, fractions too`;

/** Undefined for other methods. 400 names every problem of the body; 409: the clock runs by itself. */
export function answerClock(
  method: string,
  body: unknown,
  labClock: LabClock,
): Promise<ExtraAnswer> | undefined {
  if (method === "GET") return Promise.resolve({ status: 200, body: labClock.status() });
  return method === "POST" ? move(body, labClock) : undefined;
}

async function move(body: unknown, labClock: LabClock): Promise<ExtraAnswer> {
  const { advance } = labClock;
  if (!advance) {
    return {
      status: 409,
      body: {
        error:
          `This lab's clock runs by itself, at speed ${labClock.status().speed}, and cannot be moved by ` +
          "hand. Start a lab with --manual-clock for that.",
      },
    };
  }
  const problems = problemsOf(body);
  const seconds = isRecord(body) ? body["advanceSeconds"] : undefined;
  if (problems.length > 0 || typeof seconds !== "number") {
    return { status: 400, body: { error: problems.map(renderProblem).join("; "), problems } };
  }
  return { status: 200, body: { now: new Date(await advance(seconds)).toISOString() } };
}

function problemsOf(body: unknown): Problem[] {
  if (!isRecord(body)) {
    return [{ field: "body", value: body, allowed: 'an object such as {"advanceSeconds": 60}' }];
  }
  const { advanceSeconds, ...others } = body;
  const problems: Problem[] = Object.entries(others).map(([field, value]) => ({
    field,
    value,
    allowed: "advanceSeconds alone",
  }));
  const fits =
    typeof advanceSeconds === "number" &&
    advanceSeconds >= 0 &&
    advanceSeconds <= LONGEST_MOVE_SECONDS;
  if (!fits) {
    // JSON has 1e999, which is read as Infinity and would be written as null.
    const value = advanceSeconds === Infinity ? "Infinity" : advanceSeconds;
    problems.unshift({ field: "advanceSeconds", value, allowed: ALLOWED });
  }
  return problems;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
