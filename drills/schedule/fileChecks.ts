/** A schedule out of its raw members and the file's defaults, and what these members say of each other. Pure. */
import { parseDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import { parseCron } from "./cron.ts";
import {
  defaultsSchema,
  type RawDefaults,
  type RawSchedule,
  scheduleSchema,
} from "./fileSchema.ts";
import { shortestInterval } from "./interval.ts";
import { Gap, Overlap } from "./occurrences.ts";
import { Concurrency, type LowTraffic, type Schedule } from "./schedule.ts";
import { upcoming } from "./upcoming.ts";
import { parseDates, parseWindow, type Window } from "./windows.ts";

const DEFAULT_DEADLINE_MS = 600_000;

/** A problem and the member of its schedule that it lies in. */
export interface MemberProblem extends Problem {
  readonly path: readonly (string | number)[];
}

type Members = Partial<RawSchedule>;

/** The members of a raw schedule that are right by themselves: others have been named already. */
export function soundMembers(raw: unknown): Members {
  return pickSound(raw, scheduleSchema);
}

export function soundDefaults(raw: unknown): RawDefaults {
  return pickSound(raw, defaultsSchema);
}

function pickSound(
  raw: unknown,
  { shape }: typeof scheduleSchema | typeof defaultsSchema,
): Members {
  if (typeof raw !== "object" || raw === null) return {};
  const sound = Object.entries(raw).flatMap(([key, value]) => {
    const schema = Object.entries(shape).find(([member]) => member === key)?.[1];
    const parsed = schema?.safeParse(value);
    return parsed?.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(sound);
}

/** A schedule's own windows stand in the place of all of the defaults', of whichever kind. */
export function withDefaults(own: Members, defaults: RawDefaults): Members {
  const { allowed, blocked, ...others } = defaults;
  const ownWindows = own.allowed !== undefined || own.blocked !== undefined;
  return {
    ...others,
    ...(ownWindows || allowed === undefined ? {} : { allowed }),
    ...(ownWindows || blocked === undefined ? {} : { blocked }),
    ...own,
  };
}

/** What sound members say against each other. */
export function memberProblems(members: Members, nowMs: number): MemberProblem[] {
  const problems = [...windowProblems(members), ...spanProblems(members)];
  const environments = members.environments ?? [];
  environments.forEach((environment, index) => {
    if (environments.indexOf(environment) === index) return;
    problems.push({
      path: ["environments", index],
      field: "",
      value: environment,
      allowed: "each environment once",
    });
  });
  if (problems.length > 0 || members.cron === undefined) return problems;
  return firesInWindows({ ...members, cron: members.cron }, nowMs);
}

function windowProblems({ allowed, blocked }: Members): MemberProblem[] {
  if (!allowed || !blocked) return [];
  return [
    {
      path: ["blocked"],
      field: "",
      value: blocked,
      allowed: "either allowed or blocked windows, not both",
      fix: "leave one of them out",
    },
  ];
}

function spanProblems({ cron: text, jitter, startDeadline }: Members): MemberProblem[] {
  const cron = text === undefined ? undefined : parseCron(text, "").cron;
  if (!cron) return [];
  const intervalMs = shortestInterval(cron);
  const jitterMs = spanOf(jitter);
  const between = `two fires of "${cron.text}" can be only ${intervalMs / 60_000} min apart`;
  if (jitterMs >= intervalMs) {
    return [
      {
        path: ["jitter"],
        field: "",
        value: jitter,
        allowed: "shorter than the interval",
        fix: between,
      },
    ];
  }
  if (spanOf(startDeadline) <= intervalMs - jitterMs) return [];
  const allowed =
    jitterMs > 0
      ? "with the jitter, no longer than the interval"
      : "no longer than the interval between two fires";
  return [{ path: ["startDeadline"], field: "", value: startDeadline, allowed, fix: between }];
}

/** Occurrences looked at for one that its windows let through, and how far ahead. */
const LOOKED_AT = 2_000;
const LOOK_AHEAD_MS = 5 * 366 * 86_400_000;

function firesInWindows(
  members: Members & { readonly cron: string },
  nowMs: number,
): MemberProblem[] {
  const schedule = buildSchedule({ name: "any", environments: [], drills: [], ...members });
  let looked = 0;
  let refusal = "the clocks of its zone never show that time";
  for (const due of upcoming({ ...schedule, paused: false }, nowMs)) {
    if (due.refusal === null) return [];
    refusal = due.refusal.detail;
    if (++looked >= LOOKED_AT || due.dueMs > nowMs + LOOK_AHEAD_MS) break;
  }
  return [
    {
      path: ["cron"],
      field: "",
      value: members.cron,
      allowed: "an expression of which some fire may start",
      fix: `none of the next may: ${refusal}`,
    },
  ];
}

/** @param raw sound, with the file's defaults filled in */
export function buildSchedule(
  raw: Members & Pick<RawSchedule, "name" | "environments" | "drills" | "cron">,
): Schedule {
  const { cron } = parseCron(raw.cron, "cron");
  if (!cron) throw new Error(`not a cron expression: ${raw.cron}`);
  const jitterMs = spanOf(raw.jitter);
  const longestDeadlineMs = shortestInterval(cron) - jitterMs;
  const { allowed, blocked } = raw;
  const windows = allowed ?? blocked;
  return {
    name: raw.name,
    environments: raw.environments,
    drills: raw.drills.map((drill) =>
      typeof drill === "string"
        ? { name: drill, parameters: {} }
        : { name: drill.name, parameters: drill.set },
    ),
    timing: {
      cron,
      zone: raw.zone ?? "UTC",
      gap: raw.gap ?? Gap.Skip,
      overlap: raw.overlap ?? Overlap.Once,
    },
    windows: windows
      ? { kind: allowed ? "allowed" : "blocked", list: windows.flatMap(windowOf) }
      : null,
    blockedDates: (raw.blockedDates ?? []).flatMap((text) => parseDates(text) ?? []),
    jitterMs,
    startDeadlineMs:
      raw.startDeadline === undefined
        ? Math.min(DEFAULT_DEADLINE_MS, longestDeadlineMs)
        : spanOf(raw.startDeadline),
    concurrency: raw.concurrency ?? Concurrency.Forbid,
    paused: raw.paused ?? false,
    minimumRestMs: spanOf(raw.minimumRest),
    lowTraffic: raw.lowTraffic ? lowTrafficOf(raw.lowTraffic) : null,
    blockingAlarms: raw.blockingAlarms ?? [],
    requestsPerSecond: raw.rate,
  };
}

function windowOf(raw: NonNullable<RawSchedule["allowed"]>[number]): Window[] {
  const window = typeof raw === "string" ? parseWindow(raw) : parseWindow(raw.time, raw.days);
  return window ? [window] : [];
}

function lowTrafficOf({ period, ...gate }: NonNullable<RawSchedule["lowTraffic"]>): LowTraffic {
  return { ...gate, periodSeconds: spanOf(period) / 1000 };
}

function spanOf(text: string | undefined): number {
  return text === undefined ? 0 : (parseDuration(text) ?? 0);
}
