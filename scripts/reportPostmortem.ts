/** `backout report postmortem`: a blameless draft of a drill's run or of a real reversion, and the runbook's update. */
import { readFileSync, statSync } from "node:fs";
import { Command } from "commander";
import { parseDuration } from "../base/duration.ts";
import {
  BackoutError,
  messageOf,
  type Problem,
  refuseProblems,
  usageError,
} from "../base/errors.ts";
import { DEFAULT_OBJECTIVE, type Objective } from "../drills/report/postmortem/budget.ts";
import { findRun, UNKNOWN_RUN } from "../drills/report/postmortem/findRun.ts";
import type { Incident } from "../drills/report/postmortem/incident.ts";
import { reversionIncident } from "../drills/report/postmortem/ofReversion.ts";
import { runIncident } from "../drills/report/postmortem/ofRun.ts";
import { renderPostmortem } from "../drills/report/postmortem/render.ts";
import { updatedRunbook } from "../drills/report/postmortem/runbook.ts";
import { unifiedDiff } from "../drills/report/postmortem/unifiedDiff.ts";
import { atJournal } from "./journalPlace.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, printJson } from "./output.ts";
import { writeFiles } from "./outputFiles.ts";
import { defaultJournalDirectory } from "./paths.ts";
import { askedFiles, type FileOptions, refuseOutput } from "./reportFiles.ts";
import { lookAtReversion } from "./reversionSight.ts";
import { resolveTarget } from "./target.ts";

interface PostmortemOptions extends LiveOptions, FileOptions {
  readonly journal?: string;
  readonly environment?: string;
  readonly out?: string;
  readonly runbook?: string;
  readonly slo?: string;
  readonly window?: string;
  readonly json?: boolean;
}

const HELP = `
ID is a drill's run, as \`backout report\` and \`drill run --json\` name it, or "latest". With
--environment it is a real reversion in that environment's record: its own id (latch.reversionId of
\`env status --json\`), the release that it left (\`env releases\`), or "latest".
With --journal as well, a run of that environment is looked for first.

The draft goes to stdout, or to FILE with --out; then stdout holds only the runbook's diff, such as
  backout report postmortem ID --out draft.md --runbook runbook.md | patch runbook.md
The diff puts one section between its markers, or at the end. The runbook itself is only read.

Without --slo and --window 99.9 % over 30d is assumed, and the draft says so. The same journal gives
the same bytes. Exit code 1: the journal is not as it was written.`;

export function postmortemCommand(finish: (code: ExitCode) => void): Command {
  const postmortem = new Command("postmortem")
    .description("a blameless draft, in Markdown, of a drill's run or a real reversion")
    .argument("<id>", 'a run, or with --environment a reversion; "latest" is the newest')
    .option("--journal <dir>", "a directory or s3://bucket/prefix (default: this project's)")
    .option(
      "--environment <name>",
      "a real reversion of this environment (with --journal: a drill there, first)",
    )
    .option("--out <file>", "write the draft there")
    .option("--runbook <file>", "show its update as a unified diff; it is never written")
    .option("--slo <percent>", "requests that have to be good, above 0, below 100")
    .option("--window <duration>", "of the error budget, such as 30d");
  return withOptions(postmortem, liveOptions())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action(async (id: string, _: PostmortemOptions, command: Command) =>
      finish(await write(id, command.optsWithGlobals<PostmortemOptions>())),
    );
}

async function write(id: string, options: PostmortemOptions): Promise<ExitCode> {
  const objective = objectiveOf(options);
  refuseFiles(options);
  const runbook = options.runbook === undefined ? undefined : readRunbook(options.runbook);
  const { incident, isSound } = await incidentOf(id, options);
  const update = runbook === undefined ? undefined : updateOf(incident, options.runbook, runbook);
  const draft = renderPostmortem({ incident, objective }, update);
  if (options.out !== undefined) writeFiles([{ path: options.out, text: draft }]);
  for (const warning of incident.warnings) diagnose(warning);
  if (update === undefined && runbook !== undefined) {
    diagnose("the runbook stays as it is: this run rehearsed nothing");
  }
  if (options.json) {
    const diff = update ?? null;
    printJson({ schemaVersion: 1, incident, objective, runbookDiff: diff, markdown: draft });
  } else if (options.out === undefined) {
    process.stdout.write(draft);
  } else {
    process.stdout.write(update ?? "");
    diagnose(`written: ${options.out}`);
  }
  return isSound ? ExitCode.Passed : ExitCode.Failed;
}

interface Told {
  readonly incident: Incident;
  readonly isSound: boolean;
}

async function incidentOf(id: string, options: PostmortemOptions): Promise<Told> {
  const { environment, journal } = options;
  if (environment === undefined) return ofRun(id, options);
  if (journal === undefined) return ofReversion(id, environment, options);
  try {
    return await ofRun(id, options);
  } catch (error) {
    if (!(error instanceof BackoutError) || error.code !== UNKNOWN_RUN) throw error;
    return ofReversion(id, environment, options);
  }
}

function ofRun(id: string, options: PostmortemOptions): Promise<Told> {
  return atJournal(options, ({ journal = defaultJournalDirectory(), environment }) => {
    if (options.out !== undefined) refuseOutput(options.out, journal);
    const found = findRun(journal, id, environment);
    const incident = runIncident(found.run, found.journal, found.rehearsed);
    return { incident, isSound: found.journal.problems.length === 0 };
  });
}

async function ofReversion(
  id: string,
  environment: string,
  options: PostmortemOptions,
): Promise<Told> {
  const sight = await lookAtReversion(await resolveTarget(options), environment, id);
  return { incident: reversionIncident(sight), isSound: true };
}

/** Undefined where the record is no ground for an update. */
function updateOf({ runbook: section }: Incident, path = "", text: string): string | undefined {
  return section ? unifiedDiff(path, text, updatedRunbook(text, section)) : undefined;
}

/** @throws BackoutError `runbook-not-read` */
function readRunbook(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw usageError(
      "runbook-not-read",
      `--runbook: ${path} cannot be read: ${messageOf(error)}`,
      "name a Markdown file that is there; an empty one will do",
    );
  }
}

/** @throws BackoutError `one-file` or `postmortem-writes-markdown` */
function refuseFiles(options: PostmortemOptions): void {
  const { out, runbook } = options;
  const [form] = askedFiles(options);
  if (form !== undefined) {
    throw usageError(
      "postmortem-writes-markdown",
      `\`report postmortem\` writes Markdown only, and --${form} was given`,
      "leave it out; --out FILE names the draft's file",
    );
  }
  if (out === undefined || runbook === undefined) return;
  const [one, other] = [out, runbook].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (one && other && one.ino === other.ino && one.dev === other.dev) {
    throw usageError("one-file", `--out and --runbook both name ${out}`, "name two files");
  }
}

/** A hundred years. */
const MOST_MS = 36_525 * 86_400_000;

/** @throws BackoutError `bad-input` that names every option that is wrong */
function objectiveOf({ slo, window }: PostmortemOptions): Objective {
  const problems: Problem[] = [];
  const percent = slo === undefined ? DEFAULT_OBJECTIVE.percent : Number(slo.trim() || Number.NaN);
  if (!(percent > 0 && percent < 100)) {
    problems.push({
      field: "--slo",
      value: slo,
      allowed: "percent above 0, below 100, such as 99.9",
    });
  }
  const windowMs = window === undefined ? DEFAULT_OBJECTIVE.windowMs : (parseDuration(window) ?? 0);
  if (!(windowMs > 0 && windowMs <= MOST_MS)) {
    const allowed = "a number with ms, s, m, h or d, such as 30d, above 0";
    problems.push({ field: "--window", value: window, allowed });
  }
  refuseProblems("the post-mortem's options", problems);
  const assumed = (["--slo", "--window"] as const).filter((name) =>
    name === "--slo" ? slo === undefined : window === undefined,
  );
  return { percent, windowMs, assumed };
}
