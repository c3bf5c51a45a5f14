/**
 * The guard: alarm event -> decide -> revert -> verify -> latch -> record -> tell people. Runs as a
 * Lambda function; nothing in here waits for a rollout, Pulumi or a person.
 */
import { messageOf } from "../base/errors.ts";
import { sortableId } from "../base/ids.ts";
import { alarmEventSchema } from "./alarmEvent.ts";
import { CALL_TIMEOUT_MS, tried, withDeadline } from "./attempts.ts";
import { writeRecord } from "./authority.ts";
import { type Decision, decide, type Situation } from "./decide.ts";
import { explain, recordExplanation } from "./explain.ts";
import type { SlotAlarms } from "./alarms.ts";
import type { SentinelEvent } from "./sentinelEvent.ts";
import { type EnvironmentRecord, latched, Phase } from "./record.ts";
import { moveTo, keepHome } from "./move.ts";
import { recordLate } from "./recordLate.ts";
import type { RecordStore } from "./recordStore.ts";
import { Outcome, type Reversion, ReversionPath } from "./reversion.ts";
import { allOn, otherSlot, type Slot } from "./slot.ts";
import type { Traffic } from "./traffic.ts";

export interface GuardPorts {
  readonly environment: string;
  /** Which slot an alarm speaks for, by the alarm's name; undefined for alarms of others. */
  readonly slotOfAlarm: (alarmName: string) => Slot | undefined;
  readonly traffic: Traffic;
  readonly store: RecordStore;
  /** State of a slot's guard alarm: `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly alarmStateOf: (slot: Slot) => Promise<string>;
  /** A slot's signals, for the explanation of what was done. @default nothing is explained */
  readonly signals?: (slot: Slot) => Promise<SlotAlarms>;
  /** Tells people; a failure is logged and never stops a reversion. */
  readonly notify: (subject: string, reversion: Reversion) => Promise<void>;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (wallMs: number) => Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Handles one alarm event and returns what was done.
 *
 * @throws when the event is not an alarm event of this environment; and, so that Lambda's
 *   asynchronous retry calls again, when the weights could not be moved or the move was refused
 *   because the other side cannot take the traffic now
 */
export async function handleAlarm(event: unknown, ports: GuardPorts): Promise<Reversion> {
  const { alarmData } = alarmEventSchema.parse(event);
  const slot = ports.slotOfAlarm(alarmData.alarmName);
  if (!slot) {
    throw new Error(
      `alarm "${alarmData.alarmName}" belongs to no slot of environment "${ports.environment}"`,
    );
  }
  const { value: state, timestamp: stateAt, reason } = alarmData.state;
  const alarm = { name: alarmData.alarmName, slot, state, stateAt, reason };
  return act(alarm, ReversionPath.Primary, ports);
}

/** What is known of the alarm that asks for a reversion. */
export interface Alarm {
  readonly name: string;
  readonly slot: Slot;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string;
  /** CloudWatch's own stamp of the state; empty when it is not known. */
  readonly stateAt: string;
  readonly reason: string;
  /** Of a sentinel: which shift its evidence is about (`shiftOf`). */
  readonly shift?: string;
  /** The watchdog's own look, in an alarm's place. */
  readonly seenBy?: "watchdog";
  /** What a sentinel calls with. */
  readonly evidence?: SentinelEvent["evidence"];
}

/** Decides on one alarm and acts; throws as `handleAlarm` does. */
export async function act(
  alarm: Alarm,
  path: ReversionPath,
  ports: GuardPorts,
): Promise<Reversion> {
  const begun = beginning(alarm, path, ports);
  let situation: Situation;
  try {
    situation = await assess(alarm, ports);
  } catch (error) {
    const why = `the load balancer could not be read: ${messageOf(error)}`;
    await conclude({ ...begun, outcome: Outcome.Failed, why }, ports);
    throw error;
  }
  const decision = decide(situation);
  const decided: Reversion = {
    ...begun,
    why: decision.why,
    decidedAt: iso(ports.now()),
    weightsBefore: situation.weights,
    ...(decision.action === "revert" && decision.alreadyHome
      ? { broughtHome: situation.broughtHome === "reversion" }
      : {}),
  };
  ports.log(JSON.stringify({ decision, weights: situation.weights }));
  if (decision.action === "revert") {
    return decision.alreadyHome
      ? confirmHome(decided, decision, alarm, situation.record, ports)
      : revert(decided, decision, alarm, situation, ports);
  }
  if (decision.action === "nothing") return decided;
  const told = { ...decided, explanation: await explain(alarm, ports) };
  if (decision.action === "notify") return conclude(told, ports);
  await conclude({ ...told, outcome: Outcome.Refused }, ports);
  throw new Error(decision.why);
}

/** The entry of a reversion as it begins: nothing decided, nothing moved. */
export function beginning(alarm: Alarm, path: ReversionPath, ports: GuardPorts): Reversion {
  const receivedAt = iso(ports.now());
  const { name, slot, stateAt, reason } = alarm;
  return {
    schemaVersion: 1,
    id: sortableId(ports.now()),
    environment: ports.environment,
    outcome: Outcome.Notified,
    path,
    why: "",
    alarm: { name, slot, stateAt, reason },
    receivedAt,
    decidedAt: receivedAt,
    writtenAt: null,
    verifiedAt: null,
    weightsBefore: null,
    weightsAfter: null,
    explanation: null,
  };
}

async function assess(alarm: Alarm, ports: GuardPorts): Promise<Situation> {
  const read = <T>(what: () => Promise<T>): Promise<T> => tried(what, ports);
  const otherwise =
    <T>(value: T, what: string) =>
    (error: unknown): T => {
      ports.log(`${what}: ${messageOf(error)}`);
      return value;
    };
  const [record, live, blue, green, otherAlarm] = await Promise.all([
    read(() => ports.store.read()).catch(
      otherwise("unreachable" as const, "the record store is unreachable"),
    ),
    read(() => ports.traffic.read()),
    read(() => ports.traffic.healthyTargets("blue")),
    read(() => ports.traffic.healthyTargets("green")),
    read(() => ports.alarmStateOf(otherSlot(alarm.slot))).catch(
      otherwise(null, "the other slot's alarm is unreadable"),
    ),
  ]);
  const { slot, state, shift, seenBy } = alarm;
  // The stamp of a sentinel or of a watchdog is of the wall's clock, not to be compared with CloudWatch's.
  const isAlarm = shift === undefined && seenBy === undefined;
  return {
    alarm: {
      slot,
      state,
      stateMs: isAlarm ? millisecondsOf(alarm.stateAt) : null,
      ...(shift !== undefined && { shift }),
      ...(seenBy && { seenBy }),
    },
    record,
    weights: live.weights,
    broughtHome: live.broughtHome ?? null,
    healthyTargets: { blue, green },
    otherAlarm,
  };
}

type Revert = Extract<Decision, { action: "revert" }>;

/** Revert first, record after: a record store that is down delays nobody and fails nothing. */
async function revert(
  decided: Reversion,
  decision: Revert,
  alarm: Alarm,
  situation: Situation,
  ports: GuardPorts,
): Promise<Reversion> {
  const home = allOn(decision.to);
  const move = await moveTo(home, ports);
  const moved: Reversion = {
    ...decided,
    writtenAt: move.writtenAt,
    verifiedAt: move.verifiedAt,
    ...(move.verifiedAt === null ? {} : { outcome: Outcome.Reverted, weightsAfter: home }),
  };
  // Begun beside the latch, so that neither waits for the other.
  const explaining = move.verifiedAt === null ? null : explain(alarm, ports);
  const record = move.writtenAt === null ? undefined : await latch(moved, decision, ports);
  if (move.verifiedAt === null) {
    const why = `${decision.why}; the weights could not be moved: ${move.problem}`;
    await conclude({ ...moved, outcome: Outcome.Failed, why }, ports);
    throw new Error(why);
  }
  const explanation = await explaining;
  if (situation.record === "unreachable" && record) {
    const again = decide({ ...situation, record });
    if (again.action !== "revert") {
      return takeBack({ ...moved, explanation }, again.why, record, ports);
    }
  }
  const concluded = await conclude({ ...moved, explanation }, ports);
  await keepHome(record ?? situation.record, home, ports);
  const late = { ...situation, weights: home };
  const recorded = record
    ? concluded
    : await recordLate(
        concluded,
        (now) => settleLate(concluded, decision, late, now, ports),
        ports,
      );
  await recordExplanation(recorded, ports);
  return recorded;
}

/**
 * With a record that did not answer when the traffic was moved: latches, or puts the traffic back where
 * it should never have been moved from. A rollout that began since is left alone.
 *
 * @returns what became of it; undefined when the store does not answer again
 */
async function settleLate(
  moved: Reversion,
  decision: Revert,
  situation: Situation,
  now: EnvironmentRecord,
  ports: GuardPorts,
): Promise<Reversion | undefined> {
  const isStillBad = decide({ ...situation, record: now }).action === "revert";
  const wasStable = now.phase === Phase.Idle && now.stable === decision.from;
  if (now.latch?.slot === decision.from || !(isStillBad || wasStable)) return moved;
  const record = await latch(moved, decision, ports);
  if (!record) return undefined;
  const again = decide({ ...situation, record });
  return again.action === "revert" ? moved : takeBack(moved, again.why, record, ports);
}

/** Nothing left to move: an event that came twice, or a retry of one that was cut short. */
async function confirmHome(
  decided: Reversion,
  decision: Revert,
  alarm: Alarm,
  record: EnvironmentRecord | "unreachable",
  ports: GuardPorts,
): Promise<Reversion> {
  const known = record !== "unreachable" && record.latch?.slot === decision.from;
  const home: Reversion = {
    ...decided,
    // Under the id of the reversion that latched: if that was told, nobody is told twice.
    ...(known && record.latch ? { id: record.latch.reversionId } : {}),
    outcome: Outcome.AlreadyHome,
    weightsAfter: decided.weightsBefore,
  };
  const explaining = explain(alarm, ports);
  const now = known ? record : await latch(home, decision, ports);
  const concluded = await conclude({ ...home, explanation: await explaining }, ports);
  await keepHome(now ?? record, allOn(decision.to), ports);
  await recordExplanation(concluded, ports);
  return concluded;
}

/**
 * Shuts the slot that was left, and returns the record as it is then; undefined when the store does
 * not answer. A latch on the side that the traffic went to is never overwritten: it was there
 * first, and it says that this side is the bad one.
 */
async function latch(
  reversion: Reversion,
  decision: Revert,
  ports: GuardPorts,
): Promise<EnvironmentRecord | undefined> {
  const { id, why, alarm, decidedAt: at } = reversion;
  const reason = alarm.reason === "" ? why : `${why}: ${alarm.reason}`;
  const deadlineMs = ports.now() + 2 * CALL_TIMEOUT_MS;
  const write = writeRecord(
    ports.store,
    (current) =>
      current.latch?.slot === decision.to || isStable(current, decision.from)
        ? current
        : latched(current, decision.from, decision.to, { id, reason, at }),
    () => ports.now() < deadlineMs,
  );
  try {
    return await withDeadline(write, 2 * CALL_TIMEOUT_MS);
  } catch (error) {
    ports.log(`reverted, but the latch could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * The slot is nobody's candidate and is not latched: an alarm of it should only have been told. One
 * that was promoted while the guard moved its traffic is left all the same: it is bad.
 */
function isStable(record: EnvironmentRecord, slot: Slot): boolean {
  const justPromoted = record.previous?.slot === otherSlot(slot);
  return record.stable === slot && record.latch?.slot !== slot && !justPromoted;
}

/** Moved while the record was unreachable, and the record says now that it should not have been. */
async function takeBack(
  moved: Reversion,
  why: string,
  record: EnvironmentRecord,
  ports: GuardPorts,
): Promise<Reversion> {
  const stable = allOn(record.stable);
  const move = await moveTo(stable, ports, "hand");
  return conclude(
    {
      ...moved,
      outcome: move.verifiedAt === null ? Outcome.Failed : Outcome.Notified,
      why: `moved without the record and put back: ${why}`,
      weightsAfter: move.verifiedAt === null ? null : stable,
    },
    ports,
  );
}

/**
 * Records, and tells people unless an entry with this id shows that they were told. When the store does
 * not answer, nobody knows whether it took the entry: then people are told, and once more by a later
 * call that finds none. Rather twice than not at all; a second key in the same store could not help,
 * for its answer may be lost as well. PagerDuty opens one incident for both: its key is the slot's.
 */
export async function conclude(reversion: Reversion, ports: GuardPorts): Promise<Reversion> {
  const isNew = await withDeadline(ports.store.putReversion(reversion), CALL_TIMEOUT_MS).catch(
    (error: unknown) => {
      ports.log(`the ${reversion.outcome} outcome was not recorded: ${messageOf(error)}`);
      return true;
    },
  );
  if (!isNew) return reversion;
  try {
    await ports.notify(`Backout: ${reversion.environment} ${reversion.outcome}`, reversion);
  } catch (error) {
    ports.log(`the ${reversion.outcome} outcome was not announced: ${messageOf(error)}`);
  }
  return reversion;
}

/** CloudWatch writes `2019-10-02T17:04:40.989+0000`, without the colon that ISO 8601 asks for. */
function millisecondsOf(timestamp: string): number | null {
  const ms = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(ms) ? null : ms;
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
