/**
 * The guard: alarm event -> decide -> revert -> verify -> latch -> record -> tell people. Runs as a
 * Lambda function; nothing in here waits for a rollout, Pulumi or a person.
 */
import { messageOf } from "../base/errors.ts";
import { sortableId } from "../base/ids.ts";
import { type AlarmEvent, alarmEventSchema } from "./alarmEvent.ts";
import { WRITE_TIMEOUT_MS, writeAndReadBack, writeRecord } from "./authority.ts";
import { type Decision, decide, type Situation } from "./decide.ts";
import { type EnvironmentRecord, latched } from "./record.ts";
import type { RecordStore } from "./recordStore.ts";
import { Outcome, type Reversion } from "./reversion.ts";
import { allOn, sameWeights, type Slot, type Weights } from "./slot.ts";
import type { Traffic } from "./traffic.ts";

export interface GuardPorts {
  readonly environment: string;
  /** Which slot an alarm speaks for, by the alarm's name; undefined for alarms of others. */
  readonly slotOfAlarm: (alarmName: string) => Slot | undefined;
  readonly traffic: Traffic;
  readonly store: RecordStore;
  /** Tells people; a failure is logged and never stops a reversion. */
  readonly notify: (subject: string, reversion: Reversion) => Promise<void>;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (wallMs: number) => Promise<void>;
  readonly log: (line: string) => void;
}

/** The record store gets this long before the guard goes on without it (wall milliseconds). */
const RECORD_TIMEOUT_MS = 2_000;
/** A failing weight write is tried this often; each attempt has its own deadline. */
const WRITE_ATTEMPTS = 3;

/**
 * Handles one alarm event and returns what was done.
 *
 * @throws when the event is not an alarm event of this environment, or when the weights could not
 *   be moved (so that Lambda's asynchronous retry calls again).
 */
export async function handleAlarm(event: unknown, ports: GuardPorts): Promise<Reversion> {
  const receivedAt = iso(ports.now());
  const alarm = alarmEventSchema.parse(event);
  const slot = ports.slotOfAlarm(alarm.alarmData.alarmName);
  if (!slot) {
    throw new Error(
      `alarm "${alarm.alarmData.alarmName}" belongs to no slot of environment "${ports.environment}"`,
    );
  }

  const situation = await assess(alarm, slot, ports);
  const decision = decide(situation);
  const id = sortableId(ports.now());
  const decided: Reversion = {
    schemaVersion: 1,
    id,
    environment: ports.environment,
    outcome: Outcome.Notified,
    path: "primary",
    why: decision.why,
    alarm: {
      name: alarm.alarmData.alarmName,
      slot,
      stateAt: alarm.alarmData.state.timestamp,
      reason: alarm.alarmData.state.reason,
    },
    receivedAt,
    decidedAt: iso(ports.now()),
    writtenAt: null,
    verifiedAt: null,
    weightsBefore: situation.weights,
    weightsAfter: null,
  };
  ports.log(JSON.stringify({ decision, weights: situation.weights }));
  if (decision.action === "nothing") return decided;
  if (decision.action !== "revert") {
    const outcome = decision.action === "refuse" ? Outcome.Refused : Outcome.Notified;
    return conclude({ ...decided, outcome }, ports);
  }
  return revert(decided, decision, situation.record, ports);
}

async function assess(alarm: AlarmEvent, slot: Slot, ports: GuardPorts): Promise<Situation> {
  const [record, live, blue, green] = await Promise.all([
    withDeadline(ports.store.read(), RECORD_TIMEOUT_MS).catch((error: unknown) => {
      ports.log(`the record store is unreachable: ${messageOf(error)}`);
      return "unreachable" as const;
    }),
    ports.traffic.read(),
    ports.traffic.healthyTargets("blue"),
    ports.traffic.healthyTargets("green"),
  ]);
  return {
    alarm: { slot, state: alarm.alarmData.state.value },
    record,
    weights: live.weights,
    healthyTargets: { blue, green },
  };
}

async function revert(
  decided: Reversion,
  decision: Extract<Decision, { action: "revert" }>,
  record: EnvironmentRecord | "unreachable",
  ports: GuardPorts,
): Promise<Reversion> {
  const home = allOn(decision.to);
  const alreadyLatched = record !== "unreachable" && record.latch?.slot === decision.from;
  let result: Reversion = decided;
  if (decision.alreadyHome) {
    result = { ...result, outcome: Outcome.AlreadyHome, weightsAfter: decided.weightsBefore };
  } else {
    let writtenAt: string;
    try {
      writtenAt = await writeHome(home, ports);
    } catch (error) {
      const why = `${decision.why}; the weights could not be moved: ${messageOf(error)}`;
      await conclude({ ...decided, outcome: Outcome.Failed, why }, ports);
      throw error;
    }
    result = {
      ...result,
      outcome: Outcome.Reverted,
      writtenAt,
      verifiedAt: iso(ports.now()),
      weightsAfter: home,
    };
  }
  // An event that comes twice finds everything done, and nobody is told twice.
  if (decision.alreadyHome && alreadyLatched) return result;

  // Revert first, record after: a record store that is down delays nobody and fails nothing.
  const latch = { id: decided.id, reason: decision.why, at: decided.decidedAt };
  try {
    await withDeadline(
      writeRecord(ports.store, (current) => latched(current, decision.from, decision.to, latch)),
      RECORD_TIMEOUT_MS * 2,
    );
  } catch (error) {
    ports.log(`reverted, but the latch could not be written: ${messageOf(error)}`);
  }
  await outlastOpenWrite(record, home, ports);
  return conclude(result, ports);
}

/**
 * Writes, reads back, and returns when the write was answered. A failed attempt is repeated soon,
 * for a throttled call passes.
 */
async function writeHome(home: Weights, ports: GuardPorts): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return iso(await writeAndReadBack(ports.traffic, home, ports.now));
    } catch (error) {
      ports.log(`attempt ${attempt} to move the weights failed: ${messageOf(error)}`);
      if (attempt === WRITE_ATTEMPTS) throw error;
      await ports.sleep(200 * attempt);
    }
  }
}

/** A rollout's write that was under way may land after the reversion: look again past its deadline. */
async function outlastOpenWrite(
  record: EnvironmentRecord | "unreachable",
  home: Weights,
  ports: GuardPorts,
): Promise<void> {
  if (record === "unreachable" || record.openWriteUntil === null) return;
  const waitMs = Date.parse(record.openWriteUntil) - ports.now();
  if (waitMs > 0) await ports.sleep(Math.min(waitMs, WRITE_TIMEOUT_MS) + 100);
  const live = await ports.traffic.read();
  if (!sameWeights(live.weights, home)) {
    ports.log(`a late write moved the weights to ${JSON.stringify(live.weights)}: reverting again`);
    await writeHome(home, ports);
  }
}

async function conclude(reversion: Reversion, ports: GuardPorts): Promise<Reversion> {
  const tasks: [string, Promise<void>][] = [
    ["recorded", withDeadline(ports.store.putReversion(reversion), RECORD_TIMEOUT_MS)],
    [
      "announced",
      ports.notify(`Backout: ${reversion.environment} ${reversion.outcome}`, reversion),
    ],
  ];
  for (const [what, task] of tasks) {
    await task.catch((error: unknown) => {
      ports.log(`the ${reversion.outcome} outcome was not ${what}: ${messageOf(error)}`);
    });
  }
  return reversion;
}

async function withDeadline<T>(work: Promise<T>, wallMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${wallMs} ms`)), wallMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
