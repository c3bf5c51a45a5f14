/**
 * When the second way home fails too, a person is asked: with the evidence of both slots, and once an
 * hour, not once a minute.
 */
import { messageOf } from "../../base/errors.ts";
import { sortableId } from "../../base/ids.ts";
import { withDeadline } from "../attempts.ts";
import type { GuardPorts } from "../handle.ts";
import { Outcome, type Reversion } from "../reversion.ts";
import { SLOTS } from "../slot.ts";

const HOUR_MS = 3_600_000;
/** Wall milliseconds: a store that answers must still be told within its own deadline. */
const EVIDENCE_TIMEOUT_MS = 1_000;

/**
 * The same ports for one round. What moved nothing is recorded under one id an hour, so that the
 * store itself says whether people know; with the store down they are told every minute.
 */
export function escalating<P extends GuardPorts>(ports: P): P {
  const withEvidence = async (reversion: Reversion): Promise<Reversion> => {
    const evidence = await evidenceOf(ports);
    const reason = [reversion.alarm.reason, evidence].filter((part) => part !== "").join("; ");
    return { ...reversion, alarm: { ...reversion.alarm, reason } };
  };
  const { store } = ports;
  // Begun when it is known that nothing can be moved: the record and the message say the same.
  let gathering: Promise<Reversion> | undefined;
  return {
    ...ports,
    store: {
      read: () => store.read(),
      replace: (expected, next) => store.replace(expected, next),
      reversions: () => store.reversions(),
      putReversion: async (reversion: Reversion) => {
        if (hasMoved(reversion)) return store.putReversion(reversion);
        const id = hourlyId(reversion, ports.now());
        const entry = isTrouble(reversion)
          ? await (gathering = withEvidence(reversion))
          : reversion;
        return store.putReversion({ ...entry, id });
      },
    },
    notify: async (subject: string, reversion: Reversion) => {
      if (!isTrouble(reversion)) return ports.notify(subject, reversion);
      const told = await (gathering ?? withEvidence(reversion));
      await ports.notify(`Backout: ${reversion.environment} needs you: ${reversion.outcome}`, told);
    },
  };
}

function hasMoved({ outcome }: Reversion): boolean {
  return outcome === Outcome.Reverted || outcome === Outcome.AlreadyHome;
}

function isTrouble({ outcome }: Reversion): boolean {
  return outcome === Outcome.Refused || outcome === Outcome.Failed;
}

/** Sorts by its hour among the others. */
function hourlyId({ alarm, outcome }: Reversion, nowMs: number): string {
  const [hour] = sortableId(Math.floor(nowMs / HOUR_MS) * HOUR_MS).split("-");
  return `${hour}-watchdog-${alarm.slot}-${outcome}`;
}

/** Never throws; what cannot be read is said to be unreadable. */
async function evidenceOf(ports: GuardPorts): Promise<string> {
  const of = await Promise.all(
    SLOTS.map(async (slot) => {
      const [targets, alarm] = await Promise.all([
        said(() => ports.traffic.healthyTargets(slot)),
        said(() => ports.alarmStateOf(slot)),
      ]);
      return `slot ${slot}: healthy targets ${targets}, guard alarm ${alarm}`;
    }),
  );
  return of.join("; ");
}

async function said(what: () => Promise<unknown>): Promise<string> {
  try {
    return String(await withDeadline(what(), EVIDENCE_TIMEOUT_MS));
  } catch (error) {
    return `unreadable (${messageOf(error)})`;
  }
}
