/** The arguments of a drill schedule, what is wrong with them, and what is to be known of them. */
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { BackoutError, type Problem } from "../base/errors.ts";
import { isS3, s3Place } from "../drills/journal/s3Place.ts";
import { eventBridgeNotes, eventBridgeProblems } from "../drills/schedule/eventBridge.ts";
import { fileSchema } from "../drills/schedule/fileSchema.ts";
import { parseSchedules } from "../drills/schedule/file.ts";
import type { Schedule } from "../drills/schedule/schedule.ts";
import { readText } from "../drills/yaml/document.ts";
import { checks } from "./checks.ts";

export interface DrillScheduleArgs {
  /**
   * Path of the schedule file, the one that `backout drill schedule FILE` and `backout drill next FILE`
   * take. Each of its schedules has its own times here, and each environment of it its own task.
   */
  readonly file: string;
  /**
   * Image of the runner: its entry point is the `backout` command, which the tasks give `drill run …`.
   * Write it with its version: a task takes the image that is there when it starts.
   */
  readonly image: string;
  /**
   * Where the runs are written: `s3://BUCKET/PREFIX`, or a directory inside the container. A
   * directory goes with its task: what a killed task left is then swept by nobody, so that no drill
   * runs there until somebody runs `backout drill sweep`.
   */
  readonly journal: string;
  readonly network?: DrillNetworkArgs;
  /**
   * Fargate CPU units, 256 to 16,384, in a pair with the memory that Fargate knows; the load that a drill
   * sends is what needs them. A task costs by the second, for as long as its drills last. @default 512
   */
  readonly cpu?: number;
  /** MiB, 512 to 122,880; which go with which `cpu` is in the ECS guide, "Task size". @default 1024 */
  readonly memoryMiB?: number;
}

export interface DrillNetworkArgs {
  /** @default the default VPC of the region */
  readonly vpcId?: pulumi.Input<string>;
  /** @default every subnet of the VPC */
  readonly subnetIds?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Without one the subnets need a way out to AWS's APIs and to the environments' load balancers.
   * @default true
   */
  readonly assignPublicIp?: boolean;
}

/** One schedule in one environment. */
export interface Lane {
  readonly schedule: Schedule;
  readonly environment: string;
  /** `nightly/checkout`. */
  readonly name: string;
  /** The schedule alone, as a file of its own. */
  readonly text: string;
}

export interface ReadDrillSchedule {
  readonly lanes: readonly Lane[];
  readonly problems: readonly Problem[];
  /** For a person, at preview. */
  readonly notes: readonly string[];
}

/** A role's inline policies have 10,240 characters (IAM quotas); a lane's two ARNs take up to 250. */
const MOST_LANES = 35;
/** A task definition has 64 KiB; half of it is left for everything else. */
const MOST_TEXT_BYTES = 32_768;

/** Reads the file. Whatever is wrong is in `problems`, all of it at once. */
export function readDrillSchedule(args: DrillScheduleArgs, nowMs: number): ReadDrillSchedule {
  const { problems, check, integer } = checks();
  check(/^\S+$/.test(args.image), "image", args.image, "an image's name without blanks");
  const isDirectory = /^\/\S*$/.test(args.journal);
  if (!isDirectory) problems.push(...placeProblems(args.journal));
  integer("cpu", args.cpu, 256, 16_384);
  integer("memoryMiB", args.memoryMiB, 512, 122_880);
  const read = schedulesIn(args.file, nowMs);
  if ("problems" in read)
    return { lanes: [], problems: [...problems, ...read.problems], notes: [] };
  const { schedules } = read;
  for (const schedule of schedules) {
    problems.push(
      ...eventBridgeProblems(schedule, nowMs).map(({ field, ...problem }) =>
        Object.assign(problem, { field: `${args.file}: ${field} of schedule ${schedule.name}` }),
      ),
    );
  }
  const lanes = lanesOf(schedules, read.text);
  check(
    lanes.length <= MOST_LANES,
    args.file,
    `${lanes.length} pairs of a schedule and an environment`,
    `at most ${MOST_LANES}: the role that starts their tasks can name no more`,
    "give some of them a file and a DrillSchedule of their own",
  );
  const big = lanes.find(({ text }) => Buffer.byteLength(text) > MOST_TEXT_BYTES);
  check(
    !big,
    `${args.file}: schedule ${big?.schedule.name}`,
    "",
    `at most ${MOST_TEXT_BYTES} bytes`,
  );
  const notes = schedules.flatMap((schedule) => eventBridgeNotes(schedule, nowMs));
  if (isDirectory) {
    notes.push(
      `the journal ${args.journal} goes with its task unless the image mounts it from elsewhere: ` +
        "s3://BUCKET/PREFIX stays",
    );
  }
  return { lanes, problems, notes };
}

function placeProblems(journal: string): readonly Problem[] {
  const allowed =
    "s3://BUCKET/PREFIX, or the path of a directory inside the container that begins with /";
  if (!isS3(journal)) return [{ field: "journal", value: journal, allowed }];
  try {
    s3Place(journal);
    return [];
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    return error.problems.map((problem) => Object.assign({}, problem, { field: "journal" }));
  }
}

function schedulesIn(
  file: string,
  nowMs: number,
):
  | { readonly schedules: readonly Schedule[]; readonly text: string }
  | { readonly problems: readonly Problem[] } {
  try {
    const fix = "give the path of a YAML file of schedules";
    const text = readText(file, "the schedule file", "no-schedule-file", fix);
    return { schedules: parseSchedules(text, file, nowMs), text };
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    if (error.problems.length > 0) return { problems: error.problems };
    return { problems: [{ field: "file", value: file, allowed: error.message }] };
  }
}

function lanesOf(schedules: readonly Schedule[], text: string): readonly Lane[] {
  const { version, defaults, schedules: raw } = fileSchema.parse(parse(text));
  return schedules.flatMap((schedule, index) =>
    schedule.environments.map((environment) => ({
      schedule,
      environment,
      name: `${schedule.name}/${environment}`,
      // JSON is YAML, and this has the same bytes whatever is changed beside it in the file.
      text: JSON.stringify({ version, ...(defaults && { defaults }), schedules: [raw[index]] }),
    })),
  );
}
