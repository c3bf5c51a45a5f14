/** `backout lab fault`: faults of AWS itself in a running lab. */
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { parseDuration } from "../base/duration.ts";
import { environmentError, type Problem, refuseProblems, usageError } from "../base/errors.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { type ApiFault, apiFaultSchema } from "./runningLab.ts";
import { findLab } from "./target.ts";

interface CommonOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

interface AddOptions extends CommonOptions {
  readonly service?: string;
  readonly operation?: string;
  readonly role?: string;
  readonly probability?: number;
  /** Nominal milliseconds. */
  readonly for?: number;
  /** Wall milliseconds. */
  readonly latency?: number;
  /** Nominal milliseconds. */
  readonly lag?: number;
  readonly phase?: string;
  readonly seed?: number;
}

const KINDS = `
Kinds:
  throttle         the service's own throttling error; nothing is done
  internal-error   the service's own error 500
  unavailable      the service's own error 503 (CloudWatch Logs: 500)
  latency          calls take --latency longer
  disconnect       the connection ends without an answer
  stale-read       reads may be as they were up to --lag ago, if they were made before and a write
                   to the service came in between; never DynamoDB's consistent reads

Examples:
  ${commandLine("lab fault add throttle --service elasticloadbalancing --role checkout-guard --for 2m")}
  ${commandLine("lab fault add disconnect --operation ModifyListener --phase after")}
  ${commandLine("lab fault add stale-read --service dynamodb --lag 3s --probability 0.3")}`;

export function faultCommand(finish: (code: ExitCode) => void): Command {
  const fault = new Command("fault").description("faults of AWS itself, for drills");
  withOptions(
    fault
      .command("add")
      .description("from now on, let calls fail, wait, or be answered with what was")
      .argument("<kind>", "what happens to the calls, see below"),
    [
      new Option("--service <name>", "such as elasticloadbalancing, cloudwatch or *").default("*"),
      new Option("--operation <name>", "such as ModifyListener; * and ? are wildcards").default(
        "*",
      ),
      new Option("--role <name>", "only calls of this role; without it, calls of everybody"),
      new Option("--probability <p>", "share of calls, above 0 up to 1")
        .default(1)
        .argParser(numberOf),
      new Option("--for <duration>", "nominal time that it lasts, such as 90s").argParser(
        durationMs,
      ),
      new Option("--latency <duration>", "wall time, as it is work: no clock scales it").argParser(
        durationMs,
      ),
      new Option("--lag <duration>", "nominal time, such as 3s").argParser(durationMs),
      new Option("--phase <when>", "before the operation, or after it: done, and its answer lost"),
      new Option("--seed <n>", "of the draws: the same calls meet the same fate")
        .default(1)
        .argParser(numberOf),
      endpointOption(),
      jsonOption(),
    ],
  )
    .addHelpText("after", KINDS)
    .action(async (kind: string, options: AddOptions) => finish(await add(kind, options)));
  withOptions(fault.command("list").description("the active ones, and what they did so far"), [
    endpointOption(),
    jsonOption(),
  ]).action(async (options: CommonOptions) => finish(await list(options)));
  withOptions(
    fault
      .command("clear")
      .description("end one, or all of them")
      .argument("[id]", "such as fault-1"),
    [endpointOption(), jsonOption()],
  ).action(async (id: string | undefined, options: CommonOptions) =>
    finish(await clear(id, options)),
  );
  return fault;
}

async function add(kind: string, options: AddOptions): Promise<ExitCode> {
  const { service, operation, role, probability, phase, seed } = options;
  const lab = await findLab(options.endpoint);
  const { status, answer } = await ask(lab.endpoint, "POST", "/_lab/faults", {
    kind,
    service,
    operation,
    role,
    probability,
    phase,
    seed,
    durationSeconds: seconds(options.for),
    latencyMs: options.latency,
    lagSeconds: seconds(options.lag),
  });
  if (status === 400) refuseProblems("the fault", problemsSchema.parse(answer).map(inOptions));
  const { fault } = z.object({ fault: apiFaultSchema }).parse(answer);
  if (options.json) printJson({ schemaVersion: 1, fault });
  else print(describeFault(fault));
  return ExitCode.Passed;
}

async function list(options: CommonOptions): Promise<ExitCode> {
  const { faults } = await findLab(options.endpoint);
  if (options.json) printJson({ schemaVersion: 1, faults });
  else if (faults.length === 0) print("AWS works as it should: no fault is active.");
  else for (const fault of faults) print(describeFault(fault));
  return ExitCode.Passed;
}

async function clear(id: string | undefined, options: CommonOptions): Promise<ExitCode> {
  const lab = await findLab(options.endpoint);
  const path = `/_lab/faults${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
  const { status, answer } = await ask(lab.endpoint, "DELETE", path);
  if (status === 404) {
    throw usageError(
      "unknown-fault",
      `no active fault has the id "${id}"`,
      `\`${commandLine("lab fault list")}\` shows the active ones; those whose time is over are gone`,
    );
  }
  const { cleared } = z.object({ cleared: z.array(apiFaultSchema) }).parse(answer);
  if (options.json) printJson({ schemaVersion: 1, cleared });
  else
    print(`cleared ${cleared.map((fault) => fault.id).join(", ") || "nothing: none was active"}`);
  return ExitCode.Passed;
}

async function ask(
  endpoint: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  try {
    const response = await fetch(new URL(path, endpoint), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: await response.json() };
  } catch (error) {
    throw environmentError("lab-silent", `the lab at ${endpoint} did not answer`, undefined, error);
  }
}

/** One line: what it does to which calls, until when, and what it did so far. */
export function describeFault(fault: ApiFault): string {
  const calls = fault.operation === "*" ? "every operation" : fault.operation;
  const whose = fault.role === undefined ? "" : ` by role ${fault.role}`;
  const details = [
    fault.latencyMs === undefined ? "" : `${fault.latencyMs} ms`,
    fault.lagSeconds === undefined ? "" : `lag ${fault.lagSeconds} s`,
    fault.phase === undefined ? "" : `${fault.phase} the operation`,
    fault.probability === 1 ? "" : `${fault.probability * 100} % of calls`,
    fault.endsAt === null ? "until cleared" : `until ${fault.endsAt}`,
  ].filter((detail) => detail !== "");
  const where = fault.service === "*" ? "every service" : fault.service;
  return (
    `${fault.id}: ${fault.kind} of ${calls} of ${where}${whose} (${details.join(", ")}); ` +
    `struck ${fault.struck} of ${fault.calls} calls`
  );
}

const problemsSchema = z
  .object({
    problems: z.array(
      z.object({ field: z.string(), value: z.unknown().optional(), allowed: z.string() }),
    ),
  })
  // JSON has no undefined: a missing value is a missing member.
  .transform(({ problems }) => problems.map(({ value, ...rest }) => ({ ...rest, value })));

const OPTION_OF: Readonly<Record<string, string>> = {
  kind: "<kind>",
  durationSeconds: "--for",
  latencyMs: "--latency",
  lagSeconds: "--lag",
};

function inOptions(problem: Problem): Problem {
  return { ...problem, field: OPTION_OF[problem.field] ?? `--${problem.field}` };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("allowed: a number and ms, s, m or h, such as 500ms or 90s.");
}

function numberOf(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("allowed: a number.");
}
