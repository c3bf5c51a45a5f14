/** What drills do differently where users are: no load of their own, a cap on their reach, a question first. */
import { createInterface } from "node:readline";
import { type Problem, refuseProblems, renderProblem, usageError } from "../base/errors.ts";
import { ownRequestsNeeded, WATCHED_BASELINE_MS } from "../drills/definition/definition.ts";
import type { ChosenFault } from "../drills/faults/fault.ts";
import { chooseFault } from "../drills/faults/registry.ts";
import { outOfReach } from "../drills/preflight/carried.ts";
import type { Schedule } from "../drills/schedule/schedule.ts";
import { DEFAULT_REQUESTS_PER_SECOND } from "./drillConnection.ts";
import type { Job } from "./drillJobs.ts";
import type { Target } from "./target.ts";

/** Fraction of users' requests that a live drill may break when nobody says how many. */
export const LIVE_SHARE = 0.5;

type Where = Pick<Target, "live" | "lab">;

/** A lab that stands in for AWS has no users either. */
export function hasUsers({ live, lab }: Where): boolean {
  return live !== undefined && lab === undefined;
}

/** Requests per second of wall time; 0: users' are watched. */
export function defaultRate(where: Where): number {
  return hasUsers(where) ? 0 : DEFAULT_REQUESTS_PER_SECOND;
}

/** The job as it is run with `rate` requests per second of its own. */
export function fitted(job: Job, rate: number, where: Where): Job {
  const { options } = job;
  const caps = options.caps ?? {};
  return {
    ...job,
    options: {
      ...(rate === 0 ? { baselineMs: WATCHED_BASELINE_MS } : {}),
      ...options,
      ...(hasUsers(where) ? { caps: { ...caps, share: caps.share ?? LIVE_SHARE } } : {}),
    },
  };
}

/** What of a fitted job cannot be done among users. */
export function userProblems({ fault, options }: Job, rate: number, where: Where): Problem[] {
  if (!hasUsers(where)) return [];
  const share = options.caps?.share ?? LIVE_SHARE;
  const problems: Problem[] = rate === 0 ? sendsNothing(fault, "--rate") : [];
  if (fault.reach.share > share) {
    problems.push({
      field: "--max-share",
      value: share,
      allowed: `at least ${fault.reach.share} of users' requests, which ${fault.name} reaches`,
      fix: "choose a weaker fault, or say so with --max-share (blastRadius.share in a definition)",
    });
  }
  return problems;
}

function sendsNothing(fault: ChosenFault, field: string): Problem[] {
  return ownRequestsNeeded(fault).map(({ fix }) => ({
    field,
    value: 0,
    allowed: "1 to 10000 requests per second of the drill's own",
    ...(fix === undefined ? {} : { fix }),
  }));
}

/** For the list of what was left out; null: nothing. */
export function reasonOf(problems: readonly Problem[]): string | null {
  return problems.length === 0 ? null : problems.map(renderProblem).join("; ");
}

/** @throws BackoutError that names every drill of the file that users' environments cannot carry */
export function refuseUnfit(file: string, schedules: readonly Schedule[], where: Where): void {
  if (!hasUsers(where)) return;
  const problems = schedules.flatMap(({ name, drills, requestsPerSecond }) =>
    drills.flatMap((drill): Problem[] => {
      const fault = chooseFault(drill.name, drill.parameters);
      const field = `${file}: drills of schedule ${name}`;
      const beyond = outOfReach(fault, "aws");
      if (beyond !== null) return [{ field, value: drill.name, allowed: beyond }];
      if (requestsPerSecond !== undefined) return [];
      return sendsNothing(fault, `${file}: rate of schedule ${name}`);
    }),
  );
  refuseProblems("the schedule file", problems);
}

interface Asking {
  readonly live?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Whether a person must type the environment's name first.
 *
 * @throws BackoutError `live-needs-yes` where nobody can be asked
 */
export function mustAsk(options: Asking, isTerminal: boolean): boolean {
  const { live, all, yes, dryRun, json } = options;
  if (!live || !all || yes || dryRun) return false;
  if (isTerminal && !json) return true;
  throw usageError(
    "live-needs-yes",
    "--all --live breaks a real environment in every way there is, and nobody can be asked here",
    "look with --dry-run first, then add --yes",
  );
}

/** @throws BackoutError `not-confirmed` for any answer but the environment's name */
export async function askName(
  environment: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<void> {
  const reader = createInterface({ input, output });
  const answer = await new Promise<string>((resolve) => {
    reader.once("close", () => resolve(""));
    reader.question(`Every drill, live. Type the environment's name to go on: `, resolve);
  });
  reader.close();
  if (answer.trim() === environment) return;
  throw usageError("not-confirmed", `that was not "${environment}": nothing was touched`);
}
