/** `backout lab clock`: what time it is in the lab, and moving a clock that only moves by hand. */
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import { parseDuration } from "../base/duration.ts";
import { LONGEST_MOVE_SECONDS } from "../lab/clockRoute.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import type { LabStatus } from "./runningLab.ts";
import { findLab } from "./target.ts";

interface ClockOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

export function clockCommand(finish: (code: ExitCode) => void): Command {
  const clock = new Command("clock").description("the lab's time, and moving it by hand");
  withOptions(clock.command("show").description("what time it is in the lab"), [
    endpointOption(),
    jsonOption(),
  ]).action(async (options: ClockOptions) => finish(await show(options)));
  withOptions(
    clock
      .command("advance")
      .description("move a lab's clock (`lab start --manual-clock`), and run what falls due")
      .argument("<duration>", "such as 60s, 1.5h or 0s, at most 7d", durationSeconds),
    [endpointOption(), jsonOption()],
  ).action(async (seconds: number, options: ClockOptions) =>
    finish(await advance(seconds, options)),
  );
  return clock;
}

function durationSeconds(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= LONGEST_MOVE_SECONDS * 1000) return ms / 1000;
  throw new InvalidArgumentError(
    "allowed: a number and ms, s, m, h or d, such as 60s or 1.5h, at most 7d.",
  );
}

async function show(options: ClockOptions): Promise<ExitCode> {
  const { clock } = await findLab(options.endpoint);
  if (options.json) printJson({ schemaVersion: 1, ...clock });
  else print(clock.manual ? `${clock.now}, moved by hand` : `${clock.now}, at ${clock.speed} x`);
  return ExitCode.Passed;
}

async function advance(seconds: number, options: ClockOptions): Promise<ExitCode> {
  const lab = await findLab(options.endpoint);
  const now = await moveClock(lab, seconds);
  if (options.json) printJson({ schemaVersion: 1, now });
  else print(now);
  return ExitCode.Passed;
}

const answerSchema = z.union([z.object({ now: z.string() }), z.object({ error: z.string() })]);

/**
 * Moves the lab's clock by hand and returns the time it shows then, ISO 8601.
 *
 * @throws BackoutError `clock-not-moved` when the clock runs by itself, or not so far at once
 */
export async function moveClock(lab: LabStatus, nominalSeconds: number): Promise<string> {
  const response = await fetch(new URL("/_lab/clock", lab.endpoint), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advanceSeconds: nominalSeconds }),
  });
  const answer = answerSchema.parse(await response.json());
  if ("now" in answer) return answer.now;
  throw environmentError(
    "clock-not-moved",
    answer.error,
    lab.clock.manual
      ? undefined
      : `\`${commandLine("lab start --manual-clock")}\` starts such a lab`,
  );
}
