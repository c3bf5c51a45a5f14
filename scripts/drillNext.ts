/** `backout drill next`: when drills will start, and why one that could be expected will not. */
import { Command } from "commander";
import { z } from "zod";
import { type Problem, refuseProblems, usageError } from "../base/errors.ts";
import { isZone, UTC } from "../base/zone.ts";
import { parseCron } from "../drills/schedule/cron.ts";
import { readSchedules } from "../drills/schedule/file.ts";
import { ZONE_ALLOWED } from "../drills/schedule/fileSchema.ts";
import { Gap, type Occurrence, occurrences, Overlap } from "../drills/schedule/occurrences.ts";
import { preview, type PreviewedFire, type PreviewedSkip } from "../drills/schedule/preview.ts";
import { localStamp, utcStamp, wallStamp } from "../drills/schedule/stamps.ts";
import { type Due, MissedReason } from "../drills/schedule/upcoming.ts";
import { jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";

interface NextOptions {
  readonly count: string;
  readonly from?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly gap?: string;
  readonly overlap?: string;
  readonly json?: boolean;
}

const MOST = 1_000;
const EARLIEST_MS = Date.UTC(1600, 0, 1);

const HELP = `
Of FILE, or of one expression:
  ${commandLine("drill next nightly.yaml --count 10")}
  ${commandLine('drill next --cron "30 2 * * *" --zone America/New_York --gap skip --overlap once')}

Expressions: minute, hour, day of month, month, day of week; names (JAN, MON), ranges, lists, steps
(*/15, 10-50/10); L, LW and 15W as days of the month, FRIL and MON#2 as days of the week; @hourly,
@daily, @weekly, @monthly, @yearly. With both a day of month and a day of week, either is enough.
No seconds and no years.

Daylight saving: a local time that the clocks skip is left out (--gap skip) or fires at the first
instant after the gap (next). One that they repeat fires at its first instant (--overlap once) or at
both (twice).

Fires come strictly after --from: one that falls on that very instant is not among them. The search
ends with the year 9999, or after 400 years without a fire, as the calendar then begins anew.`;

export function nextCommand(finish: (code: ExitCode) => void): Command {
  const next = new Command("next")
    .description("when the next drills start, with zone offsets, and why others are skipped")
    .argument("[file]", "a schedule file (YAML)")
    .option("--count <n>", `how many, 1 to ${MOST}`, "10")
    .option("--from <instant>", "strictly after this, such as 2025-03-08T00:00:00Z (default: now)")
    .option("--cron <expression>", "in the place of FILE: five fields in quotes")
    .option("--zone <name>", `with --cron: an IANA time zone (default: ${UTC})`)
    .option("--gap <policy>", "with --cron: skip or next (default: skip)")
    .option("--overlap <policy>", "with --cron: once or twice (default: once)")
    .addHelpText("after", HELP);
  return withOptions(next, [jsonOption()]).action(
    (file: string | undefined, options: NextOptions) =>
      finish(file === undefined ? ofExpression(options) : ofFile(file, options)),
  );
}

/** Zod says which dates there are; an offset or Z is a must, as a schedule's day begins by its zone. */
const instant = z.iso.datetime({ offset: true });

interface Range {
  readonly count: number;
  readonly fromMs: number;
}

function rangeOf({ count, from }: NextOptions, problems: Problem[]): Range {
  const fires = /^\d{1,4}$/.test(count) ? Number(count) : 0;
  if (fires < 1 || fires > MOST) {
    problems.push({ field: "--count", value: count, allowed: `a whole number from 1 to ${MOST}` });
  }
  if (from === undefined) return { count: fires, fromMs: Date.now() };
  const fromMs = instant.safeParse(from).success ? Date.parse(from) : Number.NaN;
  if (!(fromMs >= EARLIEST_MS)) {
    const allowed =
      "an instant of the years 1600 to 9999 with Z or an offset: 2025-03-08T00:00:00Z, " +
      "2025-03-08T00:00:00-05:00";
    problems.push({ field: "--from", value: from, allowed });
  }
  return { count: fires, fromMs };
}

function ofExpression(options: NextOptions): ExitCode {
  const { cron: text, zone = UTC, gap = Gap.Skip, overlap = Overlap.Once } = options;
  if (text === undefined) {
    throw usageError(
      "nothing-to-preview",
      "neither FILE nor --cron is given",
      `\`${commandLine("drill next nightly.yaml")}\`, or --cron "30 2 * * *" --zone America/New_York`,
    );
  }
  const problems: Problem[] = [];
  const { count, fromMs } = rangeOf(options, problems);
  const { cron, problems: cronProblems } = parseCron(text, "--cron");
  problems.push(...cronProblems);
  if (!isZone(zone)) problems.push({ field: "--zone", value: zone, allowed: ZONE_ALLOWED });
  const gapPolicy = policyOf(Gap, "--gap", gap, problems);
  const overlapPolicy = policyOf(Overlap, "--overlap", overlap, problems);
  refuseProblems("this preview", problems);
  if (!cron || !gapPolicy || !overlapPolicy) return ExitCode.Usage;
  const timing = { cron, zone, gap: gapPolicy, overlap: overlapPolicy };
  const found = take(occurrences(timing, fromMs), count);
  const fires = found.filter(({ skipped }) => skipped === null);
  if (fires.length === 0) throw neverFires(text, zone, fromMs, found[0]);
  const say = options.json ? diagnose : print;
  for (const occurrence of found) {
    if (occurrence.skipped !== null) say(skipLine(occurrence, zone));
    else if (!options.json)
      print(`${localStamp(occurrence.atMs, zone)}  ${utcStamp(occurrence.atMs)}`);
  }
  if (fires.length < count) say(`there is no further fire: ${fires.length} of ${count}`);
  if (options.json) {
    printJson({
      schemaVersion: 1,
      fires: fires.map(({ atMs }) => ({ utc: utcStamp(atMs), local: localStamp(atMs, zone) })),
    });
  }
  return ExitCode.Passed;
}

function policyOf<T extends string>(
  values: Readonly<Record<string, T>>,
  field: string,
  value: string,
  problems: Problem[],
): T | undefined {
  const found = Object.values(values).find((one) => one === value);
  if (found === undefined) {
    problems.push({ field, value, allowed: Object.values(values).join(" or ") });
  }
  return found;
}

/** Up to and with the fire number `count`; skips that would fill the memory are cut at a thousand. */
function take(all: Iterable<Occurrence>, count: number): Occurrence[] {
  const taken: Occurrence[] = [];
  let fires = 0;
  for (const occurrence of all) {
    if (occurrence.skipped === null) fires++;
    else if (taken.length - fires > MOST) continue;
    taken.push(occurrence);
    if (fires === count) break;
  }
  return taken;
}

function neverFires(
  text: string,
  zone: string,
  fromMs: number,
  skip: Occurrence | undefined,
): Error {
  const why = skip
    ? `the clocks of ${zone} skip every time that it names, such as ${wallStamp(skip.wallMs)}`
    : "the search ends with the year 9999";
  return usageError(
    "never-fires",
    `--cron: "${text}" never fires in ${zone} after ${utcStamp(fromMs)}: ${why}`,
    skip ? "name another time, or give --gap next" : "give an earlier --from",
  );
}

function skipLine({ skipped, wallMs, atMs }: Occurrence, zone: string): string {
  return skipped === "gap"
    ? `skipped  ${wallStamp(wallMs)}: the clocks skip it (--gap skip)`
    : `skipped  ${localStamp(atMs, zone)}: the clocks show it for the second time (--overlap once)`;
}

function ofFile(file: string, options: NextOptions): ExitCode {
  const problems: Problem[] = [];
  const ofCron = ["cron", "zone", "gap", "overlap"] as const;
  for (const name of ofCron) {
    if (options[name] === undefined) continue;
    const fix = "leave it out: the file says it";
    problems.push({ field: `--${name}`, value: options[name], allowed: "without FILE only", fix });
  }
  const { count, fromMs } = rangeOf(options, problems);
  refuseProblems("this preview", problems);
  const { fires, skipped } = preview(readSchedules(file, fromMs), fromMs, count);
  if (options.json) {
    printJson({ schemaVersion: 1, fires: fires.map(fireJson), skipped: skipped.map(skipJson) });
    return ExitCode.Passed;
  }
  const lines = [
    ...fires.map((fire) => ({ atMs: fire.due.startMs, text: fireText(fire) })),
    ...skipped.map((skip) => ({ atMs: skip.due.startMs, text: skipText(skip) })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { text } of lines) print(text);
  if (fires.length < count) print(`no further fire in sight: ${fires.length} of ${count}`);
  return ExitCode.Passed;
}

function fireJson({ schedule, due }: PreviewedFire): object {
  return {
    utc: utcStamp(due.startMs),
    local: localStamp(due.startMs, schedule.timing.zone),
    schedule: schedule.name,
    environments: schedule.environments,
    drills: schedule.drills.map(({ name }) => name),
    jitterSeconds: (due.startMs - due.dueMs) / 1000,
  };
}

function skipJson({ schedule, due, last, times }: PreviewedSkip): object {
  const { zone } = schedule.timing;
  return {
    schedule: schedule.name,
    reason: due.refusal?.reason,
    detail: due.refusal?.detail,
    local: shownLocal(due, zone),
    times,
    lastLocal: shownLocal(last, zone),
  };
}

/** What the clocks skip has no offset. */
function shownLocal(due: Due, zone: string): string {
  const inGap = due.refusal?.reason === MissedReason.Gap;
  return inGap ? wallStamp(due.wallMs) : localStamp(due.startMs, zone);
}

function fireText({ schedule, due }: PreviewedFire): string {
  const { name, timing, environments, drills } = schedule;
  const what = `${environments.join(", ")}: ${drills.map((drill) => drill.name).join(", ")}`;
  return `${localStamp(due.startMs, timing.zone)}  ${utcStamp(due.startMs)}  ${name}  ${what}`;
}

function skipText({ schedule, due, last, times }: PreviewedSkip): string {
  const { zone } = schedule.timing;
  const until = times > 1 ? ` to ${shownLocal(last, zone)} (${times} times)` : "";
  return `${shownLocal(due, zone)}${until}  skipped  ${schedule.name}: ${due.refusal?.detail}`;
}
