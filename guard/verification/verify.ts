/**
 * The guard's look after a reversion: every minute, once everything else is done, until it is good or
 * its time is up. Every step is a conditional write, so it may die anywhere and two may run at once.
 */
import { messageOf } from "../../base/errors.ts";
import type { SlotAlarms } from "../alarms.ts";
import { CALL_TIMEOUT_MS, withDeadline } from "../attempts.ts";
import type { EnvironmentRecord } from "../record.ts";
import type { Slot } from "../slot.ts";
import type { Traffic } from "../traffic.ts";
import type { Check } from "./check.ts";
import { type Failures, NO_TRAFFIC, settledMinutes, type Span } from "./failures.ts";
import { type Homecoming, homecomingOf } from "./homecoming.ts";
import type { HttpCheck } from "./httpCheck.ts";
import { judgeHomecoming } from "./judge.ts";
import type { VerificationSettings } from "./settings.ts";
import type { VerificationStore } from "./store.ts";
import { begun, isUntold, looked, overtaken, type Verification } from "./verification.ts";
import { subjectOf, summaryOf, type Told } from "./words.ts";

export interface VerifyPorts {
  readonly environment: string;
  readonly store: { read(): Promise<EnvironmentRecord> };
  readonly verifications: VerificationStore;
  readonly traffic: Traffic;
  readonly alarms: (slot: Slot) => Promise<SlotAlarms>;
  /** Over whole minutes of the environment's clock. */
  readonly failures: (slot: Slot, span: Span) => Promise<Failures>;
  /** Never throws, and answers in a bounded time. */
  readonly ask: (check: HttpCheck) => Promise<Check>;
  readonly settings: VerificationSettings;
  /** Tells people; what it is given is the whole message. */
  readonly tell: (subject: string, message: Told) => Promise<void>;
  /** The environment's clock, milliseconds. */
  readonly environmentNow: () => number;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** Older ones, wall, are of a time when nobody verified; to say now that all is well would mislead. */
const FORGOTTEN_MS = 60 * 60_000;

/**
 * One look: at most 14 s of wall time.
 *
 * @throws when the record store does not answer; the next minute looks again
 */
export async function verify(ports: VerifyPorts): Promise<void> {
  const { verifications } = ports;
  const [record, current] = await Promise.all([
    bounded(ports.store.read()),
    bounded(verifications.current()),
  ]);
  if (current && !current.final) return advance(current, record, ports);
  if (current && isUntold(current, ports.now())) return announce(current, ports);
  const homecoming = homecomingOf(record);
  if (!homecoming || homecoming.id === current?.id) return;
  if (ports.now() - Date.parse(homecoming.at) > FORGOTTEN_MS) return;
  // Before anything of it is known: a look that dies leaves a verification that has its deadline.
  const first = begun(homecoming, ports.environmentNow(), (current?.version ?? 0) + 1);
  if (await bounded(verifications.replace(current, first))) await advance(first, record, ports);
}

async function advance(
  verification: Verification,
  record: EnvironmentRecord,
  ports: VerifyPorts,
): Promise<void> {
  const nowMs = ports.environmentNow();
  const why = overtakenBy(verification, homecomingOf(record), record);
  const next =
    why === null
      ? looked(verification, await look(verification, ports), nowMs)
      : overtaken(verification, why, nowMs);
  ports.log(JSON.stringify({ verification: next.id, outcome: next.outcome, final: next.final }));
  // First the copy: what is final is looked at no more.
  if (next.final) await bounded(ports.verifications.keep(next));
  const written = await write(verification, next, ports);
  if (written?.final) await announce(written, ports);
}

/** Why there is nothing left to verify; null while there is. */
function overtakenBy(
  { id, home }: Verification,
  homecoming: Homecoming | null,
  { candidate, stable }: EnvironmentRecord,
): string | null {
  if (candidate) return `slot ${candidate} became the candidate of another rollout before that`;
  if (stable !== home) return `slot ${stable} became the stable slot before that`;
  if (homecoming && homecoming.id !== id) return "traffic was taken home once more before that";
  return null;
}

async function look(verification: Verification, ports: VerifyPorts): Promise<Check[]> {
  const { home, left, since } = verification;
  const { traffic, settings } = ports;
  const span = settledMinutes(Date.parse(since), ports.environmentNow());
  const counted = (slot: Slot): Promise<Failures | null> =>
    span ? orNull(ports.failures(slot, span), ports) : Promise.resolve(NO_TRAFFIC);
  const [live, healthyTargets, homeAlarms, leftAlarms, homeTraffic, leftTraffic, smoke] =
    await Promise.all([
      orNull(traffic.read(), ports),
      orNull(traffic.healthyTargets(home), ports),
      orNull(ports.alarms(home), ports),
      orNull(ports.alarms(left), ports),
      counted(home),
      counted(left),
      Promise.all(settings.smokeChecks.map((check) => ports.ask(check))),
    ]);
  return judgeHomecoming({
    home,
    live,
    healthyTargets,
    homeAlarms,
    leftAlarms,
    homeTraffic,
    leftTraffic,
    smoke,
    minimumRequests: settings.minimumRequests,
  });
}

/** Says that it is about to tell, tells, and says that it has: two never tell at the same time. */
async function announce(verification: Verification, ports: VerifyPorts): Promise<void> {
  const claimedAt = new Date(ports.now()).toISOString();
  const claimed = await write(verification, { told: { claimedAt, at: null } }, ports);
  if (!claimed) return;
  const { environment } = ports;
  const message = { environment, summary: summaryOf(claimed), verification: claimed };
  try {
    await ports.tell(subjectOf(environment, claimed), message);
  } catch (error) {
    ports.log(`the verification was not announced, a later look tries again: ${messageOf(error)}`);
    return;
  }
  const told = { claimedAt, at: new Date(ports.now()).toISOString() };
  await write(claimed, { told }, ports);
}

/** What was written; undefined when somebody else was quicker. */
async function write(
  before: Verification,
  changes: Partial<Verification>,
  { verifications }: VerifyPorts,
): Promise<Verification | undefined> {
  const next = { ...before, ...changes, version: before.version + 1 };
  return (await bounded(verifications.replace(before, next))) ? next : undefined;
}

function bounded<T>(work: Promise<T>): Promise<T> {
  return withDeadline(work, CALL_TIMEOUT_MS);
}

function orNull<T>(work: Promise<T>, { log }: VerifyPorts): Promise<T | null> {
  return bounded(work).catch((error: unknown) => {
    log(`a check could not look: ${messageOf(error)}`);
    return null;
  });
}
