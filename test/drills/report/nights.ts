/**
 * A journal as nightly drills would leave it: seeded, lognormal recoveries over several environments,
 * faults and releases, with runs that never recovered, found the wrong thing, or never began.
 */
import { ManualClock } from "../../../base/clock.ts";
import { openJournal } from "../../../drills/journal/journal.ts";
import {
  chainLine,
  GENESIS_HASH,
  journalEntrySchema,
} from "../../../drills/journal/journalEntry.ts";
import type { JournalReading } from "../../../drills/journal/journalVerify.ts";
import type { DrillRecord, TimelineEvent } from "../../../drills/verdict/record.ts";
import type { JournalSample } from "../../../drills/watch/samples.ts";

export interface Nights {
  readonly runs: number;
  readonly seed: number;
  /** Of the newest run. */
  readonly until: string;
  /** Runs with samples to draw, counted from the newest. @default 3 */
  readonly sampled?: number;
}

export interface NightEntry {
  readonly atMs: number;
  readonly runId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const HOUR = 3_600_000;

/** What is drilled in turn, and how it goes: the median of detection, how far it spreads, what may fail. */
const DRILLS = [
  drill("checkout-production", "bad-release-errors", 62_000, 0.22),
  drill("checkout-production", "bad-release-latency", 95_000, 0.3, { failing: 0.06 }),
  drill("checkout-production", "guard-permission", 150_000, 0.18, { path: "watchdog" }),
  drill("checkout-staging", "bad-release-errors", 60_000, 0.25),
  drill("checkout-staging", "bad-release-crash", 48_000, 0.35, { failing: 0.04 }),
  drill("search-staging", "bad-release-errors", 8_000, 0.5, { path: "sentinel", fast: true }),
  drill("search-staging", "kill-tasks", 70_000, 0.4, { failing: 0.12, fidelity: "infrastructure" }),
] as const;

interface NightDrill {
  readonly environment: string;
  readonly fault: string;
  readonly detectMs: number;
  readonly sigma: number;
  readonly failing: number;
  readonly path: DrillRecord["path"];
  readonly fidelity: DrillRecord["fidelity"];
  /** Its detection is no alarm's, whose floors do not bind it. */
  readonly fast: boolean;
}

function drill(
  environment: string,
  fault: string,
  detectMs: number,
  sigma: number,
  rest: Partial<NightDrill> = {},
): NightDrill {
  const fidelity = fault.startsWith("guard") ? "guard" : "release";
  const usual = { failing: 0.01, path: "primary", fidelity, fast: false } as const;
  return { environment, fault, detectMs, sigma, ...usual, ...rest };
}

/** The entries of `runs` drills, oldest first. The same numbers give the same entries. */
export function* nightEntries({ runs, seed, until, sampled = 3 }: Nights): Generator<NightEntry> {
  const random = randomOf(seed);
  // A handful is a night; of many there are as many a night as make two years.
  const apartMs = Math.max(1, Math.min(24 / DRILLS.length, (2 * 365 * 24) / runs)) * HOUR;
  const untilMs = Date.parse(until);
  for (let index = 0; index < runs; index++) {
    const startMs = Math.round(untilMs - (runs - 1 - index) * apartMs);
    const chosen = DRILLS[index % DRILLS.length] ?? DRILLS[0];
    const release = `2026.${1 + Math.floor((index / runs) * Math.min(6, Math.ceil(runs / 40)))}`;
    yield* oneRun(chosen, { index, startMs, release, random, isSampled: index >= runs - sampled });
  }
}

interface Night {
  readonly index: number;
  readonly startMs: number;
  readonly release: string;
  readonly random: () => number;
  readonly isSampled: boolean;
}

function* oneRun(chosen: NightDrill, night: Night): Generator<NightEntry> {
  const { startMs, random, release } = night;
  const id = `night-${String(night.index).padStart(5, "0")}`;
  const entry = (atMs: number, type: string, data: Record<string, unknown>): NightEntry => ({
    atMs,
    runId: id,
    type,
    data,
  });
  yield entry(startMs, "run.started", {
    environment: chosen.environment,
    drill: chosen.fault,
    parameters: chosen.fault === "bad-release-errors" ? { share: 0.3, status: 500 } : {},
    clock: { speed: 1 },
  });
  yield entry(startMs + 1_000, "traffic.intent", {
    environment: chosen.environment,
    candidate: "green",
    release,
  });
  const luck = random();
  const parts = {
    detect: Math.round(chosen.detectMs * Math.exp(chosen.sigma * normal(random))),
    decide: Math.round(400 * Math.exp(0.3 * normal(random))),
    revert: Math.round(150 * Math.exp(0.3 * normal(random))),
    recover: Math.round(900 * Math.exp(0.6 * normal(random))),
  };
  const outcome =
    luck < chosen.failing ? "stuck" : luck < chosen.failing + 0.01 ? "not-run" : "reverted";
  const record = recordOf({ id, chosen, startMs, parts, outcome });
  if (night.isSampled) {
    for (const sample of samplesOf(record, startMs)) {
      yield entry(Date.parse(sample.at), "sample", { sample });
    }
  }
  yield entry(startMs + 600_000, "record", { record });
}

type Parts = Readonly<Record<"detect" | "decide" | "revert" | "recover", number>>;

interface Happened {
  readonly id: string;
  readonly chosen: NightDrill;
  readonly startMs: number;
  readonly parts: Parts;
  readonly outcome: "reverted" | "stuck" | "not-run";
}

const OBJECTIVE_MS = 180_000;
const HOLD_MS = 420_000;

function recordOf({ id, chosen, startMs, parts, outcome }: Happened): DrillRecord {
  const zero = startMs + 30_000;
  const total = parts.detect + parts.decide + parts.revert + parts.recover;
  const stamp = (
    event: TimelineEvent["event"],
    sinceMs: number,
    source: TimelineEvent["source"],
  ): TimelineEvent => {
    const at = new Date(zero + sinceMs).toISOString();
    return { event, at, wallAt: at, source, resolutionMs: source === "load" ? 200 : 1 };
  };
  const detector =
    chosen.path === "sentinel" || chosen.path === "watchdog" ? chosen.path : "cloudwatch";
  const decided = parts.detect + parts.decide;
  const begun = [stamp("baseline.healthy", -200, "load"), stamp("fault.injected", 0, "sidecar")];
  const home = [
    stamp("impact.first", 240, "load"),
    stamp("alarm.transitioned", parts.detect, detector),
    stamp("reversion.decided", decided, "guard"),
    stamp("weights.written", decided + Math.round(parts.revert / 2), "guard"),
    stamp("weights.verified", decided + parts.revert, "guard"),
    stamp("impact.last", total, "load"),
    stamp("recovery.sustained", total + 60_000, "runner"),
    stamp("fault.removed", total + 61_000, "runner"),
    stamp("residue.none", total + 90_000, "runner"),
  ];
  const lost = [
    stamp("impact.first", 240, "load"),
    stamp("fault.removed", HOLD_MS, "runner"),
    stamp("residue.none", HOLD_MS + 30_000, "runner"),
  ];
  const timeline = { reverted: [...begun, ...home], stuck: [...begun, ...lost], "not-run": [] }[
    outcome
  ];
  const met = outcome === "reverted" && total <= OBJECTIVE_MS;
  const reasons = {
    reverted: met ? null : `recovery took ${total} ms, the objective is ${OBJECTIVE_MS} ms`,
    stuck: "no sustained recovery before the hold ran out: the guard alarm never went to ALARM",
    "not-run": "slot green was not seen healthy",
  };
  const verdicts = {
    reverted: met ? "passed" : "failed",
    stuck: "failed",
    "not-run": "not-run",
  } as const;
  const nothing = { detect: null, decide: null, revert: null, recover: null, total: null };
  const ran = outcome !== "not-run";
  return {
    schemaVersion: 1,
    id,
    drill: chosen.fault,
    environment: chosen.environment,
    fidelity: chosen.fidelity,
    clock: { speed: 1 },
    verdict: verdicts[outcome],
    reason: reasons[outcome],
    recovery: outcome === "reverted" ? "reverted" : ran ? "not-recovered" : null,
    path: chosen.path,
    brokenLink: outcome === "stuck" ? "alarm" : null,
    timeline,
    durations: outcome === "reverted" ? { ...parts, total } : nothing,
    floors: chosen.fast
      ? { detect: null, detectWorst: null }
      : {
          detect: Math.round(chosen.detectMs * 0.55),
          detectWorst: Math.round(chosen.detectMs * 2.4),
        },
    traffic: {
      requests: ran ? 4_000 : 0,
      errors: ran ? Math.round(12 * (parts.detect / 1000)) : 0,
      weightsBefore: ran ? { blue: 0, green: 100 } : null,
      weightsAfter: ran ? (met ? { blue: 100, green: 0 } : { blue: 0, green: 100 }) : null,
    },
    objective: { total: OBJECTIVE_MS, met },
    residue: [],
  };
}

/** A sample every five seconds, as the record's stamps say it went. */
function samplesOf(record: DrillRecord, startMs: number): JournalSample[] {
  const at = (event: string, otherwise: number): number => {
    const found = record.timeline.find((entry) => entry.event === event);
    return found ? Date.parse(found.at) : otherwise;
  };
  const removed = at("fault.removed", startMs);
  const injected = at("fault.injected", Infinity);
  const home = at("weights.verified", Infinity);
  const alarmed = at("alarm.transitioned", Infinity);
  const count = Math.ceil((removed - startMs + 30_000) / 5_000);
  return Array.from({ length: record.timeline.length === 0 ? 0 : count }, (_, index) => {
    const end = startMs + (index + 1) * 5_000;
    const isHome = end > home;
    const isBad = end > injected && !isHome;
    const busy = { requests: 250, errors: isBad ? 75 : 0, p99Ms: isBad ? 40 : 12 };
    const idle = { requests: 0, errors: 0, p99Ms: null };
    return {
      at: new Date(end).toISOString(),
      spanMs: 5_000,
      spanWallMs: 5_000,
      step: end <= injected ? "baseline" : end <= removed ? "observe" : "undo",
      weights: isHome ? { blue: 100, green: 0 } : { blue: 0, green: 100 },
      alarmState: end > alarmed && end < removed + 20_000 ? "ALARM" : "OK",
      faultActive: end > injected && end <= removed,
      slots: { blue: isHome ? busy : idle, green: isHome ? idle : busy, unknown: idle },
      bad: busy.errors,
      notSent: 0,
    };
  });
}

/** Writes them into `directory` by the writer that drills use. */
export async function writeNights(directory: string, nights: Nights): Promise<void> {
  const clock = new ManualClock(0);
  const journal = openJournal(directory, clock);
  for (const { atMs, runId, type, data } of nightEntries(nights)) {
    await clock.advance(atMs - clock.now());
    journal.append(runId, type, data);
  }
  journal.close();
}

/** What reading them back gives, without a disk: thousands of flushes are no part of a test of pages. */
export function nightsReading(nights: Nights): JournalReading {
  let prevHash = GENESIS_HASH;
  const entries = [...nightEntries(nights)].map(({ atMs, runId, type, data }, index) => {
    const at = new Date(atMs).toISOString();
    const payload = { seq: index + 1, at, wallAt: at, runId, type, ...data, prevHash };
    const { line, hash } = chainLine(payload);
    prevHash = hash;
    return journalEntrySchema.parse(JSON.parse(line));
  });
  const head = { schemaVersion: 1, seq: entries.length, hash: prevHash };
  return { entries, problems: [], head, tornBytes: 0, wholeBytes: 0 };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
