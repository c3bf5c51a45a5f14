/**
 * A drill whose runner is killed at a step that was chosen beforehand, as kill -9 does it: nothing more
 * is undone, no call is answered, what it repeats stops. Then the sweep of another process, over the
 * journal on disk, and the next drill. What is wrong afterwards is read off the simulated cloud itself.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { type Journal, openJournal } from "../../drills/journal/journal.ts";
import {
  chainLine,
  GENESIS_HASH,
  HEAD_FILE,
  JOURNAL_FILE,
  JOURNAL_SCHEMA_VERSION,
  type JournalEntry,
} from "../../drills/journal/journalEntry.ts";
import { unfinishedRuns, verifyJournal } from "../../drills/journal/journalVerify.ts";
import { reportModel } from "../../drills/report/model.ts";
import { runDrill } from "../../drills/runner.ts";
import { type SweptRun, sweep } from "../../drills/undo/sweep.ts";
import type { DrillRecord } from "../../drills/verdict/record.ts";
import { SLOTS } from "../../guard/slot.ts";
import { seededRandom } from "../judge/random.ts";
import { deterministic } from "./determinism.ts";
import { drillPorts } from "./drillPorts.ts";
import { residue } from "./properties.ts";
import { NO_TROUBLES, type Scenario } from "./scenario.ts";
import { build, type World } from "./simulate.ts";
import { type Death, Process } from "./wire.ts";

/** A call to AWS, or an entry in the journal. */
export interface Step {
  /** From 1. */
  readonly at: number;
  /** Such as `machinery.deny` or `journal.lease.intent`. */
  readonly name: string;
  readonly isWrite: boolean;
}

export interface Kill {
  readonly step: Step;
  /** `before`: of an entry in the journal half a line is on disk, of a call nothing. */
  readonly when: "before" | "after";
  /** Milliseconds from then to the sweep. */
  readonly sweptAfterMs: number;
  /** The call at which the first sweep is killed too, from 1; null: it is not. */
  readonly sweepDiesAt: number | null;
}

const LONGEST_MS = 6 * 3_600_000;
/** Longer than a minute's schedule, two retries of Lambda and every write that may be open. */
const CALM_MS = 300_000;

const PARAMETERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "fis-experiment": { template: "EXT1a2b3c4d5e6f7" },
};

/** Nothing goes wrong but what the drill does. */
function scenarioOf(drill: string): Scenario {
  return {
    seed: 1,
    drill,
    parameters: PARAMETERS[drill] ?? {},
    ttlMs: null,
    startPhaseMs: 17_000,
    pollMs: 2_000,
    loadPerSecond: 10,
    usersPerSecond: 0,
    metricDelayMs: 10_000,
    evaluationPhaseMs: 0,
    schedulePhaseMs: 29_000,
    fastSignals: true,
    sentinel: false,
    wire: { leastMs: 2, mostMs: 20, failing: 0 },
    troubles: NO_TROUBLES,
  };
}

/** Every step of a drill that nobody kills, and its record. */
export async function unkilled(
  drill: string,
): Promise<{ readonly steps: readonly Step[]; readonly record: DrillRecord }> {
  const world = build(scenarioOf(drill));
  const steps: Step[] = [];
  const process = new Process("runner");
  process.onCall = (name, isWrite) => {
    steps.push({ at: process.calls, name, isWrite });
  };
  const record = await alone(world, () => runDrill(choice(world), drillPorts(process, world)));
  return { steps, record };
}

/** Some time for a process to start; some for what was under way to come; longer than any alarm. */
const STARTS_MS = 1_000;
const SWEPT_AFTER_MS = [STARTS_MS, 20_000, CALM_MS];
/** Of so many kills, one is followed by a kill of the sweep. */
const SWEEPS_PER_DEATH = 4;

/**
 * Kills before and after every change, and between two of them at the first of each kind of reading: the
 * next of that kind finds the same environment, a moment later, and so does whoever dies after it.
 */
export function killsOf(steps: readonly Step[]): Kill[] {
  const seen = new Set<string>();
  const points = steps.flatMap((step): Pick<Kill, "step" | "when">[] => {
    const { name, isWrite } = step;
    if (isWrite && name !== "journal.sample") {
      seen.clear();
      return [
        { step, when: "before" },
        { step, when: "after" },
      ];
    }
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ step, when: isWrite ? "after" : "before" }];
  });
  return points.map(({ step, when }, index) => ({
    step,
    when,
    sweptAfterMs: SWEPT_AFTER_MS[index % SWEPT_AFTER_MS.length] ?? 0,
    sweepDiesAt: index % SWEEPS_PER_DEATH === 0 ? 1 + (index % 23) : null,
  }));
}

/** What is wrong after the kill, the sweep and the next drill; empty when all is well. */
export async function killed(drill: string, kill: Kill): Promise<string[]> {
  const world = build(scenarioOf(drill));
  const directory = mkdtempSync(join(tmpdir(), "backout-killed-"));
  try {
    return await alone(world, () => course(world, kill, directory));
  } catch (error) {
    return [`it did not end: ${messageOf(error)}`];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function alone<T>(world: World, work: () => Promise<T>): Promise<T> {
  const { clock, startMs } = world;
  return deterministic(clock, seededRandom(4), () => clock.runUntil(work(), startMs + LONGEST_MS));
}

function choice({ scenario: { drill, parameters } }: World) {
  return { drill, parameters };
}

async function course(world: World, kill: Kill, directory: string): Promise<string[]> {
  const { clock, entries, watcher } = world;
  const { step, when, sweptAfterMs, sweepDiesAt } = kill;
  const untold = await runUntilKilled(world, { atCall: step.at, takesEffect: when === "after" });
  world.demand.dropLoads();
  await sleep(clock, sweptAfterMs);
  const isCut = step.name.startsWith("journal.");
  writeJournal(directory, entries, isCut ? when : null);
  const journal = openJournal(directory, clock);
  try {
    if (sweepDiesAt !== null) await sweepUntilKilled(world, journal, sweepDiesAt);
    const isOpen = unfinishedRuns(journal.entries()).length > 0;
    const swept = await sweep({ ...drillPorts(new Process("sweep"), world), journal });
    const wrong = [
      ...untold.map((call) => `${call} was not written before it was done`),
      ...unswept(swept, isOpen),
      ...left(world).map((what) => `after the sweep: ${what}`),
      ...untrue(directory, world),
    ];
    wrong.push(...(await refused(world, journal)));
    await sleep(clock, CALM_MS);
    wrong.push(...left(world).map((what) => `minutes later: ${what}`), ...watcher.violations);
    const { problems } = verifyJournal(directory);
    return [...wrong, ...problems.map(({ detail }) => `the journal: ${detail}`)];
  } finally {
    journal.close();
  }
}

/** Returns the calls that changed something of which the journal had no word yet. */
async function runUntilKilled(world: World, death: Death): Promise<string[]> {
  const untold: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const process = new Process("runner", death, () => resolve());
    process.onCall = (name, isWrite) => {
      const needed = isWrite ? intentOf(name) : null;
      const isTold = needed === null || world.entries.some(({ type }) => type === needed);
      if (!isTold) untold.push(name);
    };
    runDrill(choice(world), drillPorts(process, world)).then(
      () => reject(new Error(`the drill came to its end before its step ${death.atCall}`)),
      (error: unknown) => {
        if (process.alive) reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
  return untold;
}

/** It comes to its end where it needs fewer calls. */
async function sweepUntilKilled(world: World, journal: Journal, atCall: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const death = { atCall, takesEffect: atCall % 2 === 0 };
    const process = new Process("sweep that dies", death, () => resolve());
    void sweep({ ...drillPorts(process, world), journal }).then(() => resolve());
  });
  await sleep(world.clock, STARTS_MS);
}

/** The entry that must be in the journal before such a change. */
function intentOf(call: string): string | null {
  if (/^(?:store|traffic)\./.test(call)) return "traffic.intent";
  return call.startsWith("journal.") ? null : "lease.intent";
}

/** As the runner's own journal would be on disk, chained; `cut`: it died in or after its last write. */
function writeJournal(
  directory: string,
  entries: readonly JournalEntry[],
  cut: Kill["when"] | null,
): void {
  let prevHash = GENESIS_HASH;
  const lines: string[] = [];
  const hashes = [prevHash];
  for (const { prevHash: _, hash: __, ...payload } of entries) {
    const { line, hash } = chainLine({ ...payload, prevHash });
    lines.push(`${line}\n`);
    hashes.push(hash);
    prevHash = hash;
  }
  const torn = cut === "before" ? `{"seq":${lines.length + 1},"at":"20` : "";
  writeFileSync(join(directory, JOURNAL_FILE), lines.join("") + torn);
  // The head is written after the line.
  const seq = cut === "after" ? lines.length - 1 : lines.length;
  const head = { schemaVersion: JOURNAL_SCHEMA_VERSION, seq, hash: hashes[seq] };
  writeFileSync(join(directory, HEAD_FILE), `${JSON.stringify(head)}\n`);
}

/** @param isOpen a run had begun, and neither ended nor been swept */
function unswept(swept: readonly SweptRun[], isOpen: boolean): string[] {
  const said = swept.map(({ outcome, residue: found }) => [outcome, ...found].join(" ")).join("; ");
  return said === (isOpen ? "swept" : "") ? [] : [`the sweep says: ${said}`];
}

/** What a drill may not leave, as the cloud has it. */
function left(world: World): string[] {
  const { cloud, alarms } = world;
  return [
    ...residue(world),
    ...SLOTS.filter((slot) => cloud.healthy[slot] === 0).map((slot) => `slot ${slot} is unhealthy`),
    ...SLOTS.map((slot) => alarms.shown(slot).guard)
      .filter(({ state }) => state !== "OK")
      .map(({ name, state }) => `alarm ${name} is ${state}`),
  ];
}

/** Where the journal says something else than happened, or cannot be read. */
function untrue(directory: string, { scenario, entries }: World): string[] {
  const reading = verifyJournal(directory);
  const { journal, runs } = reportModel(reading);
  const wrong = journal.problems.map(({ detail }) => `the journal: ${detail}`);
  const begun = entries.some(({ type }) => type === "run.started");
  if (!begun) return runs.length === 0 ? wrong : [...wrong, "the journal tells of a run"];
  const [run] = runs;
  const told = { drill: run?.drill, swept: run?.swept, residue: lastResidue(reading.entries) };
  const wasCut = !entries.some(({ type }) => type === "record");
  const happened = { drill: scenario.drill, swept: wasCut, residue: "[]" };
  return JSON.stringify(told) === JSON.stringify(happened)
    ? wrong
    : [...wrong, `the journal tells ${JSON.stringify(told)}, not ${JSON.stringify(happened)}`];
}

/** By the newest entry that speaks of it. */
function lastResidue(entries: readonly JournalEntry[]): string {
  const last = entries.findLast(({ type }) => type === "swept" || type === "record");
  const record = last?.["record"];
  const holder: unknown = typeof record === "object" ? record : last;
  const found: unknown = Object.entries(holder ?? {}).find(([key]) => key === "residue")?.[1];
  return JSON.stringify(found ?? null);
}

/** Why the next drill is not let through; it is ended once it is. */
async function refused(world: World, journal: Journal): Promise<string[]> {
  const letThrough = new AbortController();
  const record = await runDrill(
    {
      drill: "bad-release-errors",
      signal: letThrough.signal,
      onEvent: (event) => {
        if (event.type === "step" && event.step === "shift") letThrough.abort();
      },
    },
    { ...drillPorts(new Process("next"), world), journal },
  );
  const isThrough = letThrough.signal.aborted && record.residue.length === 0;
  return isThrough ? [] : [`the next drill: ${record.verdict}: ${record.reason}`];
}

/** One line for each of the chosen kills that does not end well, with what is wrong. */
export async function failuresOf(
  drill: string,
  isChosen: (which: number) => boolean,
): Promise<string[]> {
  const { steps } = await unkilled(drill);
  const failures: string[] = [];
  for (const [which, kill] of killsOf(steps).entries()) {
    if (!isChosen(which)) continue;
    const wrong = await killed(drill, kill);
    const { step, when, sweptAfterMs, sweepDiesAt } = kill;
    if (wrong.length === 0) continue;
    const sweeps = `swept ${sweptAfterMs} ms later`;
    const twice = sweepDiesAt === null ? "" : `, for the second time after call ${sweepDiesAt}`;
    failures.push(`${drill}, killed ${when} ${step.name} (${step.at}), ${sweeps}${twice}:`);
    failures.push(...wrong.map((what) => `  ${what}`));
  }
  return failures;
}
